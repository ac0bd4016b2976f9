#include "report/terminal.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <sstream>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "evidence/figures.hpp"
#include "report/axis_words.hpp"
#include "report/coverage_text.hpp"
#include "report/evidence.hpp"
#include "report/shown_names.hpp"
#include "report/sparkline.hpp"
#include "report/text.hpp"
#include "report/wording.hpp"

namespace kindred::report {
namespace {

constexpr std::size_t kMostPairs = 20;  // with a line each; more are in the report

using Shows = results::Step::Shows;

// One printing of one report.
class Printer {
 public:
  Printer(const results::Report& report, const TerminalView& view)
      : report_(report), view_(view), names_(shownNames(report)) {
    for (const results::Pair& pair : report.pairs) {
      (results::hasControl(report, pair) ? controls_ : subjects_).push_back(&pair);
    }
  }

  std::string text() const {
    std::string text = titled() ? prose(report_.title) + "\n" : "";
    if (!report_.claim.empty()) text += prose("Claim: " + report_.claim, 2);
    if (!report_.why.empty()) text += prose("Why: " + report_.why, 2);
    if (const std::string beacon = beaconOf(report_); !beacon.empty()) text += prose(beacon, 2);
    if (!report_.claim.empty() || !report_.why.empty() || !report_.beacon.empty()) text += "\n";
    const bool tested = hasTests();
    if (!tested) text += measured();
    text += answer(tested);
    if (view_.verbose) text += inFull();
    if (const std::string more = tested && (view_.measured || view_.verbose) ? measured() : "";
        !more.empty()) {
      text += (more.front() == '\n' ? "" : "\n") + more;
    }
    text += claims();
    text += expectations();
    if (!report_.complete) {
      text += "\n" + view_.paint.warning("Interrupted: what was measured before is saved.") + "\n";
    }
    return text + "\n" + cost();
  }

 private:
  std::string prose(const std::string& words, std::size_t indent = 0) const {
    return wrapped(words, indent, std::min(view_.width, kWidestProse));
  }

  // Painted line by line: a wrapped text's lines each by themselves.
  std::string strong(const std::string& words) const {
    std::string lines = prose(words), text;
    for (std::size_t end; (end = lines.find('\n')) != std::string::npos; lines.erase(0, end + 1)) {
      text += view_.paint.strong(lines.substr(0, end)) + "\n";
    }
    return text;
  }

  std::string name(const std::string& key) const {
    const auto found = names_.find(key);
    return found == names_.end() ? key : found->second;
  }

  std::string pairName(const std::string& a, const std::string& b) const {
    return b.empty() ? name(a) : name(a) + " ~ " + name(b);
  }

  // The title that `compare` writes is what the verdict begins with.
  bool titled() const {
    if (report_.title.empty() || subjects_.size() != 1) return !report_.title.empty();
    return report_.title != subjects_.front()->a + " and " + subjects_.front()->b;
  }

  bool hasTests() const {
    return std::any_of(report_.pairs.begin(), report_.pairs.end(), [&](const results::Pair& pair) {
      return !results::isOnlyMeasured(report_, pair);
    });
  }

  bool shows(const std::string& step, Shows what) const {
    return std::any_of(report_.steps.begin(), report_.steps.end(), [&](const results::Step& each) {
      return each.name == step && each.shows == what;
    });
  }

  // --- the answer

  std::string answer(bool tested) const {
    if (report_.pairs.empty()) return {};
    if (!tested) return "\n" + prose(kOnlyMeasured) + describedTable();
    if (subjects_.size() != 1) return several();
    const results::Pair& pair = *subjects_.front();
    results::Pair named = pair;
    named.a = name(pair.a);
    named.b = name(pair.b);
    if (!view_.verbose) named.verdict.sizes.clear();               // numbers are for whoever asks
    const bool measured = results::isOnlyMeasured(report_, pair);  // told by the models' keys
    const Answer said = answerOf(report_, measured ? pair : named);
    std::string text = strong(named.a + " and " + named.b + ": " + verdictName(report_, pair)) +
                       strong(said.first) + prose(said.second);
    for (const evidence::ComponentVerdict& part : pair.components) {
      text +=
          prose(fmt::format("{}: {}", models::name(part.component), verdictName(part.verdict)), 2);
    }
    return text + "\n" + prose(covered(report_, named)) + toldFamilies() + correspondence(pair) +
           evidenceTable() + nulls() + controlLines();
  }

