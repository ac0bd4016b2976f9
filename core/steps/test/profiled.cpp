#include "steps/test/profiled.hpp"

#include <cmath>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <kindred/error.hpp>

#include "results/read.hpp"
#include "results/write.hpp"

namespace kindred::steps {
namespace {

using nlohmann::json;
using Join = Doubling::Join;

json placeJson(const Place& place) { return {place.layer, place.expert, place.shared}; }

json joinJson(const Join& join) {
  return {placeJson(join.a), placeJson(join.b), join.attention,
          join.by_size,      join.log10_p,      join.units};
}

// Whole numbers must be written as such: what json makes of others is not defined.
std::uint64_t wholeOf(const json& number) {
  return number.get_ref<const json::number_unsigned_t&>();
}

const json::array_t& listOf(const json& object, const char* name) {
  return object.at(name).get_ref<const json::array_t&>();
}

std::vector<std::uint32_t> originsOf(const json& numbers, const std::string& place) {
  std::vector<std::uint32_t> origins;
  for (const json& number : numbers.get_ref<const json::array_t&>()) {
    const std::uint64_t origin = wholeOf(number);
    if (origin > kNoOrigin) throw inputError(place, "is no profile of a model");
    origins.push_back(static_cast<std::uint32_t>(origin));
  }
  return origins;
}

Place placeOf(const json& place) {
  return {place.at(0).get_ref<const json::number_integer_t&>(),
          place.at(1).get_ref<const json::number_integer_t&>(), place.at(2).get<bool>()};
}

Join joinOf(const json& join) {
  return {placeOf(join.at(0)),    placeOf(join.at(1)),      join.at(2).get<bool>(),
          join.at(3).get<bool>(), join.at(4).get<double>(), wholeOf(join.at(5))};
}

}  // namespace

std::optional<std::string> profiledJson(const Profiled& profiled) {
  const std::optional<std::string> result = results::stepJson(profiled.result);
  if (!result) return std::nullopt;
  const Doubling& doubling = profiled.doubling;
  json joins = json::array();
  for (const Join& join : doubling.joins) {
    if (!std::isfinite(join.log10_p)) return std::nullopt;
    joins.push_back(joinJson(join));
  }
  return json{{"result", *result},
              {"joins", joins},
              {"units", doubling.units},
              {"value_dims", doubling.value_dims},
              {"key_dims", doubling.key_dims},
              {"mlp_groups", doubling.mlp_groups},
              {"attention_groups", doubling.attention_groups},
              {"share", doubling.share}}
      .dump();
}

Profiled profiledOf(const std::string& place, const std::string& text) {
  try {
    const json document = json::parse(text);
    Profiled profiled;
    profiled.result = results::stepResultOf(place, document.at("result").get<std::string>());
    Doubling& doubling = profiled.doubling;
    for (const json& join : listOf(document, "joins")) doubling.joins.push_back(joinOf(join));
    for (const json& mlp : listOf(document, "units"))
      doubling.units.push_back(originsOf(mlp, place));
    doubling.value_dims = originsOf(document.at("value_dims"), place);
    doubling.key_dims = originsOf(document.at("key_dims"), place);
    doubling.mlp_groups = originsOf(document.at("mlp_groups"), place);
    doubling.attention_groups = originsOf(document.at("attention_groups"), place);
    document.at("share").get_to(doubling.share);
    return profiled;
  } catch (const json::exception& e) {
    throw Error(Category::input, place, fmt::format("is no profile of a model ({})", e.what()));
  }
}

}  // namespace kindred::steps
