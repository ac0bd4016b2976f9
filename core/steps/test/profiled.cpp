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

Place placeOf(const json& place) {
  return {place.at(0).get<std::int64_t>(), place.at(1).get<std::int64_t>(),
          place.at(2).get<bool>()};
}

json joinJson(const Join& join) {
  return {placeJson(join.a), placeJson(join.b), join.attention,
          join.by_size,      join.log10_p,      join.units};
}

Join joinOf(const json& join) {
  return {placeOf(join.at(0)),    placeOf(join.at(1)),      join.at(2).get<bool>(),
          join.at(3).get<bool>(), join.at(4).get<double>(), join.at(5).get<std::uint64_t>()};
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
    for (const json& join : document.at("joins")) doubling.joins.push_back(joinOf(join));
    document.at("units").get_to(doubling.units);
    document.at("value_dims").get_to(doubling.value_dims);
    document.at("key_dims").get_to(doubling.key_dims);
    document.at("mlp_groups").get_to(doubling.mlp_groups);
    document.at("attention_groups").get_to(doubling.attention_groups);
    document.at("share").get_to(doubling.share);
    return profiled;
  } catch (const json::exception& e) {
    throw Error(Category::input, place, fmt::format("is no profile of a model ({})", e.what()));
  }
}

}  // namespace kindred::steps
