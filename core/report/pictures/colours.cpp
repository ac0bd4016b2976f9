// One colour a model and one a pair, the same in all pictures of a page.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "report/pictures/parts.hpp"
#include "report/shown.hpp"

namespace kindred::report {
namespace {

constexpr std::size_t kColours = 8;  // of the palette in web/look.js

using Names = std::vector<std::string>;

void note(Names& names, const std::string& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

// Subjects in the order of the report, behind them controls.
Names modelsOf(const results::Report& report) {
  Names names;
  for (const bool controls : {false, true}) {
    for (const results::Model& model : report.models) {
      if (results::isControl(report, model.key) == controls) note(names, shown(model.key));
    }
  }
  return names;
}

Names pairsOf(const results::Report& report) {
  Names names;
  for (const bool controls : {false, true}) {
    const auto add = [&](const std::string& a, const std::string& b) {
      const bool with_control = results::isControl(report, a) || results::isControl(report, b);
      if (with_control == controls) note(names, pairName(a, b));
    };
    for (const results::Pair& pair : report.pairs) add(pair.a, pair.b);
    for (const auto& finding : report.findings) add(finding.model_a, finding.model_b);
    for (const results::Observation& o : report.rows) add(o.model_a, o.model_b);
  }
  return names;
}

// The channels of colour in a specification that are drawn by the field.
void channelsOf(Json& spec, const std::string& field, std::vector<Json*>& found) {
  if (!spec.is_structured()) return;
  if (spec.is_object() && spec.contains("color") && spec["color"].is_object()) {
    Json& channel = spec["color"];
    if (channel.value("field", "") == field && channel.value("type", "") == "nominal") {
      found.push_back(&channel);
    }
  }
  for (auto& [key, part] : spec.items()) {
    if (key != "datasets") channelsOf(part, field, found);
  }
}

struct Painted {
  std::vector<Json*> channels;
  std::set<std::string> values;
};

Painted paintedBy(Json& spec, const std::string& field) {
  Painted painted;
  channelsOf(spec, field, painted.channels);
  if (painted.channels.empty()) return painted;
  for (const Json& value : spec.at("datasets").at("rows").at(field)) {
    const auto* text = value.get_ptr<const std::string*>();
    if (text != nullptr && !text->empty()) painted.values.insert(*text);
  }
  return painted;
}

void alike(std::vector<Picture>& pictures, const std::string& field, const Names& order) {
  std::vector<Painted> all;
  std::set<std::string> used;
  for (Picture& picture : pictures) {
    all.push_back(paintedBy(picture.spec, field));
    used.insert(all.back().values.begin(), all.back().values.end());
  }
  // A palette that begins anew would make two of one picture look the same.
  if (used.size() > kColours) return;
  const auto onlyOf = [&](const std::set<std::string>& values) {
    Json list = Json::array();
    for (const std::string& name : order) {
      if (values.contains(name)) list.push_back(name);
    }
    return list;
  };
  for (const Painted& painted : all) {
    for (Json* channel : painted.channels) {
      (*channel)["scale"] = {{"domain", onlyOf(used)}};
      (*channel)["legend"] = {{"values", onlyOf(painted.values)}};
    }
  }
}

}  // namespace

void colourAlike(const results::Report& report, std::vector<Picture>& pictures) {
  alike(pictures, "model", modelsOf(report));
  alike(pictures, "pair", pairsOf(report));
}

}  // namespace kindred::report
