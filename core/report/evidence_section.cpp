// The evidence table, each p-value drawn on one scale with those of controls.
#include <algorithm>

#include <fmt/format.h>

#include "evidence/axis_words.hpp"
#include "evidence/figures.hpp"
#include "report/axis_words.hpp"
#include "report/evidence.hpp"
#include "report/sections.hpp"
#include "report/wording.hpp"

namespace kindred::report {
namespace {

constexpr std::size_t kShown = 40;  // rows; the others are folded
constexpr double kLevel = -6;       // from here on a rejection is called evidence

double x(const EvidenceScale& scale, double log10_p) { return 8 + 184 * scale.position(log10_p); }

Markup strip(const EvidenceScale& scale, const Evidence& row) {
  std::string drawing = fmt::format(
      R"(<line class="axis" x1="8" x2="192" y1="12" y2="12"/><line class="level" x1="{0:.1f}" x2="{0:.1f}" y1="2" y2="22"/>)",
      x(scale, kLevel));
  for (const double p : row.controls) {
    drawing += fmt::format(R"(<circle class="control" cx="{:.1f}" cy="12" r="5"/>)", x(scale, p));
  }
  drawing +=
      fmt::format(R"(<circle class="{}" cx="{:.1f}" cy="12" r="5"/>)",
                  row.control ? "control" : "subject", x(scale, row.finding->log10_p_adjusted));
  std::string label = "p = " + text(pValue(row.finding->log10_p_adjusted));
  for (const double p : row.controls) label += ", a control: " + text(pValue(p));
  return element(
      "svg", trusted(std::move(drawing)),
      {{"viewBox", "0 0 200 24"}, {"class", "strip"}, {"role", "img"}, {"aria-label", label}});
}

Markup axis(const EvidenceScale& scale) {
  std::string drawing;
  for (const double tick : scale.ticks()) {
    drawing += fmt::format(
        R"(<text x="{:.1f}" y="15" text-anchor="middle">{}</text>)", x(scale, tick),
        tick == 0 ? "1" : fmt::format(R"(10<tspan dy="-4" font-size="8">−{:.0f}</tspan>)", -tick));
  }
  return element("svg", trusted(std::move(drawing)),
                 {{"viewBox", "0 0 200 20"},
                  {"class", "strip"},
                  {"role", "img"},
                  {"aria-label", "Scale of p-values, from 1 on the left to ever smaller ones"}});
}

// What a finding says besides; numbers by layer are in the pictures.
std::string detailsOf(const evidence::StepFinding& finding) {
  constexpr std::size_t kMost = 12;
  std::string list = "Statistic " + figure(finding.finding.statistic);
  std::size_t count = 0;
  for (const auto& [name, value] : evidence::figuresOf(finding.finding)) {
    if (++count > kMost) break;
    list += ", " + name + " " + figure(value);
  }
  return list;
}

Markup cell(const char* label, const Markup& content, const char* klass = "words") {
  return element("td", content, {{"data-label", label}, {"class", klass}});
}

// Empty: exact, as is expected.
const char* tagOf(Basis basis) {
  switch (basis) {
    case Basis::exact:
      return "";
    case Basis::calibrated:
      return "by controls";
    case Basis::unverified:
      return "unverified";
    case Basis::describes:
      return "describes only";
  }
  return "";
}

Markup tableRow(const EvidenceScale& scale, const Evidence& row) {
  const evidence::StepFinding& f = *row.finding;
  Markup pair, test, units, p, basis;
  pair << element("bdi", f.model_a) << " and " << element("bdi", f.model_b);
  if (row.control) pair << " " << element("span", "control", {{"class", "tag"}});
  test << axisInWords(f) << element("span", f.finding.test, {{"class", "axis-name"}});
  if (const char* tag = tagOf(f.finding.basis); *tag != '\0') {
    test << element("span", tag, {{"class", "tag"}});
  }
  units << grouped(f.finding.units);
  if (f.finding.copies > 0)
    units << element("span",
                     grouped(f.finding.copies) + (f.finding.copies == 1 ? " copy" : " copies"),
                     {{"class", "tag"}});
  if (row.at_floor) p << "\u2264 ";
  p << pValueMarkup(f.log10_p_adjusted);
  Markup full = element("p", "Null: " + f.finding.null);
  full << element("p", "Assumes: " + f.finding.assumptions);
  full << element("p", detailsOf(f));
  if (!f.finding.alignment.empty()) full << element("p", "Alignment: " + f.finding.alignment);
  basis << foldedMarkup("what it assumes", full);
  Markup cells;
  cells << cell("Pair", pair) << cell("What was tested", test) << cell("Units", units, "number")
        << cell("Adjusted p", p, "number") << cell("On one scale", strip(scale, row), "drawing")
        << cell("Basis", basis);
  return element("tr", cells);
}

Markup table(const EvidenceScale& scale, const Evidence* first, const Evidence* last) {
  Markup body;
  for (; first != last; ++first) body << tableRow(scale, *first);
  Markup head =
      R"(<th scope="col">Pair</th><th scope="col">What was tested</th><th scope="col" class="number">Coins or units</th><th scope="col" class="number">Adjusted p</th>)"_html;
  head << element("th", axis(scale), {{"scope", "col"}}) << R"(<th scope="col">Basis</th>)"_html;
  Markup content = element("thead", element("tr", head));
  return element("table", content << element("tbody", body), {{"class", "evidence"}});
}

}  // namespace

Markup evidenceSection(const results::Report& report) {
  const std::vector<Evidence> rows = evidenceOf(report);
  Markup content = element("h2", "Evidence");
  if (rows.empty()) {
    content << element("p",
                       "No test was run. Similarities alone don't say whether weights are shared.");
    return element("section", content, {{"id", "evidence"}});
  }
  content << element(
      "p",
      "Each line is the most telling test of one axis. The p-value says how probable agreement "
      "this strong would be if the two models had been trained independently; it is adjusted for "
      "all tests of this run. Filled dots are the pair itself, rings are controls: pairs with a "
      "model whose kinship is known beforehand. Left of the dashed line nothing is called "
      "evidence.");
  content << element("p", results::kOneRun, {{"class", "quiet"}});
  const EvidenceScale scale(rows);
  const auto control =
      std::find_if(rows.begin(), rows.end(), [](const Evidence& row) { return row.control; });
  const Evidence* begin = rows.data();
  const Evidence* controls = begin + (control - rows.begin());
  const Evidence* middle = std::min(begin + kShown, controls);
  const Evidence* end = begin + rows.size();
  if (begin != middle) content << table(scale, begin, middle);
  if (middle != controls) {
    content << foldedMarkup(fmt::format("{} more lines", controls - middle),
                            table(scale, middle, controls));
  }
  if (controls != end) {
    content << foldedMarkup(fmt::format("{} lines of pairs with controls", end - controls),
                            table(scale, controls, end));
  }
  if (!report.refused.empty()) {
    TextTable refused{"Tests that were not run", {"step", "pair", "axis", "why"}, {}, ""};
    for (const results::Refused& r : report.refused) {
      refused.rows.push_back(
          {r.step, r.model_a + " and " + r.model_b, evidence::inWords(r.gauge), r.reason});
    }
    content << foldedMarkup(fmt::format("{} tests that were not run, and why", refused.rows.size()),
                            tableMarkup(refused));
  }
  return element("section", content, {{"id", "evidence"}});
}

}  // namespace kindred::report