  // Families that nothing but names of tensors tells.
  std::string toldFamilies() const {
    std::map<std::string, std::vector<std::string>> models;
    for (const results::Model& model : report_.models) {
      if (!model.told.empty()) models[familyOf(model)].push_back(name(model.key));
    }
    std::string text;
    for (const auto& [family, names] : models) {
      text += prose(fmt::format("{} {} read as {}.", fmt::join(names, ", "),
                                names.size() == 1 ? "is" : "are", family));
    }
    return text;
  }

  // What corresponds in a pair of relatives, in a sentence.
  std::string correspondence(const results::Pair& pair) const {
    for (const results::StepTable& made : report_.tables) {
      const bool of_pair = made.models == std::vector<std::string>{pair.a, pair.b} ||
                           made.models == std::vector<std::string>{pair.b, pair.a};
      if (!of_pair || !made.of_relatives) continue;
      return made.table.note.empty() ? "" : prose(made.table.note);
    }
    return {};
  }

  // Whether the nulls of tests of signs hold, where the run checked it.
  std::string nulls() const {
    std::string text;
    for (const results::StepTable& made : report_.tables) {
      if (!made.of_null) continue;
      text += "\n" + prose(made.table.title + ":") + tableText(made.table, 12, view_.width);
    }
    return text;
  }

  std::string evidenceTable() const {
    TextTable table{"", {"what was tested", "units", "log10 p"}, {}, ""};
    for (const Evidence& row : evidenceOf(report_)) {
      const evidence::StepFinding& f = *row.finding;
      if (row.control || f.finding.basis == Basis::describes) continue;
      table.rows.push_back({axisInWords(f), grouped(f.finding.units), log10p(f.log10_p_adjusted)});
    }
    if (table.rows.empty()) return {};
    return "\n" + tableText(table, table.rows.size(), view_.width) +
           prose(
               "log10 p: the p-value's power of ten, adjusted for the tests of this run and no "
               "other: whoever screens many pairs has to run them as one (--all). Nulls and what "
               "they assume: report, or --verbose.",
               2);
  }

  // Of a run without tests that decide, what its tests gave.
  std::string describedTable() const {
    constexpr std::size_t kMost = 12;
    TextTable table{"", {"step", "test", "units", "log10 p"}, {}, ""};
    for (const evidence::StepFinding& f : report_.findings) {
      if (f.finding.log10_p >= 0) continue;
      table.rows.push_back(
          {f.step, f.finding.test, grouped(f.finding.units), log10p(f.finding.log10_p)});
    }
    if (table.rows.empty()) return {};
    return "\n" + tableText(table, kMost, view_.width) +
           prose(
               "log10 p: the p-value's power of ten, under the null that the report states. It "
               "describes and decides nothing.",
               2);
  }

  // Rounded so that it never says too much.
  static std::string log10p(double value) {
    if (std::isnan(value)) return "-";
    return fmt::format("{:.1f}", std::ceil(value * 10) / 10 + 0.0);
  }

  std::string controlLines() const {
    std::string related;
    std::set<std::string> relatives;
    std::map<std::string, std::set<std::string>> others;
    for (const results::Pair* pair : controls_) {
      const bool first = results::isControl(report_, pair->a);
      if (evidence::isRelated(pair->verdict.klass)) relatives.insert(first ? pair->a : pair->b);
    }
    for (const results::Pair* pair : controls_) {
      const bool first = results::isControl(report_, pair->a);
      const std::string control = name(first ? pair->a : pair->b);
      if (evidence::isRelated(pair->verdict.klass)) {
        related += prose(fmt::format(
            "Control {} with {}: {}. A relative calibrates nothing: tests leave it out of their "
            "controls.",
            control, name(first ? pair->b : pair->a), verdictName(report_, *pair)));
      } else {
        const bool relative = relatives.contains(first ? pair->a : pair->b);
        others[verdictName(report_, *pair)].insert(
            relative ? control + " with " + name(first ? pair->b : pair->a) : control);
      }
    }
    std::string text = controls_.empty() ? "" : "\n" + related;
    for (const auto& [verdict, models] : others) {
      text += prose(fmt::format("{} {}: {}", models.size() == 1 ? "Control" : "Controls",
                                fmt::join(models, ", "), verdict));
    }
    return text;
  }

