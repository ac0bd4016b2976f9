#include "report/text.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>
#include <vector>

#include <fmt/format.h>

#include "words/names.hpp"
#include "words/utf8.hpp"

namespace kindred::report {
namespace {

constexpr std::size_t kIndent = 2;
constexpr std::size_t kNarrowest = 4;

// Characters, taken to be one column wide each.
std::size_t widthOf(const std::string& text) {
  return text.size() -
         static_cast<std::size_t>(std::count_if(text.begin(), text.end(), words::continues));
}

std::string padded(const std::string& text, std::size_t width, bool right) {
  const std::string shown = cut(text, width);
  const std::string space(width - widthOf(shown), ' ');
  return right ? space + shown : shown + space;
}

bool looksNumeric(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789+-.,e%") == std::string::npos;
}

// One line of the table.
// What recipes, files and plugins say must not steer a terminal.
std::string printable(const std::string& text) {
  return words::escapedText(text, std::numeric_limits<std::size_t>::max());
}

std::string line(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths,
                 const std::vector<bool>& right) {
  std::string text;
  for (std::size_t i = 0; i < cells.size() && widths[i] > 0; ++i) {
    text += std::string(i == 0 ? kIndent : 2, ' ') + padded(cells[i], widths[i], right[i]);
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return text + '\n';
}

// Takes from the widest until all fit; columns for which nothing is left are dropped, their width
// 0.
std::vector<std::size_t> fitted(std::vector<std::size_t> widths, std::size_t width) {
  const std::size_t most = (width - kIndent + 2) / (kNarrowest + 2);
  for (std::size_t i = most; i < widths.size(); ++i) widths[i] = 0;
  widths.resize(std::max(widths.size(), std::size_t{1}));
  const std::size_t shown = std::min(widths.size(), most);
  const std::size_t room = width - kIndent - 2 * (shown - 1);
  std::size_t sum = 0;
  for (const std::size_t each : widths) sum += each;
  for (; sum > room; --sum) --*std::max_element(widths.begin(), widths.end());
  return widths;
}

}  // namespace

std::string number(double value) {
  if (std::isnan(value)) return "-";
  if (value != 0 && (std::fabs(value) < 5e-4 || std::fabs(value) >= 1e5)) {
    return fmt::format("{:.1e}", value);
  }
  if (std::fabs(value) >= 1000) return fmt::format("{:.0f}", value);
  return fmt::format("{:.4f}", value);
}

std::string cut(const std::string& text, std::size_t width) {
  constexpr std::size_t kDots = 2, kLeastToSplit = 12;
  if (widthOf(text) <= width) return text;
  const std::size_t kept = width - std::min(width, kDots);
  const std::string dots(width - kept, '.');
  // Names differ at their ends as often as where they begin.
  const bool name = width >= kLeastToSplit && text.find(' ') == std::string::npos;
  const std::size_t head = name ? kept - kept / 2 : kept;
  const std::size_t all = widthOf(text), tail = all - (kept - head);
  std::string first, last;
  std::size_t characters = 0;
  for (const char byte : text) {
    if (!words::continues(byte)) ++characters;
    if (characters <= head) first += byte;
    if (characters > tail) last += byte;
  }
  return first + dots + last;
}

std::string wrapped(const std::string& text, std::size_t indent, std::size_t width) {
  std::istringstream parts(text);
  std::string out, part;
  std::size_t column = 0;
  while (parts >> part) {
    const std::string word = printable(part);
    if (column == 0 || column + 1 + widthOf(word) > width) {
      if (column != 0) out += '\n';
      out += std::string(indent, ' ');
      column = indent;
    } else {
      out += ' ';
      ++column;
    }
    out += word;
    column += widthOf(word);
  }
  return out + '\n';
}

std::string hanging(const std::string& text, std::size_t indent, std::size_t hang,
                    std::size_t width) {
  return wrapped(text, indent + hang, width).substr(hang);
}

std::string tableText(const TextTable& made, std::size_t most_rows, std::size_t width) {
  TextTable table = made;
  const std::size_t shown = std::min(most_rows, table.rows.size());
  for (std::string& column : table.columns) column = printable(column);
  for (std::size_t r = 0; r < shown; ++r) {
    for (std::string& cell : table.rows[r]) cell = printable(cell);
  }
  std::vector<std::size_t> widths;
  std::vector<bool> right(table.columns.size(), shown > 0);
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    widths.push_back(std::max(widthOf(table.columns[i]), std::size_t{1}));
    for (std::size_t r = 0; r < shown; ++r) {
      widths[i] = std::max(widths[i], widthOf(table.rows[r][i]));
      if (!table.rows[r][i].empty() && !looksNumeric(table.rows[r][i])) right[i] = false;
    }
  }
  widths = fitted(std::move(widths), width);
  std::string text = line(table.columns, widths, right);
  for (std::size_t r = 0; r < shown; ++r) text += line(table.rows[r], widths, right);
  if (shown < table.rows.size()) {
    text += fmt::format("  ... {} more rows in report.json\n", table.rows.size() - shown);
  }
  return table.note.empty() ? text : text + wrapped(table.note, kIndent, width);
}

}  // namespace kindred::report
