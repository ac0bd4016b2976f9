// Pictures: each is a Vega-Lite specification made of a report, with everything that a reader
// needs to understand it without seeing it.
#pragma once

#include <string>
#include <vector>

#include <kindred/text_table.hpp>

#include "results/json.hpp"
#include "results/report.hpp"

namespace kindred::report {

using results::Json;

struct Picture {
  std::string id;       // unique in the page, letters, digits and dashes
  std::string title;    // what is drawn
  std::string caption;  // how to read it, and what would be seen if the models were independent
  std::string summary;  // text alternative: the main numbers in a sentence
  // Vega-Lite without size and colours of the theme, which the page adds. Values stand in columns:
  // "datasets": {"rows": {"x": [...], "y": [...]}}.
  Json spec;
  TextTable table;  // the numbers, where no script runs; may be a selection (its note says so)
};

// All pictures that can be made of what was measured, in the order of the page.
std::vector<Picture> picturesOf(const results::Report& report);

}  // namespace kindred::report