  // The verdict of one of several pairs, or what was measured of it.
  std::string toldOf(const results::Pair& pair) const {
    return results::isOnlyMeasured(report_, pair) ? answerOf(report_, pair).first
                                                  : verdictName(pair.verdict);
  }

  std::string several() const {
    const Answer said = answerOf(report_);
    std::string text = strong(said.first) + prose(said.second) + "\n";
    std::size_t shown = 0;
    for (const results::Pair* pair : subjects_) {
      if (++shown > kMostPairs) break;
      const bool related = evidence::isRelated(pair->verdict.klass) && pair->verdict.log10_p < 0;
      text += prose(fmt::format("{} and {}: {}{}", name(pair->a), name(pair->b), toldOf(*pair),
                                related ? ", log10 p " + log10p(pair->verdict.log10_p) : ""),
                    2);
    }
    if (shown > kMostPairs) {
      text += fmt::format("  ... and {} more pairs in the report\n", subjects_.size() - kMostPairs);
    }
    for (const std::string& sentence : nearestOf(report_)) text += "\n" + prose(sentence);
    return text + toldFamilies() + controlLines();
  }

  // --- figures

  std::string measured() const {
    std::string text = figures(false) + figures(true);
    text += layerLines(report_.rows);
    for (const results::StepTable& table : report_.tables) {
      if (shows(table.step, Shows::findings)) continue;
      text += "\n" + prose(table.step + ": " + table.table.title) +
              tableText(table.table, 12, view_.width);
    }
    return text;
  }

  // Figures of surveys and documents are of different kinds, each worth its line; of a metric the
  // first stands for the others, which are in observations.csv. Each pair's below its names.
  std::string figures(bool listed) const {
    std::vector<std::string> pairs;
    std::map<std::string, std::vector<std::vector<std::string>>> rows;
    std::map<std::string, std::pair<std::string, std::string>> last;
    for (const results::Summary& s : report_.observations) {
      if (shows(s.step, Shows::figures) != listed) continue;
      const std::string pair = pairName(s.model_a, s.model_b);
      if (!rows.contains(pair)) pairs.push_back(pair);
      auto& [step, metric] = last[pair];
      if (!listed && s.step == step && s.metric == metric) continue;
      rows[pair].push_back({s.step == step ? "" : s.step, listed ? s.figure : s.metric,
                            std::to_string(s.count + s.undefined), number(s.mean), number(s.min),
                            number(s.max)});
      step = s.step;
      metric = s.metric;
    }
    TextTable table{"", {"step", "figure", "n", "mean", "min", "max"}, {}, ""};
    for (const std::string& pair : pairs) {
      table.rows.insert(table.rows.end(), rows[pair].begin(), rows[pair].end());
    }
    if (pairs.empty()) return {};
    std::istringstream lines(tableText(table, table.rows.size(), view_.width));
    std::string line, text;
    std::getline(lines, line);
    text = line + "\n";
    for (const std::string& pair : pairs) {
      text += prose(pair);
      for (std::size_t i = 0; i < rows[pair].size() && std::getline(lines, line); ++i) {
        text += line + "\n";
      }
    }
    return text;
  }

  // What the recipe's author says of its steps.
  std::string claims() const {
    std::string text;
    for (const results::Step& step : report_.steps) {
      if (!step.claim.empty()) text += prose(step.name + ": claim: " + step.claim, 2);
      if (!step.why.empty()) text += prose(step.name + ": why: " + step.why, 2);
    }
    return text.empty() ? text : "\n" + text;
  }

  // --- what stands behind --verbose

  std::string inFull() const {
    return findings() + details() + notes() + leftOut() + verdicts() + namings();
  }

