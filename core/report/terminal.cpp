#include "report/terminal.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include <fmt/format.h>

#include "evidence/figures.hpp"
#include "report/coverage_text.hpp"
#include "report/sparkline.hpp"
#include "report/text.hpp"

namespace kindred::report {
namespace {

bool shows(const results::Report& report, const std::string& name, results::Step::Shows what) {
  return std::any_of(report.steps.begin(), report.steps.end(), [&](const results::Step& step) {
    return step.name == name && step.shows == what;
  });
}

// Surveys and steps about documents have figures of different kinds, each worth its line.
bool listsFigures(const results::Report& report, const std::string& name) {
  return shows(report, name, results::Step::Shows::figures);
}

// One line a step and metric: its first figure. The others are in observations.csv.
std::string metrics(const results::Report& report, std::vector<results::Summary> summaries) {
  std::erase_if(summaries, [&](const results::Summary& s) { return listsFigures(report, s.step); });
  if (summaries.empty()) return {};
  std::string text = fmt::format("{:<20} {:<19} {:<9} {:>4} {:>7} {:>7} {:>7}\n", "step", "models",
                                 "metric", "n", "mean", "min", "max");
  std::string step, metric;
  for (const results::Summary& s : summaries) {
    if (s.step == step && s.metric == metric) continue;
    text += fmt::format(
        "{:<20} {:<19} {:<9} {:>4} {:>7} {:>7} {:>7}\n", s.step == step ? "" : cut(s.step, 20),
        s.step == step ? "" : cut(s.model_a + " ~ " + s.model_b, 19), cut(s.metric, 9),
        s.count + s.undefined, number(s.mean), number(s.min), number(s.max));
    step = s.step;
    metric = s.metric;
  }
  return text;
}

// One line a figure.
std::string figures(const results::Report& report, std::vector<results::Summary> summaries) {
  std::erase_if(summaries,
                [&](const results::Summary& s) { return !listsFigures(report, s.step); });
  if (summaries.empty()) return {};
  std::string text = fmt::format("{:<16} {:<16} {:<17} {:>4} {:>7} {:>7} {:>7}\n", "step", "models",
                                 "figure", "n", "mean", "min", "max");
  std::string step, models;
  for (const results::Summary& s : summaries) {
    const std::string pair = s.model_b.empty() ? s.model_a : s.model_a + " ~ " + s.model_b;
    text += fmt::format("{:<16} {:<16} {:<17} {:>4} {:>7} {:>7} {:>7}\n",
                        s.step == step ? "" : cut(s.step, 16),
                        s.step == step && pair == models ? "" : cut(pair, 16), cut(s.figure, 17),
                        s.count + s.undefined, number(s.mean), number(s.min), number(s.max));
    step = s.step;
    models = pair;
  }
  return text;
}

// Tables of tests are for the report: what they say is in the findings and below the verdict.
std::string tables(const results::Report& report) {
  std::string text;
  for (const results::StepTable& table : report.tables) {
    if (shows(report, table.step, results::Step::Shows::findings)) continue;
    text += "\n" + wrapped(table.step + ": " + table.table.title, 0) + tableText(table.table);
  }
  return text;
}

// Of each step, pair and axis the finding with the smallest p-value; all are in findings.csv.
std::vector<const evidence::StepFinding*> mostTelling(
    const std::vector<evidence::StepFinding>& findings) {
  std::vector<const evidence::StepFinding*> best;
  for (const evidence::StepFinding& row : findings) {
    const auto same =
        std::find_if(best.begin(), best.end(), [&](const evidence::StepFinding* other) {
          return std::tie(other->step, other->model_a, other->model_b, other->finding.gauge) ==
                 std::tie(row.step, row.model_a, row.model_b, row.finding.gauge);
        });
    if (same == best.end()) {
      best.push_back(&row);
    } else if (row.log10_p_adjusted < (*same)->log10_p_adjusted) {
      *same = &row;
    }
  }
  return best;
}

// The figures of tests that describe.
std::string details(const results::Report& report) {
  std::string text;
  for (const evidence::StepFinding* row : mostTelling(report.findings)) {
    if (row->finding.basis != Basis::describes) continue;
    std::string list;
    for (const auto& [name, value] : evidence::figuresOf(row->finding)) {
      list += (list.empty() ? "" : ", ") + name + " " + number(value);
    }
    if (!list.empty()) text += wrapped(row->step + ": " + list, 2);
  }
  return text;
}

std::string likeness(const Finding& finding) {
  if (!finding.likeness || !(finding.likeness->chance > 0)) return {};
  return fmt::format("{:.1f}", finding.likeness->matched / finding.likeness->chance);
}

std::string findings(const results::Report& report) {
  if (report.findings.empty()) return {};
  std::string text = fmt::format("\n{:<18} {:<17} {:<13} {:>6} {:>6} {:>7} {:>5}\n", "test",
                                 "models", "axis", "units", "log p", "decides", "rows");
  for (const evidence::StepFinding* row : mostTelling(report.findings)) {
    text +=
        fmt::format("{:<18} {:<17} {:<13} {:>6} {:>6.1f} {:>7} {:>5}\n", cut(row->step, 18),
                    cut(row->model_a + " ~ " + row->model_b, 17),
                    cut(row->finding.gauge.name(), 13), row->finding.units, row->log10_p_adjusted,
                    row->finding.basis != Basis::describes ? "yes" : "no", likeness(row->finding));
  }
  return text +
         "log p: decimal logarithm of the p-value, adjusted by Holm over the run's tests\n"
         "and no other run's: whoever screens many pairs has to run them as one (--all).\n"
         "rows: matched rows are so many times as alike as rows of no common origin.\n" +
         details(report);
}

std::string notes(const results::Report& report) {
  std::string text, last;
  for (const results::Step& step : report.steps) {
    if (!step.claim.empty()) text += "\n" + wrapped(step.name + ": claim: " + step.claim, 2);
    if (!step.why.empty()) text += "\n" + wrapped(step.name + ": why: " + step.why, 2);
    if (step.note.empty() || step.note == last) continue;
    text += "\n" + wrapped(step.name + ": " + step.note, 2);
    last = step.note;
  }
  return text;
}

std::string leftOutLines(const results::Report& report) {
  std::string text;
  std::size_t count = 0;
  for (const results::Step& step : report.steps) {
    for (const results::LeftOut& left : step.left_out) {
      if (++count > 5) continue;
      const std::string& name = left.tensor_a.empty() ? left.tensor_b : left.tensor_a;
      text += wrapped(step.name + ": " + name + ": " + left.reason, 2);
    }
  }
  if (count == 0) return {};
  return fmt::format("\nLeft out ({}):\n", count) + text +
         (count > 5 ? "  ... the others are in report.json\n" : "");
}

std::string expectations(const results::Report& report, const Paint& paint) {
  std::string text;
  for (const results::ExpectationResult& e : report.expectations) {
    text += fmt::format("{} {} is {}, expected {}{}\n", e.met ? "met:  " : paint.warning("UNMET:"),
                        e.figure, number(e.value), e.wanted, e.met ? "" : " (" + e.place + ")");
  }
  return text.empty() ? text : "\n" + text;
}

// What corresponds in a pair of relatives, in a sentence.
std::string correspondence(const results::Pair& pair, const results::Report& report) {
  for (const results::StepTable& made : report.tables) {
    const bool of_pair = made.models == std::vector<std::string>{pair.a, pair.b} ||
                         made.models == std::vector<std::string>{pair.b, pair.a};
    if (of_pair && made.of_relatives) {
      return wrapped(made.table.note, 2);
    }
  }
  return {};
}

}  // namespace

std::string terminalSummary(const results::Report& report, const Paint& paint) {
  std::string text = report.title.empty() ? "" : wrapped(report.title, 0) + "\n";
  if (!report.claim.empty()) text += wrapped("Claim: " + report.claim, 2);
  if (!report.why.empty()) text += wrapped("Why: " + report.why, 2);
  if (!report.claim.empty() || !report.why.empty()) text += "\n";
  const std::string measured = metrics(report, report.observations);
  const std::string surveyed = figures(report, report.observations);
  text += measured + (measured.empty() || surveyed.empty() ? "" : "\n") + surveyed;
  text += layerLines(report.rows) + tables(report) + findings(report) + notes(report) +
          leftOutLines(report) + expectations(report, paint);
  std::string controls;  // a line each: what they are for stands in the findings
  for (const results::Pair& pair : report.pairs) {
    if (results::hasControl(report, pair)) {
      controls +=
          pair.a + " ~ " + pair.b + " (control): " + evidence::name(pair.verdict.klass) + "\n";
      continue;
    }
    text += "\n" +
            paint.strong(pair.a + " ~ " + pair.b + ": " + evidence::name(pair.verdict.klass) +
                         (pair.verdict.unverified ? " (unverified)" : "")) +
            "\n" +
            wrapped(pair.verdict.sentence + (pair.verdict.klass == evidence::Class::no_evidence
                                                 ? " Power: " + pair.verdict.power + "."
                                                 : ""),
                    2) +
            correspondence(pair, report);
    for (const std::string& paragraph : coverageText(pair)) text += wrapped(paragraph, 2);
  }
  for (const results::Model& model : report.models) {
    if (model.naming.empty()) continue;
    text += wrapped(model.key + " is read as " + model.architecture + ": " + model.naming + ".", 2);
  }
  if (!controls.empty()) text += "\n" + controls;
  if (!report.complete) {
    text += "\n" + paint.warning("Interrupted: what was measured before is saved.") + "\n";
  }
  return text + fmt::format("\n{:.1f} MB read, {} requests, {:.2f} s, {:.0f} MB of memory\n",
                            static_cast<double>(report.cost.bytes_read) / 1e6, report.cost.requests,
                            report.cost.seconds,
                            static_cast<double>(report.cost.peak_memory_bytes) / 1e6);
}

}  // namespace kindred::report
