// How it was measured, at what price, and how to do it again.
#include <fmt/format.h>

#include <algorithm>

#include "report/sections.hpp"
#include "report/wording.hpp"

namespace kindred::report {
namespace {

std::string joined(const std::vector<std::string>& list, const char* between) {
  std::string text;
  for (const std::string& entry : list) text += (text.empty() ? "" : between) + entry;
  return text;
}

TextTable models(const results::Report& report) {
  TextTable table{"Models",
                  {"model", "role", "address", "revision", "architecture", "tensors", "parameters"},
                  {},
                  ""};
  for (const results::Model& m : report.models) {
    table.rows.push_back({m.key, results::name(m.role), m.address, m.revision, familyOf(m),
                          grouped(m.tensors), grouped(m.parameters)});
  }
  return table;
}

// What a step is about, in the recipe's words.
std::string saidOf(const results::Step& step) {
  std::vector<std::string> said;
  if (!step.claim.empty()) said.push_back("Claim: " + step.claim);
  if (!step.why.empty()) said.push_back("Why: " + step.why);
  if (!step.note.empty()) said.push_back(step.note);
  return joined(said, " ");
}

TextTable steps(const results::Report& report) {
  TextTable table{"Steps", {"step", "models", "measured", "what it says"}, {}, ""};
  for (const results::Step& step : report.steps) {
    std::vector<std::string> metrics;
    for (const results::Metric& metric : step.metrics) metrics.push_back(metric.name);
    table.rows.push_back({step.name, joined(step.models, " and "),
                          metrics.empty() ? step.verb : joined(metrics, ", "), saidOf(step)});
  }
  return table;
}

TextTable summaries(const results::Report& report) {
  TextTable table{"Figures",
                  {"step", "figure", "models", "values", "mean", "sd", "min", "median", "max",
                   "least in", "most in"},
                  {},
                  ""};
  for (const results::Summary& s : report.observations) {
    table.rows.push_back({s.step, s.metric == s.figure ? s.metric : s.metric + "." + s.figure,
                          s.model_b.empty() ? s.model_a : s.model_a + " and " + s.model_b,
                          std::to_string(s.count), figure(s.mean), figure(s.sd), figure(s.min),
                          figure(s.median), figure(s.max), s.count > 1 ? s.min_of : "",
                          s.count > 1 ? s.max_of : ""});
  }
  return table;
}

TextTable coverage(const results::Report& report) {
  TextTable table{
      "Tensors compared by content",
      {"pair", "part", "equal", "equal, computed", "tied", "changed", "without partner"},
      {},
      ""};
  for (const results::Pair& pair : report.pairs) {
    for (const auto& [name, count] : pair.coverage.components) {
      table.rows.push_back({pair.a + " and " + pair.b, name, std::to_string(count.equal),
                            std::to_string(count.constant), std::to_string(count.tied),
                            std::to_string(count.changed), std::to_string(count.absent)});
    }
  }
  return table;
}

// What was understood of each pair, compared and left out.
TextTable extent(const results::Report& report) {
  TextTable table{
      "What was covered",
      {"pair", "understood", "some rows read in both", "left out", "plain cosine (describes only)"},
      {},
      ""};
  for (const results::Pair& pair : report.pairs) {
    const evidence::Coverage& c = pair.coverage;
    std::string left_out;
    for (const auto& [reason, size] : c.left_out) {
      left_out += fmt::format("{}{} {}", left_out.empty() ? "" : ", ", size.tensors, reason);
    }
    if (c.budget > 0) {
      left_out += fmt::format("{}what tests that decide did not read of their {} of each model",
                              left_out.empty() ? "" : ", ", byteCount(c.budget));
    }
    table.rows.push_back({pair.a + " and " + pair.b,
                          fmt::format("{} of {} and {} of {} tensors", c.understood_a, c.tensors_a,
                                      c.understood_b, c.tensors_b),
                          fmt::format("{} tensors, {} of {}", c.compared.tensors,
                                      byteCount(c.compared.bytes), byteCount(c.compared_size)),
                          left_out, figure(c.plain_cosine.value)});
  }
  return table;
}

TextTable noEvidence(const results::Report& report) {
  TextTable table{"Equal, and no evidence", {"pair", "tensor", "why"}, {}, ""};
  for (const results::Pair& pair : report.pairs) {
    for (const evidence::NoEvidence& entry : pair.coverage.no_evidence) {
      table.rows.push_back({pair.a + " and " + pair.b, entry.tensor, entry.reason});
    }
  }
  return table;
}

TextTable differences(const results::Report& report) {
  TextTable table{"What differs", {"pair", "what"}, {}, ""};
  for (const results::Pair& pair : report.pairs) {
    const evidence::Identity& identity = pair.coverage.identity;
    if (!identity.known || !evidence::isRelated(pair.verdict.klass)) continue;
    const std::string name = pair.a + " and " + pair.b;
    for (const auto* list : {&identity.differences, &identity.remarks}) {
      for (const std::string& text : *list) table.rows.push_back({name, text});
    }
    if (identity.differing > identity.differences.size()) {
      table.rows.push_back(
          {name, fmt::format("{} more tensors", identity.differing - identity.differences.size())});
    }
  }
  return table;
}

TextTable skipped(const results::Report& report) {
  TextTable table{"Stages that were not run", {"step", "stage", "why"}, {}, ""};
  for (const results::Step& step : report.steps) {
    for (const results::Skipped& entry : step.skipped) {
      table.rows.push_back({step.name, std::to_string(entry.stage), entry.reason});
    }
  }
  return table;
}

TextTable expectations(const results::Report& report) {
  TextTable table{"Expectations of the recipe", {"figure", "value", "expected", "met"}, {}, ""};
  for (const results::ExpectationResult& e : report.expectations) {
    const std::string unmet = e.reason.empty() ? "no" : "no: " + e.reason;
    table.rows.push_back({e.figure, figure(e.value), e.wanted, e.met ? "yes" : unmet});
  }
  return table;
}

TextTable leftOut(const results::Report& report) {
  TextTable table{"Tensors left out", {"step", "tensor", "why"}, {}, ""};
  for (const results::Step& step : report.steps) {
    for (const results::LeftOut& left : step.left_out) {
      table.rows.push_back(
          {step.name, left.tensor_a.empty() ? left.tensor_b : left.tensor_a, left.reason});
    }
  }
  return table;
}

void addFolded(Markup& content, const TextTable& table, const char* what) {
  if (table.rows.empty()) return;
  content << foldedMarkup(fmt::format("{} {}", table.rows.size(), what), tableMarkup(table));
}

// As it would be typed: what a shell would take apart stands in quotes.
std::string shellQuoted(const std::string& word) {
  const bool plain = !word.empty() && std::all_of(word.begin(), word.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("-_./=:@+,%").find(static_cast<char>(c)) != std::string_view::npos;
  });
  if (plain) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

}  // namespace

Markup tablesSection(const results::Report& report) {
  Markup content;
  if (report.tables.empty()) return content;
  content << element("h2", "Tables");
  for (const results::StepTable& made : report.tables) {
    const TextTable& t = made.table;
    Markup body = tableMarkup(t);
    if (!t.note.empty()) body << element("p", t.note, {{"class", "quiet"}});
    constexpr std::size_t kOpen = 30;
    content << (t.rows.size() <= kOpen
                    ? element("div", body)
                    : foldedMarkup(fmt::format("{} ({} rows)", t.title, t.rows.size()), body));
  }
  return element("section", content, {{"id", "tables"}});
}

Markup methodSection(const results::Report& report) {
  Markup content = element("h2", "Method");
  constexpr std::size_t kOpenSteps = 30;
  content << tableMarkup(models(report));
  for (const results::Model& m : report.models) {
    for (const std::string& note : m.notes) {
      content << element("p", m.key + ": " + note + ".", {{"class", "quiet"}});
    }
  }
  if (report.steps.size() <= kOpenSteps) {
    content << tableMarkup(steps(report));
  } else {
    addFolded(content, steps(report), "steps");
  }
  if (!report.expectations.empty()) content << tableMarkup(expectations(report));
  addFolded(content, summaries(report), "figures, summed up (each value is in observations.csv)");
  addFolded(content, extent(report), "pairs: what was understood, compared and left out");
  addFolded(content, coverage(report), "lines on which tensors are equal");
  addFolded(content, differences(report), "lines on what differs between relatives");
  addFolded(content, noEvidence(report), "equal tensors that are no evidence");
  addFolded(content, skipped(report), "stages that were not run, and why");
  addFolded(content, leftOut(report), "tensors left out, and why");
  return element("section", content, {{"id", "method"}});
}

Markup costSection(const results::Report& report) {
  const results::RunCost& cost = report.cost;
  Markup list;
  const auto entry = [&](const char* name, const std::string& value) {
    list << element("div", element("dt", name) << element("dd", value));
  };
  if (cost.date) entry("date", *cost.date);
  entry("read", byteCount(cost.bytes_read));
  entry("requests", grouped(cost.requests));
  entry("time", fmt::format("{:.1f} s", cost.seconds));
  entry("memory", byteCount(cost.peak_memory_bytes));
  Markup content = element("h2", "Cost");
  return element("section", content << element("dl", list, {{"class", "cost"}}), {{"id", "cost"}});
}

Markup manifestSection(const results::Report& report) {
  const results::Manifest& manifest = report.manifest;
  std::string command;
  for (const std::string& word : manifest.command_line) {
    command += (command.empty() ? "" : " ") + shellQuoted(word);
  }
  TextTable plugins{"Plugins", {"plugin", "version", "kind"}, {}, ""};
  for (const results::Plugin& p : manifest.plugins) {
    plugins.rows.push_back({p.name, p.version, p.kind});
  }
  std::uint64_t bytes = 0;
  for (const results::RangeRead& range : manifest.ranges) bytes += range.length;
  Markup content = element("h2", "Reproduce");
  content << element("p", "The command that made this report:")
          << element("pre", element("code", command), {{"tabindex", "0"}})
          << element("p", fmt::format(
                              "Kindred {}, {}. manifest.json lists {} byte ranges that were "
                              "read, with the hash of each.",
                              report.kindred, manifest.toolchain, grouped(manifest.ranges.size())));
  if (manifest.recipe.text.empty()) {  // of fingerprints
    return element("section", content, {{"id", "manifest"}});
  }
  content << foldedMarkup(
                 "The recipe (" + manifest.recipe.file + ", XXH3-128 " + manifest.recipe.xxh3_128 +
                     ")",
                 element("pre", element("code", manifest.recipe.text), {{"tabindex", "0"}}))
          << foldedMarkup(fmt::format("{} plugins", plugins.rows.size()), tableMarkup(plugins));
  return element("section", content, {{"id", "manifest"}});
}

}  // namespace kindred::report
