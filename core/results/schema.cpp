// The visitor that writes docs/report.schema.json.
#include <type_traits>

#include "results/fields.hpp"
#include "results/json.hpp"
#include "results/write.hpp"

namespace kindred::results {
namespace {

class SchemaOf {
 public:
  static constexpr bool kWhole = false;

  // Not required: it may be missing in what an earlier program wrote.
  template <class T>
  void added(const char* name, T& field, const char* meaning) {
    (*this)(name, field, meaning);
    required_.erase(required_.size() - 1);
  }

  void unlessEmpty(const char* name, std::string& field, const char* meaning) {
    added(name, field, meaning);
  }

  template <class T>
  void unlessNone(const char* name, std::optional<T>&, const char* meaning) {
    T field{};
    added(name, field, meaning);
  }

  template <class T>
  void operator()(const char* name, T& field, const char* meaning, Repeats = Repeats::yes) {
    Json schema = typeOf(field);
    if (*meaning != '\0') schema["description"] = meaning;
    properties_[name] = std::move(schema);
    required_.push_back(name);
  }

  template <class T>
  static Json objectOf() {
    T value;
    SchemaOf schema;
    visit(schema, value);
    return {{"type", "object"},
            {"properties", std::move(schema.properties_)},
            {"required", std::move(schema.required_)}};
  }

 private:
  static Json typeOf(const std::string&) { return {{"type", "string"}}; }
  static Json typeOf(const Axis&) { return {{"type", "string"}}; }
  static Json typeOf(bool) { return {{"type", "boolean"}}; }
  static Json typeOf(double) { return {{"type", {"number", "null"}}}; }
  static Json typeOf(std::uint64_t) { return {{"type", "integer"}, {"minimum", 0}}; }
  static Json typeOf(std::int64_t) { return {{"type", {"integer", "null"}}, {"minimum", 0}}; }

  static Json typeOf(const std::optional<double>&) { return typeOf(kUndefined); }
  template <class T>
  static Json typeOf(const Named<T>&) {
    return {{"type", "object"}, {"additionalProperties", typeOf(T{})}};
  }
  template <class T>
  static Json typeOf(const std::vector<T>&) {
    return {{"type", "array"}, {"items", typeOf(T{})}};
  }
  template <class T>
  static Json typeOf(const std::map<std::string, T>&) {
    return {{"type", "object"}, {"additionalProperties", typeOf(T{})}};
  }
  template <class T>
  requires std::is_enum_v<T>
  static Json typeOf(const T&) {
    Json names = Json::array();
    for (const T value : evidence::kAll<T>) names.push_back(nameOf(value));
    return {{"type", "string"}, {"enum", std::move(names)}};
  }
  template <class T>
  requires std::is_class_v<T>
  static Json typeOf(const T&) { return objectOf<T>(); }

  Json properties_ = Json::object();
  Json required_ = Json::array();
};

}  // namespace

std::string reportSchema() {
  Json schema{{"$schema", "http://json-schema.org/draft-07/schema#"},
              {"$id", "urn:kindred:report:" + std::to_string(kSchemaVersion)},
              {"title", "report.json of Kindred"}};
  Json body = SchemaOf::objectOf<Report>();
  body["properties"]["schema"]["const"] = kSchemaVersion;
  schema.update(body);
  return schema.dump(2) + "\n";
}

}  // namespace kindred::results
