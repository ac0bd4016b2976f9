#include "report/coverage_text.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "evidence/axis_words.hpp"
#include "evidence/shared_bytes.hpp"
#include "report/wording.hpp"

namespace kindred::report {
namespace {

constexpr std::size_t kNamed = 2;  // tensors that are no evidence and named one by one

std::string extent(const results::Pair& pair) {
  const evidence::Coverage& c = pair.coverage;
  if (c.tensors_a == 0) return {};
  std::string text = fmt::format(
      "Coverage: of {}'s {} tensors ({}) {} ({}) have a known role; of {} some rows were read in "
      "both models ({} of their {})",
      pair.a, c.tensors_a, byteCount(c.bytes_a), c.understood_a, byteCount(c.understood_bytes_a),
      c.compared.tensors, byteCount(c.compared.bytes), byteCount(c.compared_size));
  std::string left_out;
  for (const auto& [reason, part] : c.left_out) {
    left_out +=
        fmt::format("{}{} {}", left_out.empty() ? "; left out: " : ", ", part.tensors, reason);
  }
  return text + left_out + ".";
}

// The tensors above are those of all steps; a test sees less.
std::string budget(const evidence::Coverage& coverage) {
  if (coverage.budget == 0) return {};
  return fmt::format(
      "Tests that decide could read {} of each model, which hold {} and {}: what they did not read "
      "was only described.",
      byteCount(coverage.budget), byteCount(coverage.bytes_a), byteCount(coverage.bytes_b));
}

std::string components(const evidence::Coverage& coverage) {
  std::string text;
  for (const auto& [name, count] : coverage.components) {
    text += fmt::format("{}{} {}/{}/{}", text.empty() ? "Equal/changed/absent tensors: " : ", ",
                        name, count.equal, count.changed, count.absent);
  }
  return text.empty() ? text : text + ".";
}

// Of relatives; the verdict says it where nearly all is the same.
std::string differences(const results::Pair& pair) {
  const std::string text = evidence::differenceSentence(pair.coverage.identity);
  const bool said = pair.verdict.sentence.find(text) != std::string::npos;
  return !pair.coverage.identity.known || said || !evidence::isRelated(pair.verdict.klass) ? ""
                                                                                           : text;
}

std::string noEvidence(const evidence::Coverage& coverage) {
  std::string text;
  const std::size_t named = std::min(kNamed, coverage.no_evidence.size());
  for (std::size_t i = 0; i < named; ++i) {
    const evidence::NoEvidence& entry = coverage.no_evidence[i];
    text += fmt::format("{}{} ({})", i == 0 ? "Equal, and no evidence: " : "; ", entry.tensor,
                        entry.reason);
  }
  if (coverage.no_evidence.size() > named) {
    text += fmt::format("; and {} more", coverage.no_evidence.size() - named);
  }
  return text.empty() ? text : text + ".";
}

}  // namespace

std::vector<std::string> coverageText(const results::Pair& pair) {
  const evidence::Coverage& c = pair.coverage;
  std::vector<std::string> paragraphs{extent(pair), budget(c), components(c), differences(pair),
                                      noEvidence(c)};
  if (std::isfinite(c.plain_cosine.value)) {
    paragraphs.push_back(fmt::format(
        "Plain cosine over {} parameters of equal place and shape: {:.4f}. It describes "
        "and decides nothing.",
        c.plain_cosine.parameters, c.plain_cosine.value));
  }
  if (pair.assignments.solved > 0) {
    paragraphs.push_back(fmt::format("Assignments: {}{} optimal, verified by their dual prices.",
                                     pair.assignments.optimal,
                                     pair.assignments.optimal == pair.assignments.solved
                                         ? ""
                                         : fmt::format(" of {}", pair.assignments.solved)));
  }
  std::erase_if(paragraphs, [](const std::string& text) { return text.empty(); });
  return paragraphs;
}

namespace {

// The component whose rows a gauge tosses or orders; empty: no single one.
std::string componentOf(const Axis& axis) {
  switch (axis.gauge().value_or(Gauge::none)) {
    case Gauge::mlp_unit:
    case Gauge::expert:
      return "MLP";
    case Gauge::value_dim:
    case Gauge::rotary_pair:
    case Gauge::rotary_free:
    case Gauge::latent_dim:
    case Gauge::kv_group:
      return "attention";
    default:
      return {};
  }
}

std::set<std::string> testedComponents(const results::Report& report, const results::Pair& pair) {
  std::set<std::string> tested;
  for (const evidence::StepFinding& f : report.findings) {
    if (results::isOf(pair, f.model_a, f.model_b)) tested.insert(componentOf(f.finding.gauge));
  }
  return tested;
}

// Of two models of which only fingerprints were at hand.
std::string coveredByFingerprints(const results::Report& report, const results::Pair& pair) {
  std::set<std::string> axes;
  for (const evidence::StepFinding& f : report.findings) {
    if (results::isOf(pair, f.model_a, f.model_b)) axes.insert(evidence::inWords(f.finding.gauge));
  }
  return fmt::format(
      "Covered: {} that fingerprints hold of the {} of {}; not covered: {}.",
      axes.empty() ? std::string("nothing") : fmt::format("{}", fmt::join(axes, ", ")),
      byteCount(pair.coverage.bytes_a), pair.a, kNotInFingerprints);
}

}  // namespace

std::string covered(const results::Report& report, const results::Pair& pair) {
  const evidence::Coverage& c = pair.coverage;
  if (c.tensors_a == 0 && c.bytes_a > 0) return coveredByFingerprints(report, pair);
  const std::set<std::string> tested = testedComponents(report, pair);
  std::vector<std::string> parts, unlike, absent;
  for (const auto& [part, count] : c.components) {
    const bool met = count.equal + count.constant + count.tied + count.changed > 0;
    (met || tested.contains(part) ? parts : unlike)
        .push_back(part == "other" ? "other tensors" : part);
  }
  std::string text = fmt::format("Covered: {} of the {} of {}", byteCount(c.compared.bytes),
                                 byteCount(c.bytes_a), pair.a);
  if (!parts.empty()) text += fmt::format(" ({})", fmt::join(parts, ", "));
  if (c.budget > 0) text += fmt::format(", by tests at most {}", byteCount(c.budget));
  if (!unlike.empty()) {
    text +=
        fmt::format("; without a tensor of equal shape in the other: {}", fmt::join(unlike, ", "));
  }
  for (const auto& [reason, extent] : c.left_out) {
    absent.push_back(fmt::format("{} {} ({})", extent.tensors,
                                 extent.tensors == 1 ? "tensor" : "tensors", reason));
  }
  // What a family does not have is no gap; signs that are not fair are one.
  const auto unfair = std::count_if(
      report.refused.begin(), report.refused.end(), [&](const results::Refused& test) {
        return test.unfair && results::isOf(pair, test.model_a, test.model_b);
      });
  if (unfair > 0) {
    absent.push_back(
        fmt::format("{} {} whose signs are not fair", unfair, unfair == 1 ? "test" : "tests"));
  }
  text += absent.empty() ? "" : fmt::format("; not covered: {}", fmt::join(absent, ", "));
  return text + ".";
}

}  // namespace kindred::report
