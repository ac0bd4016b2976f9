// What sections of the page are built of.
#include <algorithm>
#include <charconv>

#include "report/sections.hpp"
#include "report/wording.hpp"

namespace kindred::report {
namespace {

std::string withoutSeparators(std::string_view text) {
  std::string digits(text);
  std::erase(digits, ',');
  return digits;
}

bool isNumber(std::string_view text) {
  if (text.empty() || text == "\u2013") return true;
  const std::string digits = withoutSeparators(text);
  double value = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return problem == std::errc() && end == digits.data() + digits.size();
}

std::vector<bool> numericColumns(const TextTable& table) {
  std::vector<bool> numeric(table.columns.size(), !table.rows.empty());
  for (const auto& row : table.rows) {
    for (std::size_t i = 0; i < std::min(row.size(), numeric.size()); ++i) {
      numeric[i] = numeric[i] && isNumber(row[i]);
    }
  }
  return numeric;
}

}  // namespace

Markup tableMarkup(const TextTable& table) {
  const std::vector<bool> numeric = numericColumns(table);
  const auto klass = [&](std::size_t i) { return std::string(numeric[i] ? "number" : "words"); };
  Markup head, body;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    head << element("th", table.columns[i], {{"scope", "col"}, {"class", klass(i)}});
  }
  for (const auto& row : table.rows) {
    Markup cells;
    for (std::size_t i = 0; i < std::min(row.size(), numeric.size()); ++i) {
      cells << element("td", row[i], {{"class", klass(i)}});
    }
    body << element("tr", cells);
  }
  Markup content;
  if (!table.title.empty()) content << element("caption", table.title);
  content << element("thead", element("tr", head)) << element("tbody", body);
  return element("div", element("table", content),
                 {{"class", "scroll"},
                  {"tabindex", "0"},
                  {"role", "region"},
                  {"aria-label", table.title.empty() ? "Table" : table.title}});
}

Markup pValueMarkup(double log10_p) {
  const PValue p = pValue(log10_p);
  Markup markup;
  if (p.power.empty()) return markup << p.plain;
  return markup << "10"_html << element("sup", "\u2212" + p.power.substr(1));
}

Markup foldedMarkup(std::string_view summary, const Markup& content) {
  Markup inner = element("summary", summary);
  return element("details", inner << content);
}

}  // namespace kindred::report
