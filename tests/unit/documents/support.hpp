// What the tests of documents share.
#pragma once

#include <gmock/gmock.h>

#include <cmath>
#include <string>

#include "documents/document.hpp"

namespace kindred::documents {

inline Document documentOf(const std::string& model, const std::string& name, std::string text) {
  return {model, name, model + "/" + name, std::move(text)};
}

// A figure's only value.
inline double figureOf(const Report& report, const std::string& name) {
  double value = std::nan("");
  int times = 0;
  for (const Figure& figure : report.figures) {
    if (figure.name != name) continue;
    value = figure.value;
    ++times;
  }
  EXPECT_EQ(times, 1) << name;
  return value;
}

using Rows = std::vector<std::vector<std::string>>;

// The rows whose cell in this column is `text`.
inline Rows rowsWith(const TextTable& table, std::size_t column, const std::string& text) {
  Rows rows;
  for (const auto& row : table.rows) {
    EXPECT_EQ(row.size(), table.columns.size());
    if (row.at(column) == text) rows.push_back(row);
  }
  return rows;
}

}  // namespace kindred::documents
