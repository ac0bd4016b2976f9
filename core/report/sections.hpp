// The sections of report.html, in the order of the page. Each is empty where there is nothing to
// show.
#pragma once

#include <vector>

#include <kindred/text_table.hpp>

#include "report/markup.hpp"
#include "report/picture.hpp"
#include "results/report.hpp"

namespace kindred::report {

Markup answerSection(const results::Report& report);
Markup pairsSection(const results::Report& report);
Markup evidenceSection(const results::Report& report);
// Without charts: the pictures' tables.
Markup picturesSection(const std::vector<Picture>& pictures, bool charts);
Markup tablesSection(const results::Report& report);
Markup methodSection(const results::Report& report);
Markup costSection(const results::Report& report);
Markup manifestSection(const results::Report& report);

// <table> within a box that scrolls sideways. Columns whose cells are all numbers are aligned
// right.
Markup tableMarkup(const TextTable& table);

// "10<sup>-302</sup>"
Markup pValueMarkup(double log10_p);

// A closed box with a line to open it.
Markup foldedMarkup(std::string_view summary, const Markup& content);

}  // namespace kindred::report
