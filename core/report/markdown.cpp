#include "report/markdown.hpp"

#include <fmt/format.h>

#include "report/axis_words.hpp"
#include "report/coverage_text.hpp"
#include "report/evidence.hpp"
#include "report/shown.hpp"
#include "report/wording.hpp"

namespace kindred::report {
namespace {

constexpr std::size_t kRows = 30;  // rows of a table; the HTML report has them all

// Text within a line of Markdown. Letters, digits and harmless marks stay; the others become
// character references, which no renderer takes for markup.
std::string inText(std::string_view text) {
  constexpr std::string_view kMarks = "\\`*_{}[]<>()#+!|~&@$^:";
  std::string out;
  for (const char c : shown(text)) {
    if (c == '\n' || c == '\r' || c == '\t') {
      out += ' ';
    } else if (kMarks.find(c) != std::string_view::npos) {
      out += fmt::format("&#{};", static_cast<int>(c));
    } else {
      out += c;
    }
  }
  return out;
}

// Prose of the program that may hold names: only what could be taken for markup is escaped.
std::string sentence(std::string_view text) {
  constexpr std::string_view kMarks = "\\`*_[]<>|&@#~";
  std::string out;
  for (const char c : shown(text)) {
    out += c == '\n'                                  ? std::string(" ")
           : kMarks.find(c) != std::string_view::npos ? fmt::format("&#{};", static_cast<int>(c))
                                                      : std::string(1, c);
  }
  return out;
}

// A code block that its text cannot end.
std::string codeBlock(const std::string& language, const std::string& text) {
  std::size_t longest = 2, run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  const std::string fence(longest + 1, '`');
  const std::string content = shown(text);
  return fence + language + "\n" + content + (content.ends_with('\n') ? "" : "\n") + fence + "\n";
}

std::string pairTable(const results::Report& report) {
  std::string text = "| pair | verdict | p |\n|---|---|---|\n";
  std::size_t shown = 0;
  for (const results::Pair& pair : report.pairs) {
    if (report.pairs.size() > kRows && !evidence::isRelated(pair.verdict.klass)) continue;
    if (++shown > kRows) break;
    text += fmt::format("| {} and {}{} | {} | {} |\n", inText(pair.a), inText(pair.b),
                        results::hasControl(report, pair) ? " (control)" : "",
                        inText(verdictName(report, pair)),
                        pair.verdict.log10_p < 0 ? report::text(pValue(pair.verdict.log10_p)) : "");
  }
  return text +
         (report.pairs.size() > kRows
              ? fmt::format("\n{} pairs; report.html lists them.\n", report.pairs.size())
              : "") +
         (report.unlisted.empty() ? "" : "\n" + sentence(unlistedOf(report)) + "\n") + "\n";
}

std::string evidenceTable(const std::vector<Evidence>& rows) {
  std::string text =
      "| pair | test | what it looked at | units | adjusted p |\n|---|---|---|---:|---:|\n";
  for (std::size_t i = 0; i < std::min(kRows, rows.size()); ++i) {
    const evidence::StepFinding& f = *rows[i].finding;
    const bool describes = f.finding.basis == Basis::describes;
    text +=
        fmt::format("| {} and {}{} | {} | {} | {} | {}{} |\n", inText(f.model_a), inText(f.model_b),
                    rows[i].control ? " (control)" : "", inText(f.finding.test),
                    inText(axisInWords(f)) + (describes ? ", describes only" : ""), f.finding.units,
                    rows[i].at_floor ? "<= " : "", report::text(pValue(f.log10_p_adjusted)));
  }
  if (rows.size() > kRows) {
    text += fmt::format("\n{} more lines are in report.html.\n", rows.size() - kRows);
  }
  return text + "\n";
}

// With the revision, which the address of a model on a hub has in it.
std::string addressed(const results::Model& model) {
  const bool said = model.address.find(model.revision) != std::string::npos;
  return model.address + (said ? "" : " at " + model.revision);
}

std::string assumptions(const std::vector<Evidence>& rows) {
  if (rows.empty()) return {};
  const evidence::StepFinding& f = *rows.front().finding;
  return "The first line's null: " + sentence(f.finding.null) +
         ". It assumes: " + sentence(f.finding.assumptions) + ".\n\n";
}

// What the recipe's author says of its steps.
std::string claims(const results::Report& report) {
  std::string text;
  for (const results::Step& step : report.steps) {
    const auto line = [&](const char* what, const std::string& said) {
      if (!said.empty())
        text += fmt::format("- {}: {}: {}\n", inText(step.name), what, inText(said));
    };
    line("claim", step.claim);
    line("why", step.why);
  }
  return text.empty() ? text : "## Steps\n\n" + text + "\n";
}

}  // namespace

std::string reportMarkdown(const results::Report& report) {
  const Answer answer = answerOf(report);
  std::string text = "# " + inText(report.title) + "\n\n";
  if (!report.question.empty() && report.question != report.title) {
    text += "*" + inText(report.question) + "*\n\n";
  }
  if (!report.claim.empty()) text += "Claim: " + inText(report.claim) + "\n\n";
  if (!report.why.empty()) text += "Why: " + inText(report.why) + "\n\n";
  if (!report.beacon.empty()) text += inText(beaconOf(report)) + "\n\n";
  text += "**" + sentence(answer.first) + "** " + sentence(answer.second) + "\n\n";
  if (!report.complete) text += "This run was interrupted; the rest was not measured.\n\n";
  if (report.pairs.size() > 1 || !report.unlisted.empty()) text += pairTable(report);
  if (report.pairs.size() == 1 && report.unlisted.empty()) {
    const results::Pair& pair = report.pairs.front();
    text += "Verdict: " + inText(verdictName(report, pair)) + ".\n\n";
    for (const std::string& said : {covered(report, pair), powerOf(pair.verdict)}) {
      if (!said.empty()) text += sentence(said) + "\n\n";
    }
  }
  for (const std::string& joined : jointsOf(report)) text += sentence(joined) + "\n\n";
  for (const std::string& nearest : nearestOf(report)) text += sentence(nearest) + "\n\n";
  const std::vector<Evidence> rows = evidenceOf(report);
  if (!rows.empty())
    text += "## Evidence\n\n" + evidenceTable(rows) + assumptions(rows) + results::kOneRun + "\n\n";
  text += claims(report);
  text += "## Models\n\n| model | role | address | architecture |\n|---|---|---|---|\n";
  for (const results::Model& m : report.models) {
    text += fmt::format("| {} | {} | {} | {} |\n", inText(m.key), inText(results::name(m.role)),
                        inText(addressed(m)), inText(familyOf(m)));
  }
  for (const results::Model& m : report.models) {
    for (const std::string& note : m.notes) {
      text += fmt::format("\n{}: {}.\n", inText(m.key), inText(note));
    }
  }
  text += fmt::format("\n{} read in {} requests and {:.1f} s with Kindred {}.\n\n",
                      byteCount(report.cost.bytes_read), report.cost.requests, report.cost.seconds,
                      sentence(report.kindred));
  if (report.manifest.recipe.text.empty()) return text;  // of fingerprints
  return text + "<details><summary>The recipe that repeats it</summary>\n\n" +
         codeBlock("yaml", report.manifest.recipe.text) + "\n</details>\n";
}

}  // namespace kindred::report
