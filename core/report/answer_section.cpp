// The question, the answer in two sentences, and the answer for each pair.
#include <algorithm>

#include "report/coverage_text.hpp"
#include "report/sections.hpp"
#include "report/wording.hpp"

namespace kindred::report {
namespace {

constexpr std::size_t kCards = 12;  // more pairs than that become a table

Markup badge(const results::Report& report, const results::Pair& pair) {
  return element("span", verdictName(report, pair),
                 {{"class", "badge"}, {"data-class", evidence::name(pair.verdict.klass)}});
}

Markup names(const results::Pair& pair) {
  Markup markup;
  return markup << element("bdi", pair.a) << " and " << element("bdi", pair.b);
}

Markup inFull(const evidence::Verdict& verdict) {
  Markup markup = element("p", verdict.sentence);
  if (const std::string power = powerOf(verdict); !power.empty()) {
    markup << element("p", power, {{"class", "quiet"}});
  }
  return markup;
}

Markup card(const results::Report& report, const results::Pair& pair) {
  const Answer answer = answerOf(report, pair);
  Markup content = element("h3", names(pair));
  content << badge(report, pair) << element("p", answer.first)
          << element("p", answer.second, {{"class", "quiet"}});
  if (!results::isOnlyMeasured(report, pair)) {
    content << foldedMarkup("In full", inFull(pair.verdict));
  }
  return element("li", content);
}

Markup row(const results::Report& report, const results::Pair& pair) {
  Markup cells = element("td", names(pair));
  cells << element("td", badge(report, pair))
        << element("td",
                   evidence::isRelated(pair.verdict.klass) && pair.verdict.log10_p < 0
                       ? pValueMarkup(pair.verdict.log10_p)
                       : Markup(),
                   {{"class", "number"}});
  return element("tr", cells);
}

Markup pairTable(const results::Report& report, const std::vector<const results::Pair*>& pairs) {
  Markup rows;
  for (const results::Pair* pair : pairs) rows << row(report, *pair);
  Markup table =
      R"(<thead><tr><th scope="col">Pair</th><th scope="col">Verdict</th><th scope="col" class="number">p</th></tr></thead>)"_html;
  return element("div", element("table", table << element("tbody", rows)),
                 {{"class", pairs.size() > kCards ? "scroll filtered" : "scroll"},
                  {"tabindex", "0"},
                  {"role", "region"},
                  {"aria-label", "Pairs of models"}});
}

using Pairs = std::vector<const results::Pair*>;

// Of the pairs without a control, or of those with one.
Pairs pairsOf(const results::Report& report, bool control) {
  Pairs pairs;
  for (const results::Pair& pair : report.pairs) {
    if (results::hasControl(report, pair) == control) pairs.push_back(&pair);
  }
  return pairs;
}

void addFoldedPairs(Markup& markup, const results::Report& report, const Pairs& pairs,
                    const char* what) {
  if (pairs.empty()) return;
  markup << foldedMarkup(std::to_string(pairs.size()) + " pairs " + what, pairTable(report, pairs));
}

Markup manyPairs(const results::Report& report, const Pairs& pairs) {
  Pairs related, nothing, undecided;
  for (const results::Pair* pair : pairs) {
    const evidence::Class klass = pair->verdict.klass;
    Pairs& others = klass == evidence::Class::no_evidence ? nothing : undecided;
    (evidence::isRelated(klass) ? related : others).push_back(pair);
  }
  std::stable_sort(related.begin(), related.end(), [](const auto* x, const auto* y) {
    return x->verdict.log10_p < y->verdict.log10_p;
  });
  Markup markup;
  if (!report.unlisted.empty()) markup << element("p", unlistedOf(report));
  if (!related.empty()) markup << pairTable(report, related);
  addFoldedPairs(markup, report, nothing, "in which nothing was found");
  addFoldedPairs(markup, report, undecided, "that were not run or not decided");
  return markup;
}

}  // namespace

Markup answerSection(const results::Report& report) {
  const Answer answer = answerOf(report);
  const std::optional<std::string>& date = report.cost.date;
  Markup content =
      element("p", date ? "Kindred report, " + *date : "Kindred report", {{"class", "kicker"}});
  content << element("h1", report.title.empty() ? "Untitled" : report.title);
  if (!report.question.empty() && report.question != report.title) {
    content << element("p", report.question, {{"class", "question"}});
  }
  if (!report.claim.empty()) content << element("p", "Claim: " + report.claim);
  for (const std::string& line :
       {report.why.empty() ? "" : "Why: " + report.why, beaconOf(report)}) {
    if (!line.empty()) content << element("p", line, {{"class", "quiet"}});
  }
  Markup verdict;
  const Pairs subjects = pairsOf(report, false);
  const bool one = results::onlyPair(report) != nullptr;
  if (one) verdict << badge(report, *subjects.front());
  verdict << element("p", answer.first, {{"class", "lead"}}) << element("p", answer.second);
  if (one && subjects.front()->coverage.bytes_a > 0) {
    verdict << element("p", covered(report, *subjects.front()), {{"class", "quiet"}});
  }
  content << element("div", verdict, {{"class", "verdict"}, {"id", "verdict"}});
  if (!report.complete) {
    content << element("p",
                       "This run was interrupted: what follows was measured before, and may change "
                       "with the rest.",
                       {{"class", "warning"}});
  }
  return element("header", content);
}

Markup pairsSection(const results::Report& report) {
  Markup content;
  const Pairs subjects = pairsOf(report, false), controls = pairsOf(report, true);
  if (report.pairs.empty() && report.unlisted.empty()) return content;
  const bool one = results::onlyPair(report) != nullptr;
  content << element("h2", one ? "In full" : "Pair by pair");
  if (one) {
    const bool measured = results::isOnlyMeasured(report, *subjects.front());
    content << (measured ? element("p", kOnlyMeasured) : inFull(subjects.front()->verdict));
  } else if (subjects.size() > kCards || !report.unlisted.empty()) {
    content << manyPairs(report, subjects);
  } else {
    Markup cards;
    for (const results::Pair* pair : subjects) cards << card(report, *pair);
    content << element("ul", cards, {{"class", "pairs"}});
  }
  for (const std::string& sentence : jointsOf(report)) content << element("p", sentence);
  for (const std::string& sentence : nearestOf(report)) content << element("p", sentence);
  if (!controls.empty()) {
    content << element("h3", "Controls: models whose kinship is known beforehand")
            << pairTable(report, controls);
  }
  return element("section", content, {{"id", "pairs"}});
}

}  // namespace kindred::report
