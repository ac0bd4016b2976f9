// From findings to words, by the rules of what each kind of test can say. Direction, intent and
// authorship are never part of it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <kindred/test.hpp>

namespace kindred::verdict {

// A test's result with its p-value adjusted for everything that was tried (Holm).
struct Adjusted {
  Finding finding;
  double log10_p = 0;
};

// Tensors of one component ("norms", "MLP", ...), by what became of them in the other model.
struct ComponentCount {
  std::uint64_t equal = 0;     // the same bytes, under whatever name
  std::uint64_t constant = 0;  // the same bytes, but all values are one: no evidence
  std::uint64_t changed = 0;   // the same shape, other bytes
  std::uint64_t absent = 0;    // no tensor of its name, role or shape
};

// What was understood and compared. Empty components: bytes were not compared.
struct Coverage {
  std::map<std::string, ComponentCount> components;
  std::uint64_t tensors_a = 0, tensors_b = 0;
  std::uint64_t understood_a = 0, understood_b = 0;  // tensors with a known role
};

struct Verdict {
  // identical, shared-weights, shared-weights-calibrated, partial, inconclusive, no-evidence,
  // untestable
  std::string klass;
  std::string sentence;
  double log10_p = 0;  // adjusted, of the most telling deciding test; 0 where none decided
  std::string power;   // what would have been seen, or why that is not stated
};

// On one pair of models.
Verdict judge(const std::string& a, const std::string& b, const std::vector<Adjusted>& findings,
              const Coverage& coverage);

}  // namespace kindred::verdict
