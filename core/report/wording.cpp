#include "report/wording.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "evidence/levels.hpp"
#include "evidence/shared_bytes.hpp"

namespace kindred::report {
namespace {

using evidence::Class;

// Of composites those components that are related, each as a whole.
std::string componentsOf(const results::Pair& pair) {
  std::string parts;
  for (const evidence::ComponentVerdict& part : pair.components) {
    if (!evidence::isRelated(part.verdict.klass)) continue;
    parts += (parts.empty() ? "the " : " and the ") + std::string(models::name(part.component));
  }
  return parts;
}

std::string partsOf(const results::Pair& pair) {
  std::string parts = componentsOf(pair);
  if (!parts.empty()) return parts;
  for (const auto& [name, count] : pair.coverage.components) {
    if (count.equal == 0 || name == "other") continue;
    parts += (parts.empty() ? "" : ", ") + name;
  }
  const bool of_layers = pair.coverage.tensors_a == 0 || pair.verdict.breadth.layers_tested > 0;
  if (parts.empty() && of_layers) return "some of the layers";
  if (parts.empty() && pair.verdict.unverified) return "matrices without a known role";
  return parts.empty() ? "what lies along the residual stream (norms or embeddings)" : parts;
}

// " The mean absolute cosine ...", or nothing.
std::string sizesOf(const results::Pair& pair) {
  std::string text = pair.verdict.sizes;
  if (text.empty()) return text;
  text.front() = 'T';
  return " " + text + ".";
}

// Which copies would have been seen, without the coins that this rests on.
std::string beforeCoins(const std::string& power) { return power.substr(0, power.find(';')); }

std::string counted(std::size_t count, const char* one, const char* many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

// "10⁻³¹⁵": for sentences, the exponent rounded so that it never says too much.
std::string inWords(double log10_p) {
  constexpr std::array<const char*, 10> kDigits{"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  const PValue p = pValue(log10_p);
  if (p.power.empty()) return p.plain;
  std::string text = "10⁻";
  for (const char c : fmt::format("{:.0f}", std::floor(-log10_p))) {
    text += kDigits[static_cast<std::size_t>(c - '0')];
  }
  return text;
}

// Of a pair that shares a part.
std::string ofOtherParts(const results::Pair& pair) {
  if (pair.verdict.breadth.layers_tested > 0) {
    return "In the other tensors that were tested, nothing was found that ties the two models "
           "together.";
  }
  return fmt::format(
      "No other part could be tested in this run: whether any is shared is not told{}.",
      pair.coverage.budget > 0 ? " (--max-bytes reads more)" : "");
}

// By a test, or by nothing but equal bytes: then there is no p-value.
Answer sharedWeights(const results::Pair& pair) {
  const std::string why =
      "One may have been made from the other, or both from a common ancestor, a merge or the same "
      "random start (a default seed), or somebody who had one may have chosen signs or order of "
      "the "
      "other; this is not told apart" +
      std::string(pair.verdict.start &&
                          pair.verdict.start->looks_like != evidence::LooksLike::either
                      ? ", but for what gains of norms suggest of the start."
                      : ".") +
      sizesOf(pair);
  if (pair.verdict.log10_p > evidence::kLog10Evidence) {
    return {evidence::sharedBytesSentence(pair.a, pair.b, pair.coverage), why};
  }
  // No rows stand behind it.
  if (pair.verdict.breadth.share == 0 && pair.verdict.breadth.layers_tested == 0 &&
      !pair.verdict.unverified) {
    return {fmt::format("What lies along the residual streams of {} and {} (norms or embeddings) "
                        "agrees as that of models trained independently would with a probability "
                        "of at most {}, if what the test assumes holds.",
                        pair.a, pair.b, inWords(pair.verdict.log10_p)),
            ofOtherParts(pair) + " " + why};
  }
  return {fmt::format("The tested weights of {} and {} agree as those of models trained "
                      "independently would with a probability of at most {}, if what the test "
                      "assumes holds.",
                      pair.a, pair.b, inWords(pair.verdict.log10_p)),
          (pair.verdict.not_in.empty()
               ? ""
               : fmt::format("Not in all parts: in {} nothing was found. ", pair.verdict.not_in)) +
              why};
}

std::string wereOf(std::size_t count) {
  return fmt::format("{} {}", count, count == 1 ? "was" : "were");
}

// "norms: cosine 0.975, changed 0.99; rows: cosine 0.002": the first figure of each metric.
std::string measuredText(const results::Report& report, const results::Pair& pair) {
  constexpr std::size_t kMost = 8;
  std::string text, step, metric;
  std::size_t count = 0;
  for (const results::Summary& s : report.observations) {
    if (!results::isOf(pair, s.model_a, s.model_b)) continue;
    if (s.step == step && s.metric == metric) continue;
    if (++count > kMost) return text + "; and more below";
    text += s.step == step ? ", " : (text.empty() ? "" : "; ") + s.step + ": ";
    text += s.metric + " " + figure(s.mean);
    step = s.step;
    metric = s.metric;
  }
  return text;
}

Answer measured(const results::Report& report, const results::Pair& pair) {
  const std::string figures = measuredText(report, pair);
  return {figures.empty()
              ? fmt::format("{} and {} were described.", pair.a, pair.b)
              : fmt::format("Of {} and {} was measured, on average: {}.", pair.a, pair.b, figures),
          kOnlyMeasured};
}

Answer manyPairs(const results::Report& report) {
  auto counts = results::pairsByClass(report);
  std::uint64_t measured = 0;
  for (const results::Pair& pair : report.pairs) {
    if (results::hasControl(report, pair) || !results::isOnlyMeasured(report, pair)) continue;
    --counts[pair.verdict.klass];
    ++measured;
  }
  const std::uint64_t asked = results::pairsAsked(report);
  const std::uint64_t shared = counts[Class::identical] + counts[Class::shared_weights];
  const std::uint64_t alike = counts[Class::shared_weights_calibrated];
  const std::uint64_t partial = counts[Class::partial], arranged = counts[Class::arranged];
  const std::uint64_t nothing = counts[Class::no_evidence], not_run = counts[Class::not_run];
  const std::uint64_t untold =
      counts[Class::inconclusive] + counts[Class::untestable] + counts[Class::several];
  if (measured == asked) {
    return {
        fmt::format("{} were measured.", counted(measured, "pair of models", "pairs of models")),
        kOnlyMeasured};
  }
  std::string first =
      fmt::format("Of {}, {} {} weights", counted(asked, "pair of models", "pairs of models"),
                  shared, shared == 1 ? "shares" : "share");
  if (alike > 0) {
    first += fmt::format(", {} {} more alike than the controls", alike, alike == 1 ? "is" : "are");
  }
  if (partial > 0) first += fmt::format(", {} in part", partial);
  if (arranged > 0)
    first += fmt::format("; in {} signs or order agree and rows hardly do", arranged);
  if (nothing > 0) first += fmt::format("; in {} nothing was found", nothing);
  if (untold > 0) first += fmt::format("; for {} no test could decide", untold);
  if (not_run > 0) first += fmt::format("; {} were not run", not_run);
  if (measured > 0) first += fmt::format("; {} measured and not tested", wereOf(measured));
  return {first + ".",
          "Shared weights don't say who descends from whom, and finding nothing does not show that "
          "models are independent."};
}

}  // namespace

std::vector<std::string> jointsOf(const results::Report& report) {
  std::vector<std::string> sentences;
  for (const results::Family& family : report.families) {
    if (family.joints.empty()) continue;
    std::vector<std::string> parts;
    for (const auto& part : family.parts) {
      parts.push_back(fmt::format("{{{}}}", fmt::join(part, ", ")));
    }
    sentences.push_back(fmt::format(
        "The family of {} is joined only through {}, as a merge joins two families: nothing was "
        "found that ties together {}.",
        family.parts.front().front(), fmt::join(family.joints, ", "), fmt::join(parts, " and ")));
  }
  return sentences;
}

namespace {

// "0.0012 (0.0010 to 0.0014)": with two standard errors on each side.
std::string withError(double value, double error) {
  constexpr double kErrors = 2, kRounding = 1e-8;
  const auto text = [](double x) {
    return std::abs(x) < kRounding ? std::string("0") : fmt::format("{:.2g}", x);
  };
  const std::string low = text(value - kErrors * error), high = text(value + kErrors * error);
  if (!std::isfinite(error) || low == high) return text(value);
  return fmt::format("{} ({} to {})", text(value), low, high);
}

std::string nearestText(const results::Nearest& nearest) {
  constexpr std::size_t kMost = 6;
  std::vector<std::string> first, then;
  for (std::size_t i = 0; i < std::min(kMost, nearest.kin.size()); ++i) {
    const results::Kin& kin = nearest.kin[i];
    (i < nearest.tied ? first : then)
        .push_back(fmt::format("{} at {}", kin.model, withError(kin.distance, kin.error)));
  }
  if (nearest.tied > 1) {
    const std::string more = then.empty() ? "" : fmt::format("; then {}", fmt::join(then, ", "));
    return fmt::format(
        "Of the relatives of {}, {} are equally near, as far as this run tells: {}{}. The second "
        "is farther than the first by {}.",
        nearest.model, nearest.tied, fmt::join(first, ", "), nearest.tied > kMost ? ", ..." : more,
        withError(nearest.lead, nearest.lead_error));
  }
  const results::Kin& only = nearest.kin.front();
  return fmt::format(
      "Of the relatives of {} the nearest is {}, at a distance of {}, then {}. It is nearer than "
      "{} "
      "by {}.",
      nearest.model, only.model, withError(only.distance, only.error), fmt::join(then, ", "),
      nearest.kin[1].model, withError(nearest.lead, nearest.lead_error));
}

}  // namespace

std::vector<std::string> nearestOf(const results::Report& report) {
  std::vector<std::string> sentences;
  for (const results::Family& family : report.families) {
    for (const results::Nearest& nearest : family.nearest) {
      sentences.push_back(nearestText(nearest));
    }
  }
  if (sentences.empty()) return sentences;
  sentences.push_back(
      "Distances are -ln of the mean correlation of matched rows, in brackets with two standard "
      "errors over layers; they order relatives and don't say which came first.");
  return sentences;
}

PValue pValue(double log10_p) {
  if (std::isnan(log10_p)) return {"\u2013", ""};
  if (log10_p > -3) return {fmt::format("{:.2g}", std::min(1.0, std::pow(10.0, log10_p))), ""};
  return {"", fmt::format("-{:.1f}", std::floor(-log10_p * 10) / 10)};
}

std::string text(const PValue& p) { return p.plain.empty() ? "10^" + p.power : p.plain; }

std::string figure(double value) {
  return std::isnan(value) ? "\u2013" : fmt::format("{:.4g}", value);
}

namespace {

const char* className(Class klass) {
  switch (klass) {
    case Class::identical:
      return "Identical";
    case Class::shared_weights:
      return "Shared weights";
    case Class::shared_weights_calibrated:
      return "More alike than the controls";
    case Class::partial:
      return "Shared in part";
    case Class::arranged:
      return "Arranged";
    case Class::inconclusive:
      return "Inconclusive";
    case Class::no_evidence:
      return "No evidence";
    case Class::untestable:
      return "Not testable";
    case Class::not_run:
      return "Not run";
    case Class::several:
      return "Several pairs";
  }
  return "";
}

}  // namespace

std::string verdictName(evidence::Class klass) { return className(klass); }

std::string verdictName(const evidence::Verdict& verdict) {
  return std::string(className(verdict.klass)) + (verdict.unverified ? " (unverified)" : "");
}

std::string verdictName(const results::Report& report, const results::Pair& pair) {
  return results::isOnlyMeasured(report, pair) ? "Measured" : verdictName(pair.verdict);
}

namespace {

Answer answerByClass(const results::Pair& pair) {
  const std::string& a = pair.a;
  const std::string& b = pair.b;
  const std::string p = inWords(pair.verdict.log10_p);
  switch (pair.verdict.klass) {
    case Class::identical:
      return {fmt::format("Every tensor of {} and {} holds the same bytes.", a, b),
              "Which of the two was first, and why they are equal, is not tested."};
    case Class::shared_weights:
      return sharedWeights(pair);
    case Class::shared_weights_calibrated:
      return {
          fmt::format("{} and {} are more alike than the controls, models taken to be unrelated "
                      "that were measured beside them (p = {}).",
                      a, b, p),
          "No exact test found shared weights. Weights that were shared and then disguised look "
          "like this; it is as good as the choice of those controls, and does not say which "
          "model came from which."};
    case Class::partial:
      return {fmt::format("{} and {} share a part of their weights: {}.", a, b, partsOf(pair)),
              componentsOf(pair).empty()
                  ? ofOtherParts(pair)
                  : "Nothing else that was tested ties the two models together; the verdict below "
                    "says what was tested and what was not."};
    case Class::no_evidence:
      return {
          fmt::format("Nothing was found that ties the tested weights of {} to those of {}.", a, b),
          fmt::format("That does not show that they are independent: distillation, and parts "
                      "that were retrained or not tested, would not be seen{}",
                      pair.verdict.seen.empty()
                          ? fmt::format(" (power: {}).", beforeCoins(pair.verdict.power))
                          : ". " + pair.verdict.seen)};
    case Class::arranged:
      return {
          fmt::format("Signs or order agree between {} and {}, and the rows of numbers behind "
                      "them hardly do: no shared weights are shown.",
                      a, b),
          "Models of one origin look like this where little of it is left (a small share of one in "
          "the other, long training), and so do independent ones of which signs, units or "
          "coordinates were chosen to fit, or that were given one pattern of zeros or signs. "
          "These are not told apart." +
              sizesOf(pair)};
    case Class::inconclusive:
      return {fmt::format("What was measured of {} and {} is not enough to say whether they share "
                          "weights.",
                          a, b),
              "Similarities are described below; more controls or more of the weights may decide." +
                  sizesOf(pair)};
    case Class::untestable:
      return {fmt::format("No test that can decide could be run on {} and {}.", a, b),
              // As the verdict has it: why, where there is one reason for all tests.
              pair.verdict.sentence.empty()
                  ? "Similarities are described below, and none of them says by itself whether "
                    "weights are shared."
                  : pair.verdict.sentence};
    case Class::not_run:
      return {fmt::format("{} and {} were not compared.", a, b), pair.verdict.sentence};
    case Class::several:  // of runs, and never of a pair
      break;
  }
  return {};
}

}  // namespace

std::string beaconOf(const results::Report& report) {
  if (report.beacon.empty()) return {};
  const bool drawn = std::any_of(report.findings.begin(), report.findings.end(),
                                 [](const evidence::StepFinding& row) { return row.drawn; });
  return fmt::format("Beacon: {} ({}).", report.beacon,
                     drawn ? "it drew what the last stage of tests read; it says something only if "
                             "nobody could know it before both models were published"
                           : "it drew nothing: what was tested was read whole, or has no rows that "
                             "it could draw");
}

std::string powerOf(const evidence::Verdict& verdict) {
  return verdict.power.empty() ? std::string() : "Power: " + verdict.power + ".";
}

Answer answerOf(const results::Report& report, const results::Pair& pair) {
  if (results::isOnlyMeasured(report, pair)) return measured(report, pair);
  Answer answer = answerByClass(pair);
  if (pair.verdict.unverified) {
    answer.second +=
        " What was compared has no role in a family that is known: this rests on an unverified "
        "assumption about the order in which its units are stored.";
  }
  if (!pair.verdict.beacon.empty()) answer.second += " " + pair.verdict.beacon;
  return answer;
}

Answer answerOf(const results::Report& report) {
  if (report.pairs.empty() && report.unlisted.empty()) {
    return {"No two models were compared.",
            "What follows describes models; it says nothing about descent."};
  }
  if (report.pairs.size() == 1 && report.unlisted.empty()) {
    return answerOf(report, report.pairs.front());
  }
  if (const results::Pair* only = results::onlyPair(report)) return answerOf(report, *only);
  return manyPairs(report);
}

std::string unlistedOf(const results::Report& report) {
  if (report.unlisted.empty()) return {};
  std::uint64_t all = 0;
  std::string kinds, power;
  for (const results::Unlisted& some : report.unlisted) {
    all += some.pairs;
    kinds += fmt::format("{}{} {}", kinds.empty() ? "" : ", ", some.pairs, verdictName(some.klass));
    if (some.klass != Class::no_evidence) continue;
    power = some.detectable_rho < 1
                ? fmt::format(
                      " With 99 % probability each pair of \"No evidence\" would have shown rows "
                      "that, once paired rightly, correlate by {:.3f} or more. Distillation leaves "
                      "no trace in weights.",
                      some.detectable_rho)
                : " Of at least one pair of \"No evidence\" so little could be compared that "
                  "nothing would have been seen.";
  }
  return fmt::format(
      "{} pairs are counted and not listed: {}. Of each model the nearest relatives "
      "are listed.{}",
      all, kinds, power);
}

std::string familyOf(const results::Model& model) {
  if (model.architecture.empty()) return "not recognised";
  std::string text = model.architecture;
  if (!model.architecture_files.empty()) text += ", by the user's own " + model.architecture_files;
  if (!model.told.empty()) text += ", told by names of tensors alone: " + model.told;
  return model.naming.empty() ? text : text + " (" + model.naming + ")";
}

}  // namespace kindred::report
