// report.html: one file that opens offline.
#pragma once

#include <filesystem>
#include <string>

#include "results/report.hpp"

namespace kindred::report {

// Style and scripts of the page, as they are installed (share/kindred/report).
struct PageAssets {
  std::string style;
  std::string script;
  std::string charts;  // empty: built without charts, tables are shown instead
};

// Throws where the installation lacks them.
PageAssets pageAssets(const std::filesystem::path& folder);

std::string reportHtml(const results::Report& report, const PageAssets& assets);

}  // namespace kindred::report
