#include "results/write.hpp"

#include "results/whole.hpp"

namespace kindred::results {
namespace {

std::string printed(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string reportJson(const Report& report) {
  return printed(Writer<Scope::published>::objectOf(report));
}

std::string manifestJson(const Manifest& manifest) {
  return printed(Writer<Scope::published>::objectOf(manifest));
}

std::optional<std::string> stepJson(const StepResult& result) { return wholeText(result); }

}  // namespace kindred::results
