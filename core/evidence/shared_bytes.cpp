#include "evidence/shared_bytes.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "words/quantities.hpp"

namespace kindred::evidence {
namespace {

// Of unknown role:
constexpr std::uint64_t kManyElements = 10'000;        // in several tensors
constexpr std::uint64_t kManyElementsOfOne = 100'000;  // in a single one
constexpr std::uint64_t kManyTensors = 8;              // more than a model has computed tables
constexpr std::uint64_t kLargeShare = 4;               // or a quarter of the smaller model
constexpr std::size_t kNamed = 3;                      // differences that a sentence tells

}  // namespace

bool sharedBytesAreEvidence(const Coverage& coverage) {
  if (coverage.shared_known.tensors > 0) return true;
  const SharedBytes& shared = coverage.shared_unknown;
  const std::uint64_t smaller = std::min(coverage.elements_a, coverage.elements_b);
  const std::uint64_t many = shared.tensors == 1 ? kManyElementsOfOne : kManyElements;
  return shared.elements >= many &&
         (shared.tensors >= kManyTensors || shared.elements >= smaller / kLargeShare);
}

std::string sharedBytesSentence(const std::string& a, const std::string& b,
                                const Coverage& coverage) {
  const std::uint64_t tensors = coverage.shared_known.tensors + coverage.shared_unknown.tensors;
  const std::uint64_t elements = coverage.shared_known.elements + coverage.shared_unknown.elements;
  std::string parts;
  for (const auto& [component, count] : coverage.components) {
    if (count.equal > 0) parts += (parts.empty() ? "" : ", ") + component;
  }
  return fmt::format("{} ({}) of {} in all {} the same bytes in {} and {}.",
                     words::counted(tensors, "tensor"), parts, words::counted(elements, "element"),
                     tensors == 1 ? "holds" : "hold", a, b);
}

bool onlyNormsAreShared(const Coverage& coverage) {
  const auto norms = coverage.components.find("norms");
  if (norms == coverage.components.end()) return false;
  std::uint64_t equal = 0, changed = 0;  // of others
  for (const auto& [component, count] : coverage.components) {
    if (component == "norms") continue;
    equal += count.equal;
    changed += count.changed;
  }
  const bool others_absent = changed == 0 && norms->second.equal + norms->second.changed > 0;
  return equal == 0 && (norms->second.equal > 0 || others_absent);
}

std::string differenceSentence(const Identity& identity) {
  if (identity.differing == 0) return {};
  std::string list;
  const std::size_t named = std::min(kNamed, identity.differences.size());
  for (std::size_t i = 0; i < named; ++i) {
    list += (list.empty() ? "" : "; ") + identity.differences[i];
  }
  if (identity.differing > named) list += fmt::format("; and {} more", identity.differing - named);
  return fmt::format("Not identical, {}: {}.", words::counted(identity.differing, "difference"),
                     list);
}

}  // namespace kindred::evidence
