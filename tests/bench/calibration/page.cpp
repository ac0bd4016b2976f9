#include "page.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <kindred/analysis/stats/tails.hpp>

namespace kindred::calibration {
namespace {

std::string withBounds(const Proportion& p) {
  return fmt::format("{:.4f} [{:.4f}, {:.4f}]", p.rate(), p.low, p.high);
}

std::string nullRow(const std::string& what, const NullTally::Row& row, bool bounds_hold) {
  std::string text = fmt::format("| {} | {} |", what, row.trials);
  for (std::size_t l = 0; l < kLevels.size(); ++l) {
    const Proportion p = proportion(row.rejected[l], row.trials);
    text += " " + withBounds(p);
    if (row.attainable[0] > 0) text += fmt::format(" ({:.4f})", row.attainable[l]);
    text += bounds_hold && p.low > kLevels[l] ? " **above** |" : " |";
  }
  return text + fmt::format(" {:.4f} of {:.4f}{} |\n", row.excess(), row.bound(),
                            bounds_hold && row.excess() > row.bound() ? " **above**" : "");
}

// Bounds take the pairs' results for independent; where they are not, no rate is marked by them.
std::string nullTable(const std::string& title, const std::string& intro, const NullTally& tally,
                      bool bounds_hold = true) {
  const Proportion above = proportion(tally.aboveNoEvidence(), tally.pairs());
  std::string text = fmt::format(
      "## {}\n\n{}\n\n{} pairs, {} above \"no evidence\" (adjusted p < 1e-6); the true share is at "
      "most {:.5f} with 97.5 % confidence. The smallest adjusted p is {:.2g}.\n\n"
      "| test: null | results | p <= 0.05 | p <= 0.01 | p <= 0.001 | largest excess |\n"
      "|---|---|---|---|---|---|\n",
      title, intro, tally.pairs(), above.successes, above.high, std::pow(10, tally.smallest()));
  for (const auto& [what, row] : tally.rows()) text += nullRow(what, row, bounds_hold);
  return text + "\n";
}

std::string calibratedTable(const std::map<std::string, CalibratedTally>& tests) {
  std::string text =
      "## Calibrated tests\n\nPairs of independent models, each with 13 controls that were drawn "
      "from the same models. Ranks of sets that share models are not independent, so no bounds "
      "stand here. Of one recipe: pair and controls differ in their seed alone, so that ranks are "
      "uniform by construction. Of others: the two are of other recipes than the controls, which "
      "nothing makes exchangeable. Accused are pairs whose rank is the first, clear of all "
      "controls "
      "and beyond what strangers reach, as verdicts ask for.\n\n"
      "| test | of one recipe: pairs | p <= 0.05 | p <= 0.01 | accused | of others: pairs | "
      "p <= 0.05 | p <= 0.01 | accused |\n|---|---|---|---|---|---|---|---|---|\n";
  for (const auto& [test, tally] : tests) {
    text += "| " + test + " |";
    for (const CalibratedTally::Row* row : {&tally.alike, &tally.other}) {
      text += fmt::format(" {} | {:.4f} | {:.4f} | {} |", row->pairs, row->share(row->at_5),
                          row->share(row->at_1), row->accused);
    }
    text += "\n";
  }
  return text + "\n";
}

std::string misleadingTable(const std::vector<MisleadingRow>& rows) {
  std::string text =
      "## Models that could mislead\n\nIndependent models whose signs are not fair, independent "
      "ones "
      "whose signs and order somebody chose to fit another's, and copies whose signs and order "
      "were "
      "drawn anew. Accused are pairs of which shared weights are said, in whole or in part. "
      "Refused "
      "is the gauge concerned, where neither model's signs pass their self-test.\n\n"
      "| models | should be | pairs | accused | refused | verdicts |\n|---|---|---|---|---|---|\n";
  for (const MisleadingRow& row : rows) {
    std::string verdicts;
    for (const auto& [klass, count] : row.classes) {
      verdicts +=
          fmt::format("{}{} {}", verdicts.empty() ? "" : ", ", evidence::name(klass), count);
    }
    text += fmt::format("| {} | {} | {} | {} | {} | {} |\n", row.name, row.wanted, row.pairs,
                        row.accused, row.refused, verdicts);
  }
  return text + "\n";
}

std::string detectionTable(const std::vector<DetectionRow>& rows) {
  std::string text =
      "| transformation | weak | middle | strong | most telling |\n|---|---|---|---|---|\n";
  for (const DetectionRow& row : rows) {
    text += "| " + row.transformation->name + " |";
    Detection all;
    for (std::size_t s = 0; s < 3; ++s) {
      const Detection& d = row.strengths[s];
      text += fmt::format(" {}: {} of {} |", row.transformation->strengths[s], d.found, d.pairs);
      all.add(d);
    }
    text += " " + all.mostTelling() + " |\n";
  }
  return text;
}

std::string summary(const std::string& what, const Detection& detection) {
  return fmt::format("| {} | {} | {} | {} |\n", what, detection.pairs, detection.found,
                     withBounds(detection.share()));
}

std::string pairList(const std::string& title, const std::vector<std::string>& pairs) {
  if (pairs.empty()) return {};
  std::string text = "\n### " + title + "\n\n";
  for (const std::string& pair : pairs) text += "- " + pair + "\n";
  return text;
}

std::string introduction(const Results& results) {
  std::string widths;
  for (const std::size_t width : results.widths) {
    widths += (widths.empty() ? "" : ", ") + std::to_string(width);
  }
  return fmt::format(
      "# Calibration of the exact tests\n\n"
      "Written by `./dev bench calibration`, which trains the models, saves them and compares them "
      "as `kindred compare --all` does. All seeds are fixed.\n\n"
      "The models are small decoders with RMS norms, rotary attention and gated MLPs, dense or "
      "mixtures of experts, trained by next-token prediction on synthetic languages "
      "(`tests/trainer`). {} of them are independent, of hidden widths {}; half of each width "
      "differ in their seed alone. They are toys: the tables check that the tests keep their "
      "promise and see what they should, not what happens in models a million times larger.\n\n"
      "Rates stand with 95 % bounds (Clopper and Pearson). Counts of heads are discrete: in "
      "parentheses is the largest probability at or below the level that they can have, averaged "
      "over the pairs, which is what the rate should come to. Signed ranks, fixed points and "
      "bounds are conservative too, by an amount not stated. **above** marks a rate whose lower "
      "bound exceeds the level. Under the null, results of two pairs that share one model are "
      "independent: the "
      "signs of the model that they don't share are fair coins by themselves. The last column is "
      "by "
      "how much the share of p-values at or below any level exceeds that level at most, and the "
      "bound that it keeps with 99.9 % where p-values are uniform (Kolmogorov and Smirnov, "
      "one-sided, since p-values that are too large cost power alone); **above** marks what "
      "exceeds it.\n\n",
      results.independent_models, widths);
}

// P-values of ranks and of permutations come to any level exactly; those of heads and of fixed
// points to some alone.
bool comesToItsLevel(const std::string& what) {
  return what.find("weighed by the ranks") != std::string::npos ||
         what.find("Spearman's rho") != std::string::npos ||
         what.find("mean cosine") != std::string::npos;
}

// What chance makes of the marks of so many rates.
std::string marks(const Results& results) {
  std::size_t rates = 0, marked = 0;
  double least = 1;
  for (const NullTally* tally : {&results.plain, &results.doubled, &results.ungated,
                                 &results.biased, &results.in_part, &results.prints}) {
    for (const auto& [what, row] : tally->rows()) {
      if (!comesToItsLevel(what)) continue;
      for (std::size_t l = 0; l < kLevels.size(); ++l) {
        ++rates;
        marked += proportion(row.rejected[l], row.trials).low > kLevels[l];
        least = std::min(
            least, std::pow(10, stats::binomialTail(row.trials, row.rejected[l], kLevels[l])));
      }
    }
  }
  return fmt::format(
      "Of {} rates of ranks and permutations, whose p-values come to their level exactly, {} carry "
      "this mark and chance marks {:.1f}; the least likely has p = {:.2g} by itself (binomial), "
      "and of so many independent ones the least is as small with probability {:.2f}.\n\n",
      rates, marked, 0.025 * static_cast<double>(rates), least,
      1 - std::pow(1 - least, static_cast<double>(rates)));
}

// [begin, end) of a section's text behind its heading; the end of the page where it has none.
std::pair<std::size_t, std::size_t> placeOf(const std::string& page, const std::string& title) {
  const std::string heading = "\n## " + title + "\n\n";
  const std::size_t found = page.find(heading);
  if (found == std::string::npos) return {page.size(), page.size()};
  const std::size_t begin = found + heading.size();
  return {begin, std::min(page.find("\n## ", begin), page.size())};
}

}  // namespace

std::string page(const Results& results) {
  std::string text = introduction(results) + marks(results);
  text += nullTable("Independent models", "All pairs of one hidden width.", results.plain);
  text += nullTable("Independent models with doubled parts",
                    "One or both of the pair are up-cycled to experts or up-scaled in depth: coins "
                    "of copies fall together and must count once.",
                    results.doubled);
  text +=
      nullTable("Transformed models of different roots",
                "Disguises, merges, rounding and pruning must not make strangers look related. All "
                "pairs of one width descend from the same two roots, so that their coins are "
                "largely the same and fall together: the bounds are too narrow here, and no "
                "rate is marked by them. The claim rests on the tables above.",
                results.edited, false);
  text += nullTable("Independent models with LayerNorm and MLPs without a gate",
                    "All pairs of models as Nemotron, of one width, three languages and two "
                    "depths. Units have an order and no signs.",
                    results.ungated);
  text += nullTable("Independent models with biases",
                    "All pairs of models as Qwen 2, of one width, three languages and two depths: "
                    "biases of queries, keys and values begin at zero and change sign with their "
                    "rows.",
                    results.biased);
  text += nullTable("Independent models of which little is read",
                    fmt::format("All pairs of the widest of the first table, {} bytes of each: "
                                "units are tossed in bands, a few rows of down.",
                                kLittle),
                    results.in_part);
  text += nullTable("Fingerprints of independent models",
                    "All pairs of the first table and of those with LayerNorm and with biases, by "
                    "fingerprints of 1 MB as `kindred identify` makes and compares them.",
                    results.prints);
  text += calibratedTable(results.calibrated);
  text += misleadingTable(results.misleading);
  Detection direct;
  for (const DetectionRow& row : results.rows) {
    for (const Detection& strength : row.strengths) direct.add(strength);
  }
  text +=
      "## Detection\n\nFound is what comes out above \"no evidence\". Two models made of one may "
      "have kept different parts of it, and then share no weight that a test could compare. What "
      "each "
      "transformation keeps is declared with it; such pairs are counted apart, and are expected "
      "not to be found.\n\n"
      "| pairs | number | found | share |\n|---|---|---|---|\n";
  text += summary("a model and what was made of it", direct);
  text += summary("two models made of one, sampled, that share something", results.between);
  text += summary("two models made of one, sampled, that share nothing comparable", results.apart);
  text += "\n### A model and what was made of it\n\n" + detectionTable(results.rows);
  text += pairList("Missed", results.missed);
  text += pairList("Nothing to compare", results.nothing_shared);
  text +=
      "\nDistillation copies no weight and can't be seen by these tests. Nor can a disguise "
      "that draws anew the signs and the order of every gauge, together with rotations of "
      "whatever can be rotated.\n";
  return text;
}

std::string sectionOf(const std::string& page, const std::string& title) {
  const auto [begin, end] = placeOf(page, title);
  return page.substr(begin, end - begin);
}

std::string withSection(const std::string& page, const std::string& title,
                        const std::string& section) {
  const auto [begin, end] = placeOf(page, title);
  const std::string heading = begin == page.size() ? "\n## " + title + "\n\n" : "";
  return page.substr(0, begin) + heading + section + page.substr(end);
}

}  // namespace kindred::calibration
