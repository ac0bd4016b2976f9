// What a run prints: the answer first, then what it rests on. The rest is in the report, or shown
// with `verbose`.
#pragma once

#include <cstddef>
#include <string>

#include "report/paint.hpp"
#include "results/report.hpp"

namespace kindred::report {

inline constexpr std::size_t kUsualWidth = 80;  // where nothing says how wide it is

struct TerminalView {
  Paint paint = {};
  std::size_t width = kUsualWidth;
  bool verbose = false;  // every null and assumption, coverage, notes, what was left out
  bool measured = true;  // figures that were measured, beside a verdict
};

// The verdict of the pair asked about in two sentences, what was covered, the evidence; figures;
// expectations; cost. A run without tests starts with its figures. Names are whole, and no line but
// one with a name longer than the width is wider than that.
std::string terminalSummary(const results::Report& report, const TerminalView& view = {});

}  // namespace kindred::report
