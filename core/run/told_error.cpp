#include "run/told_error.hpp"

#include "results/json.hpp"

namespace kindred::run {

using results::Json;

std::string errorText(const Error& error) {
  return Json{static_cast<int>(error.category()), error.place(), error.message(), error.remedy()}
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

Error errorOf(const std::string& text, const Error& otherwise) {
  try {
    const Json parts = Json::parse(text);
    const int category = parts.at(0).get<int>();
    if (category < 0 || category > static_cast<int>(Category::internal)) return otherwise;
    return {static_cast<Category>(category), parts.at(1).get<std::string>(),
            parts.at(2).get<std::string>(), parts.at(3).get<std::string>()};
  } catch (const Json::exception&) {
    return otherwise;
  }
}

}  // namespace kindred::run
