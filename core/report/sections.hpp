// The sections of report.html, in the order of the page. Each is empty where there is nothing to
// show.
#pragma once

#include <vector>

#include <kindred/text_table.hpp>

#include "report/document.hpp"
#include "report/markup.hpp"
#include "report/picture.hpp"

namespace kindred::report {

Markup answerSection(const Document& document);
Markup pairsSection(const Document& document);
Markup evidenceSection(const Document& document);
Markup picturesSection(const std::vector<Picture>& pictures);
Markup tablesSection(const Document& document);
Markup methodSection(const Document& document);
Markup costSection(const Document& document);
Markup manifestSection(const Document& document);

// <table> within a box that scrolls sideways. Columns whose cells are all numbers are aligned
// right.
Markup tableMarkup(const TextTable& table);

// "10<sup>-302</sup>"
Markup pValueMarkup(double log10_p);

// A closed box with a line to open it.
Markup foldedMarkup(std::string_view summary, const Markup& content);

}  // namespace kindred::report
