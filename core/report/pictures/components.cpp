// Tensors in the plane of their first two principal components.
#include <map>

#include <fmt/format.h>

#include "report/pictures/parts.hpp"
#include "report/shown.hpp"
#include "report/wording.hpp"

namespace kindred::report {
namespace {

struct Place {
  double x = results::kUndefined, y = results::kUndefined;
  std::int64_t layer = -1;
};

using Places = std::map<std::pair<std::string, std::string>, Place>;  // model, tensor

Picture pictureOf(const std::string& step, const std::string& metric, const Places& places) {
  Columns rows({"model", "tensor", "layer", "x", "y"});
  std::map<std::string, std::pair<Mean, Mean>> centres;
  for (const auto& [key, place] : places) {
    rows.add({shown(key.first), shown(key.second),
              place.layer < 0 ? Json(nullptr) : Json(place.layer), rounded(place.x),
              rounded(place.y)});
    centres[key.first].first.add(place.x);
    centres[key.first].second.add(place.y);
  }
  Picture picture;
  for (const auto& [model, centre] : centres) {
    picture.table.rows.push_back(
        {model, figure(centre.first.value()), figure(centre.second.value())});
  }
  picture.id = "components-" + metric;
  picture.title = "Tensors by their principal components (" + shown(step) + ")";
  picture.caption =
      "Each mark is a tensor; those that lie close have similar profiles. Independent models of "
      "one family can lie close as well: this describes and never decides.";
  picture.summary = fmt::format("{} tensors of {} models", places.size(), centres.size());
  picture.table.columns = {"model", "mean of component 1", "mean of component 2"};
  picture.spec = {
      {"usermeta", layout(1, 380)},
      {"datasets", rows.datasets()},
      {"data", {{"name", "rows"}}},
      {"mark", {{"type", "point"}, {"filled", true}, {"size", 55}, {"opacity", 0.8}}},
      {"encoding",
       {{"x", channel("x", "quantitative", "component 1", {{"scale", {{"zero", false}}}})},
        {"y", channel("y", "quantitative", "component 2", {{"scale", {{"zero", false}}}})},
        {"color", channel("model", "nominal", "model")},
        {"shape", channel("model", "nominal", "model")},
        {"tooltip",
         Json::array({channel("model", "nominal", "model"), channel("tensor", "nominal", "tensor"),
                      channel("layer", "quantitative", "layer"),
                      channel("x", "quantitative", "component 1", {{"format", ".4g"}}),
                      channel("y", "quantitative", "component 2", {{"format", ".4g"}})})}}}};
  return picture;
}

}  // namespace

std::vector<Picture> componentPictures(const results::Report& report) {
  const Declarations declared(report);
  std::map<std::pair<std::string, std::string>, Places> steps;
  for (const results::Observation& o : report.rows) {
    if (!declared.isPart(o, Part::coordinate)) continue;
    const double axis = declared.of(o)->at.value_or(0);
    if (axis != 1 && axis != 2) continue;
    Place& place = steps[{o.step, o.metric}][{o.model_a, o.tensor_a}];
    place.layer = o.layer_a;
    (axis == 1 ? place.x : place.y) = o.value;
  }
  std::vector<Picture> pictures;
  for (const auto& [key, places] : steps) {
    if (places.size() > 1) pictures.push_back(pictureOf(key.first, key.second, places));
  }
  return pictures;
}

}  // namespace kindred::report