  // Of each step, pair and axis the finding with the smallest p-value; all are in findings.csv.
  std::vector<const evidence::StepFinding*> mostTelling() const {
    std::vector<const evidence::StepFinding*> best;
    for (const evidence::StepFinding& row : report_.findings) {
      const auto same = std::find_if(best.begin(), best.end(), [&](const auto* other) {
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

  std::string findings() const {
    std::string text;
    for (const evidence::StepFinding* row : mostTelling()) {
      const Finding& finding = row->finding;
      text += "\n" + prose(fmt::format("{}, {}: {}; {} units, log10 p {}", row->step,
                                       pairName(row->model_a, row->model_b), axisInWords(*row),
                                       grouped(finding.units), log10p(row->log10_p_adjusted)));
      if (finding.basis == Basis::describes) text += prose("Describes, and decides nothing.", 2);
      if (!finding.null.empty()) text += prose("Null: " + finding.null, 2);
      if (!finding.assumptions.empty()) text += prose("Assumes: " + finding.assumptions, 2);
      if (finding.likeness && finding.likeness->chance > 0) {
        text += prose(fmt::format("Matched rows are {:.1f} times as alike as rows of no common "
                                  "origin.",
                                  finding.likeness->matched / finding.likeness->chance),
                      2);
      }
    }
    return text;
  }

  // The figures of tests that describe.
  std::string details() const {
    std::string text;
    for (const evidence::StepFinding* row : mostTelling()) {
      if (row->finding.basis != Basis::describes) continue;
      std::string list;
      for (const auto& [figure, value] : evidence::figuresOf(row->finding)) {
        list += (list.empty() ? "" : ", ") + figure + " " + number(value);
      }
      if (!list.empty()) text += prose(row->step + ": " + list, 2);
    }
    return text;
  }

  std::string notes() const {
    std::string text, last;
    for (const results::Step& step : report_.steps) {
      if (step.note.empty() || step.note == last) continue;
      text += "\n" + prose(step.name + ": " + step.note, 2);
      last = step.note;
    }
    return text;
  }

  std::string leftOut() const {
    std::string text;
    std::size_t count = 0;
    for (const results::Step& step : report_.steps) {
      for (const results::LeftOut& left : step.left_out) {
        if (++count > 5) continue;
        const std::string& tensor = left.tensor_a.empty() ? left.tensor_b : left.tensor_a;
        text += prose(step.name + ": " + tensor + ": " + left.reason, 2);
      }
    }
    if (count == 0) return {};
    return fmt::format("\nLeft out ({}):\n", count) + text +
           (count > 5 ? "  ... the others are in report.json\n" : "");
  }

  std::string verdicts() const {
    std::string text;
    for (const results::Pair* pair : subjects_) {
      text += "\n" + prose(pairName(pair->a, pair->b) + ": " + pair->verdict.sentence);
      if (const std::string power = powerOf(pair->verdict); !power.empty()) text += prose(power, 2);
      for (const std::string& paragraph : coverageText(*pair)) text += prose(paragraph, 2);
    }
    for (const results::Refused& refused : report_.refused) {
      text += prose(fmt::format("Not run: {}, {}: {}", refused.step,
                                pairName(refused.model_a, refused.model_b), refused.reason),
                    2);
    }
    return text;
  }

  std::string namings() const {
    std::string text;
    for (const results::Model& model : report_.models) {
      if (model.naming.empty()) continue;
      text += prose(
          name(model.key) + " is read as " + model.architecture + ": " + model.naming + ".", 2);
    }
    return text;
  }

  // --- the end

  std::string expectations() const {
    std::string text;
    std::size_t met = 0, unmeasured = 0;
    for (const results::ExpectationResult& e : report_.expectations) {
      if (e.met) {
        ++met;
      } else if (!report_.complete && std::isnan(e.value)) {
        ++unmeasured;
      } else {
        const std::string unmet = "UNMET:";
        std::string line =
            prose(fmt::format("{} {} is {}, expected {} ({}){}", unmet, e.figure, number(e.value),
                              e.wanted, e.place, e.reason.empty() ? "" : ": " + e.reason));
        text += line.replace(0, unmet.size(), view_.paint.warning(unmet));
      }
    }
    if (met > 0) {
      text = fmt::format("{} {} met\n", met, met == 1 ? "expectation" : "expectations") + text;
    }
    if (unmeasured > 0) {
      text += fmt::format("{} not measured: the run was stopped before\n",
                          words::counted(unmeasured, "expectation"));
    }
    return text.empty() ? text : "\n" + text;
  }

  std::string cost() const {
    const results::RunCost& cost = report_.cost;
    return prose(fmt::format("{} read, {}{:.2f} s, {} of memory", byteCount(cost.bytes_read),
                             cost.requests > 0 ? fmt::format("{} requests, ", cost.requests) : "",
                             cost.seconds, byteCount(cost.peak_memory_bytes)));
  }

  const results::Report& report_;
  const TerminalView& view_;
  std::map<std::string, std::string> names_;
  std::vector<const results::Pair*> subjects_, controls_;
};

}  // namespace

std::string terminalSummary(const results::Report& report, const TerminalView& view) {
  return Printer(report, view).text();
}

}  // namespace kindred::report
