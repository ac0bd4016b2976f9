// How much of two models stands behind a rejection. A p-value says how surely something agrees;
// planted rows make it as small as a whole copy does.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <kindred/test.hpp>

namespace kindred::evidence {

struct Breadth {
  std::uint64_t layers = 0;         // whose signs alone have p <= 10^-3
  std::uint64_t layers_tested = 0;  // these, and others whose coins are enough to show as much
  // Of units whose signs agree beyond chance, or which stand in order, of the most telling axis.
  double share = 0;
  double median = 0;  // absolute cosine of its matched rows; 0: not measured
  double chance = 0;  // the same of rows that do not belong together, chosen alike
};

// Of the findings that reject independence, the most telling first. Empty: nothing of it is known.
Breadth breadthOf(const std::vector<const Finding*>& rejecting);

// Too little of the models for a verdict on the whole of them: most matched rows are no more alike
// than rows that do not belong together (their median is less than 1.15 times that of such rows),
// or fewer than half of the layers that could show it do.
bool isNarrow(const Breadth& breadth);

// "5 of 5 layers show it by themselves; ..."; empty where nothing is known.
std::string breadthText(const Breadth& breadth);

}  // namespace kindred::evidence
