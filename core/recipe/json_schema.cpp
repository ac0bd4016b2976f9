// The schema table as JSON Schema (draft 2020-12), for editors.
#include <cmath>
#include <nlohmann/json.hpp>

#include "recipe/json_schema.hpp"
#include "recipe/words.hpp"

namespace kindred::recipe {
namespace {

using Json = nlohmann::ordered_json;

// With the $ of what 'foreach' puts in.
constexpr const char* kNamePattern = "^[A-Za-z0-9_$-]+$";
constexpr const char* kModelNamePattern = "^([A-Za-z0-9._/$-]|[^\\x00-\\x7F])+$";

Json schemaOf(const Shape& shape);

// A titled shape is defined once and referred to.
Json reference(const Shape& shape) {
  if (shape.title == nullptr) return schemaOf(shape);
  return {{"$ref", std::string("#/$defs/") + shape.title}};
}

Json scalarSchema(const Shape& shape) {
  switch (shape.scalar) {
    case ScalarType::none:
      break;
    case ScalarType::text:
      return {{"type", {"string", "number", "boolean"}}, {"minLength", 1}};
    case ScalarType::name:
      return {{"type", {"string", "integer"}}, {"pattern", kNamePattern}};
    case ScalarType::integer:
    case ScalarType::number: {
      Json json = {{"type", shape.scalar == ScalarType::integer ? "integer" : "number"}};
      if (std::isfinite(shape.least)) json["minimum"] = shape.least;
      if (std::isfinite(shape.most)) json["maximum"] = shape.most;
      return json;
    }
    case ScalarType::bytes:
      return {{"type", {"integer", "string"}},
              {"minimum", shape.least},
              {"pattern", "^[0-9]+([.][0-9]+)? ?([kKMGT]?B?|[KMGT]iB)$"}};
    case ScalarType::choice: {
      Json json = {{"enum", Json::array()}};
      for (const std::string& choice : split(shape.choices)) {
        const auto number = integerOf(choice);
        json["enum"].push_back(number ? Json(*number) : Json(choice));
      }
      return json;
    }
  }
  return Json();
}

Json listSchema(const Shape& shape) {
  return {{"type", "array"},
          {"items", reference(*shape.items)},
          {"minItems", shape.least_items},
          {"maxItems", shape.most_items}};
}

Json freeMapSchema(const Shape& shape) {
  Json json = {{"type", "object"},
               {"additionalProperties", reference(*shape.values)},
               {"minProperties", shape.least_items},
               {"maxProperties", shape.most_items}};
  if (shape.keys_are_names) {
    json["propertyNames"] = {
        {"pattern", shape.keys_name_models ? kModelNamePattern : kNamePattern}};
  }
  return json;
}

// {"anyOf": [{"required": ["a"]}, ...]}: one of the keys at least.
Json anyRequired(const std::vector<std::string>& names) {
  Json any = Json::array();
  for (const std::string& name : names) any.push_back({{"required", {name}}});
  return {{"anyOf", std::move(any)}};
}

// The rules about keys beside others: needed ones, excluded ones, groups.
void addNeighbours(const Shape& shape, Json& json) {
  for (const Key& key : shape.keys) {
    if (key.needs != nullptr) {
      json["dependentSchemas"][key.name]["allOf"].push_back(anyRequired(split(key.needs)));
    }
    if (key.excludes != nullptr) {
      json["dependentSchemas"][key.name]["allOf"].push_back(
          {{"not", anyRequired(split(key.excludes))}});
    }
  }
  for (const std::string& group : split(shape.one_of, ' ')) {
    json["allOf"].push_back(anyRequired(split(group.c_str())));
  }
}

Json fixedMapSchema(const Shape& shape) {
  Json json = {{"type", "object"}, {"properties", Json::object()}, {"required", Json::array()}};
  for (const Key& key : shape.keys) {
    Json value = reference(*key.shape);
    value["description"] = key.meaning;
    value["examples"] = {key.example};
    json["properties"][key.name] = std::move(value);
    if (key.required) json["required"].push_back(key.name);
  }
  json["additionalProperties"] = shape.parameters;
  addNeighbours(shape, json);
  return json;
}

Json schemaOf(const Shape& shape) {
  Json forms = Json::array();
  if (shape.scalar != ScalarType::none) forms.push_back(scalarSchema(shape));
  if (shape.items != nullptr) forms.push_back(listSchema(shape));
  if (shape.values != nullptr) forms.push_back(freeMapSchema(shape));
  if (!shape.keys.empty()) forms.push_back(fixedMapSchema(shape));
  if (forms.size() == 1) return forms[0];
  return {{"anyOf", std::move(forms)}};
}

}  // namespace

std::string jsonSchema(const Shape& root, std::span<const Shape* const> titled) {
  Json json = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
               {"title", "A Kindred recipe"},
               {"$ref", std::string("#/$defs/") + root.title},
               {"$defs", Json::object()}};
  for (const Shape* shape : titled) json["$defs"][shape->title] = schemaOf(*shape);
  return json.dump(2) + "\n";
}

}  // namespace kindred::recipe
