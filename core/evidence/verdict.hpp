// From findings to words, by the rules of what each kind of test can say. Direction, intent and
// authorship are never part of it.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include <kindred/test.hpp>

#include "evidence/breadth.hpp"
#include "evidence/class.hpp"
#include "evidence/start.hpp"

namespace kindred::evidence {

// A test's result with its p-value adjusted for everything that was tried (Holm).
struct Adjusted {
  Finding finding;
  double log10_p = 0;
  bool drawn = false;  // from layers and rows that a beacon drew
};

// Tensors of one component ("norms", "MLP", ...), by what became of them in the other model.
struct ComponentCount {
  std::uint64_t equal = 0;     // the same bytes, under whatever name
  std::uint64_t constant = 0;  // the same bytes, but computed and not trained: no evidence
  std::uint64_t tied = 0;      // the same bytes as another equal tensor of its model: counted there
  std::uint64_t changed = 0;   // the same shape, other bytes
  std::uint64_t absent = 0;    // no tensor of its role or name and shape
  std::uint64_t only_b = 0;    // of the second model, without a counterpart in the first
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

// Whether two models are the same tensor by tensor: by role (or name), shape, encoding and bytes,
// in both directions.
struct Identity {
  bool known = false;                    // the bytes of every tensor of both were read
  std::uint64_t differing = 0;           // tensors
  std::vector<std::string> differences;  // of the first of them: "lm_head.weight is only in b"
  std::vector<std::string> remarks;      // what differs and makes no other model
  bool holds() const { return known && differing == 0; }
};

// Contents that both models hold, whatever the tensors' names; each counted once, and without those
// that any program computes.
struct SharedBytes {
  std::uint64_t tensors = 0, elements = 0;
};

// Mean of the cosines of counterparts, weighted by their parameters: describes, never decides.
struct PlainCosine {
  double value = std::numeric_limits<double>::quiet_NaN();
  std::uint64_t parameters = 0;
};

// How much of what was asked of a pair was run: an interrupted run ends early.
enum class Ran { whole, in_part, not_at_all };

// Why a run's beacon drew no rows of a pair: tests read all that they could, or came to no finding.
struct Undrawn {
  std::string reason = {};  // empty: it drew some, or there is none
  bool needed = false;      // rows that could be foreseen are all that was tested
};

// What was understood and compared. Empty components: bytes were not compared.
struct Coverage {
  Ran ran = Ran::whole;
  std::string unopened = {};  // why nothing was run of the pair, where a model could not be opened
  std::map<std::string, ComponentCount> components;
  std::uint64_t tensors_a = 0, tensors_b = 0;        // none, but bytes: only fingerprints were read
  std::uint64_t understood_a = 0, understood_b = 0;  // tensors with a known role
  std::uint64_t bytes_a = 0, bytes_b = 0;            // of all tensors
  std::uint64_t understood_bytes_a = 0, understood_bytes_b = 0;
  // A's tensors with a counterpart, some rows of both read; bytes are those read of A's.
  Extent compared;
  std::uint64_t compared_size = 0;  // bytes of these tensors, read or not
  // Bytes that tests that decide may read of each model, where one holds more; 0: all of them.
  std::uint64_t budget = 0;
  // Bytes with which they would read MLPs whole, so that copies show which were shuffled or
  // rotated, and maps of the stream, so that redrawn layers do; 0: no number of bytes would.
  std::uint64_t budget_mlp = 0, budget_maps = 0;
  std::map<std::string, Extent> left_out;  // A's other tensors, by reason: "other shape", ...
  std::vector<NoEvidence> no_evidence;
  Identity identity;
  // Of tensors whose role is known, and of the others: these say nothing of what they are.
  SharedBytes shared_known, shared_unknown;
  std::uint64_t elements_a = 0, elements_b = 0;
  PlainCosine plain_cosine;
  Undrawn undrawn;
};

struct Verdict {
  Class klass = Class::inconclusive;
  bool unverified = false;  // what was tested rests on an assumption that nobody has checked
  std::string sentence;
  double log10_p = 0;    // adjusted, of the most telling deciding test; 0 where none decided
  std::string power;     // what would have been seen, or why that is not stated
  std::string sizes;     // how alike the rows are behind what decided it; empty: not measured
  Breadth breadth = {};  // of a rejection
  std::optional<Start> start = {};  // of a rejection, where it was measured
  std::string beacon = {};          // what the rows say that a beacon drew; empty: no beacon
  std::string seen = {};            // `power` in plain sentences, where nothing was found
  std::string not_in = {};          // of a rejection: parts that could be tested, in vain
};

// Signs of a gauge that are not fair in either model alone, so that they gave no coin.
struct Unfair {
  Axis gauge;
  std::string reason;
};

// Whether a finding says by itself that its two models are related.
bool rejects(const Finding& finding, double log10_p_adjusted);

// Whether it rests on coordinates of the residual stream, whose order and signs can be shared
// through norms or embeddings alone; the other gauges belong to the matrices themselves.
bool isOfTheStream(const Finding& finding);

// On one pair of models. Where a beacon drew rows, the weaker of what all findings come to and of
// what is left without those whose rows could be foreseen.
Verdict judge(const std::string& a, const std::string& b, const std::vector<Adjusted>& findings,
              const Coverage& coverage, const std::vector<Unfair>& unfair = {});

}  // namespace kindred::evidence
