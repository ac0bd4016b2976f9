// The visitor that makes JSON of a value.
#pragma once

#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "results/fields.hpp"
#include "results/json.hpp"

namespace kindred::results {

// Which fields are written.
enum class Scope {
  published,  // those of report.json and manifest.json
  repeated,   // of these the ones that a run done again must have the same
  whole       // all that a saved StepResult holds
};

template <Scope kScope>
class Writer {
 public:
  static constexpr bool kWhole = kScope == Scope::whole;

  template <class T>
  static Json objectOf(const T& value) {
    Writer writer;
    visit(writer, value);
    return std::move(writer.object_);
  }

  template <class T>
  void operator()(const char* name, const T& field, const char*, Repeats repeats = Repeats::yes) {
    if (kScope != Scope::repeated || repeats == Repeats::yes) object_[name] = jsonOf(field);
  }

  template <class T>
  void added(const char* name, const T& field, const char* meaning) {
    (*this)(name, field, meaning);
  }

  void unlessEmpty(const char* name, const std::string& field, const char*) {
    if (!field.empty()) object_[name] = field;
  }

  template <class T>
  void unlessNone(const char* name, const std::optional<T>& field, const char*) {
    if (field) object_[name] = jsonOf(*field);
  }

 private:
  static Json jsonOf(const std::string& value) { return value; }
  static Json jsonOf(const Axis& axis) { return axis.name(); }
  static Json jsonOf(bool value) { return value; }
  // JSON has no NaN: an undefined figure is null. Nor has it infinities, which only what is gone on
  // from must tell apart.
  static Json jsonOf(double value) {
    if (kWhole && std::isinf(value)) return value > 0 ? kInfinite : kMinusInfinite;
    return std::isfinite(value) ? Json(value) : Json(nullptr);
  }
  static Json jsonOf(std::uint64_t value) { return value; }
  static Json jsonOf(std::int64_t value) { return value < 0 ? Json(nullptr) : Json(value); }
  static Json jsonOf(const Seed& seed) {
    if (const auto* number = std::get_if<std::uint64_t>(&seed)) return *number;
    if (const auto* text = std::get_if<std::string>(&seed)) return *text;
    return nullptr;
  }
  template <class T>
  requires std::is_enum_v<T>
  static Json jsonOf(T value) { return nameOf(value); }
  template <class T>
  static Json jsonOf(const std::optional<T>& value) {
    return value ? jsonOf(*value) : Json(nullptr);
  }
  template <class T>
  static Json jsonOf(const std::vector<T>& values) {
    Json list = Json::array();
    for (const T& value : values) list.push_back(jsonOf(value));
    return list;
  }
  template <class T>
  static Json jsonOf(const Named<T>& values) {
    return membersOf(values);
  }
  template <class T>
  static Json jsonOf(const std::map<std::string, T>& values) {
    return membersOf(values);
  }
  template <class Values>
  static Json membersOf(const Values& values) {
    Json object = Json::object();
    for (const auto& [name, value] : values) object[name] = jsonOf(value);
    return object;
  }
  template <class T>
  requires std::is_class_v<T>
  static Json jsonOf(const T& value) { return objectOf(value); }

  Json object_ = Json::object();
};

}  // namespace kindred::results
