#include "cli/dates.hpp"

#include <algorithm>
#include <sstream>
#include <string>

#include <fmt/format.h>

#include <kindred/error.hpp>

#include "recipe/words.hpp"
#include "yaml/document.hpp"

namespace kindred::cli {

void readDates(const std::filesystem::path& file, std::vector<ModelArgument>& models) {
  constexpr const char* kForm = "write a model's name and a day a line: alpha 2026-01-31";
  const auto text = yaml::readText(file);
  if (!text || text->size() > yaml::kLargestFile) {
    throw inputError(file.string(), text ? "is too large for a list of dates" : "can't be read",
                     kForm);
  }
  std::vector<std::string> keys;
  for (const ModelArgument& model : models) keys.push_back(model.key);
  std::istringstream lines(*text);
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    const std::string place = fmt::format("{}:{}", file.string(), ++number);
    line.resize(std::min(line.find('#'), line.size()));
    std::istringstream words(line);
    std::string name, date, more;
    if (!(words >> name)) continue;
    if (!(words >> date) || (words >> more) || !recipe::isDate(date)) {
      throw inputError(place, "is no name with a day behind it", kForm);
    }
    const auto model = std::find_if(models.begin(), models.end(),
                                    [&](const ModelArgument& m) { return m.key == name; });
    if (model == models.end()) {
      throw inputError(place, "none of the models is called " + recipe::quote(name),
                       recipe::nearest(name, keys, ""));
    }
    if (!model->date.empty()) {
      throw inputError(place, recipe::quote(name) + " has a date already", "give it one");
    }
    model->date = date;
  }
}

}  // namespace kindred::cli
