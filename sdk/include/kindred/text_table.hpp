// Tables for people, where figures alone do not say enough.
#pragma once

#include <string>
#include <vector>

namespace kindred {

struct TextTable {
  std::string title;
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;  // each as long as `columns`
  std::string note;                            // what it says, and what it does not
};

}  // namespace kindred
