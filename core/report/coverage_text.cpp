#include "report/coverage_text.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace kindred::report {
namespace {

constexpr std::size_t kNamed = 2;  // tensors that are no evidence and named one by one

double megabytes(std::uint64_t bytes) { return static_cast<double>(bytes) / 1e6; }

std::string extent(const PairVerdict& pair) {
  const verdict::Coverage& c = pair.coverage;
  std::string text = fmt::format(
      "Coverage: of {}'s {} tensors ({:.1f} MB) {} ({:.1f} MB) have a known role and {} ({:.1f} "
      "MB) "
      "were compared",
      pair.a, c.tensors_a, megabytes(c.bytes_a), c.understood_a, megabytes(c.understood_bytes_a),
      c.compared.tensors, megabytes(c.compared.bytes));
  std::string left_out;
  for (const auto& [reason, part] : c.left_out) {
    left_out +=
        fmt::format("{}{} {}", left_out.empty() ? "; left out: " : ", ", part.tensors, reason);
  }
  return text + left_out + ".";
}

std::string components(const verdict::Coverage& coverage) {
  std::string text;
  for (const auto& [name, count] : coverage.components) {
    text += fmt::format("{}{} {}/{}/{}", text.empty() ? "Equal/changed/absent: " : ", ", name,
                        count.equal, count.changed, count.absent);
  }
  return text.empty() ? text : text + ".";
}

std::string noEvidence(const verdict::Coverage& coverage) {
  std::string text;
  const std::size_t named = std::min(kNamed, coverage.no_evidence.size());
  for (std::size_t i = 0; i < named; ++i) {
    const verdict::NoEvidence& entry = coverage.no_evidence[i];
    text += fmt::format("{}{} ({})", i == 0 ? "Equal, and no evidence: " : "; ", entry.tensor,
                        entry.reason);
  }
  if (coverage.no_evidence.size() > named) {
    text += fmt::format("; and {} more", coverage.no_evidence.size() - named);
  }
  return text.empty() ? text : text + ".";
}

}  // namespace

std::vector<std::string> coverageText(const PairVerdict& pair) {
  const verdict::Coverage& c = pair.coverage;
  std::vector<std::string> paragraphs{extent(pair), components(c), noEvidence(c)};
  if (std::isfinite(c.plain_cosine)) {
    paragraphs.push_back(fmt::format(
        "Plain cosine over {} parameters of equal place and shape: {:.4f}. It describes "
        "and decides nothing.",
        c.plain_parameters, c.plain_cosine));
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

}  // namespace kindred::report
