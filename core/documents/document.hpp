// What steps about documents read, and what they give.
#pragma once

#include <string>
#include <vector>

#include <kindred/text_table.hpp>

namespace kindred::documents {

// A file that was read whole. Whoever wrote it is not trusted.
struct Document {
  std::string model;  // the key under which results name it
  std::string name;   // "config.json"
  std::string place;  // its path or URL, for errors
  std::string text;
};

// A figure of one model, or of two; where it is of files, they are named.
struct Figure {
  std::string name;
  double value = 0;
  std::string model_a, model_b = {};
  std::string file_a = {}, file_b = {};
};

struct Report {
  std::vector<Figure> figures;
  std::vector<TextTable> tables;
};

// What is shown of a text in a cell.
inline constexpr std::size_t kCellBytes = 2000;

}  // namespace kindred::documents
