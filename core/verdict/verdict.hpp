// From findings to words, by the rules of what each kind of test can say. Direction, intent and
// authorship are never part of it.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include <kindred/test.hpp>

#include "verdict/class.hpp"

namespace kindred::verdict {

// A test's result with its p-value adjusted for everything that was tried (Holm).
struct Adjusted {
  Finding finding;
  double log10_p = 0;
};

// Tensors of one component ("norms", "MLP", ...), by what became of them in the other model.
struct ComponentCount {
  std::uint64_t equal = 0;     // the same bytes, under whatever name
  std::uint64_t constant = 0;  // the same bytes, but computed and not trained: no evidence
  std::uint64_t tied = 0;      // the same bytes as another equal tensor of its model: counted there
  std::uint64_t changed = 0;   // the same shape, other bytes
  std::uint64_t absent = 0;    // no tensor of its role or name and shape
};

struct Extent {
  std::uint64_t tensors = 0;
  std::uint64_t bytes = 0;
  void add(std::uint64_t size) {
    ++tensors;
    bytes += size;
  }
};

// A tensor, or rows of one, whose agreement is no evidence.
struct NoEvidence {
  std::string tensor;
  std::string reason;
};

// What was understood and compared. Empty components: bytes were not compared.
struct Coverage {
  std::map<std::string, ComponentCount> components;
  std::uint64_t tensors_a = 0, tensors_b = 0;
  std::uint64_t understood_a = 0, understood_b = 0;  // tensors with a known role
  std::uint64_t bytes_a = 0, bytes_b = 0;            // of all tensors
  std::uint64_t understood_bytes_a = 0, understood_bytes_b = 0;
  Extent compared;                         // A's tensors with a counterpart, both read
  std::map<std::string, Extent> left_out;  // A's other tensors, by reason: "other shape", ...
  std::vector<NoEvidence> no_evidence;
  // Mean of the cosines of counterparts, weighted by their parameters: describes, never decides.
  double plain_cosine = std::numeric_limits<double>::quiet_NaN();
  std::uint64_t plain_parameters = 0;
};

struct Verdict {
  Class klass = Class::inconclusive;
  bool unverified = false;  // what was tested rests on an assumption that nobody has checked
  std::string sentence;
  double log10_p = 0;  // adjusted, of the most telling deciding test; 0 where none decided
  std::string power;   // what would have been seen, or why that is not stated
  std::string sizes;   // how alike the rows are behind what decided it; empty: not measured
};

// Signs of a gauge that are not fair in either model alone, so that they gave no coin.
struct Unfair {
  std::string gauge;
  std::string reason;
};

// Whether a finding says by itself that its two models are related.
bool rejects(const Finding& finding, double log10_p_adjusted);

// On one pair of models.
Verdict judge(const std::string& a, const std::string& b, const std::vector<Adjusted>& findings,
              const Coverage& coverage, const std::vector<Unfair>& unfair = {});

}  // namespace kindred::verdict
