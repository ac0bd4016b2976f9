#include "run/told_error.hpp"

#include "results/json.hpp"

namespace kindred::run {

using results::Json;

std::string errorText(const Error& error) {
  return Json{static_cast<int>(error.category()), error.place(), error.message(), error.remedy()}
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

Error errorOf(const std::string& text) {
  try {
    const Json parts = Json::parse(text);
    return {static_cast<Category>(parts.at(0).get<int>()), parts.at(1).get<std::string>(),
            parts.at(2).get<std::string>(), parts.at(3).get<std::string>()};
  } catch (const Json::exception&) {
    return {Category::internal, "", "another process told of an error that can't be read"};
  }
}

}  // namespace kindred::run
