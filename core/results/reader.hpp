// The visitor that fills a value from JSON.
#pragma once

#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include <kindred/error.hpp>

#include "results/fields.hpp"
#include "results/json.hpp"

namespace kindred::results {

inline constexpr const char* kRunAgain = "run the recipe again with this version of kindred";

// `file` stands for the file in errors.
Json parsed(const std::string& file, const std::string& text);

// Reads one object. Every field must be there and of its type, or it is an Error that names the
// place; what the table doesn't know is passed over. `kWholeResult`: with what only a saved
// StepResult holds.
template <bool kWholeResult>
class Reader {
 public:
  static constexpr bool kWhole = kWholeResult;

  // `what` the file ought to be: "manifest of a run".
  template <class T>
  static T valueOf(const std::string& file, const std::string& what, const Json& json) {
    if (!json.is_object()) throw inputError(file, "is no " + what, kRunAgain);
    T value;
    Reader reader(file, "", json);
    visit(reader, value);
    return value;
  }

  template <class T>
  void operator()(const char* name, T& field, const char*, Repeats = Repeats::yes) {
    const std::string place = place_.empty() ? name : place_ + "." + name;
    const auto found = object_.find(name);
    if (found == object_.end()) throw inputError(file_, "'" + place + "' is missing", kRunAgain);
    read(place, *found, field);
  }

  template <class T>
  void added(const char* name, T& field, const char* meaning) {
    if (object_.contains(name)) (*this)(name, field, meaning);
  }

  void unlessEmpty(const char* name, std::string& field, const char* meaning) {
    added(name, field, meaning);
  }

  template <class T>
  void unlessNone(const char* name, std::optional<T>& field, const char* meaning) {
    if (object_.contains(name)) (*this)(name, field.emplace(), meaning);
  }

 private:
  Reader(const std::string& file, std::string place, const Json& object)
      : file_(file), place_(std::move(place)), object_(object) {}

  void require(bool holds, const std::string& place, const std::string& wanted) const {
    if (!holds) throw inputError(file_, "'" + place + "' is not " + wanted, kRunAgain);
  }

  void read(const std::string& place, const Json& json, std::string& field) const {
    require(json.is_string(), place, "a text");
    field = json.get<std::string>();
  }
  void read(const std::string& place, const Json& json, Axis& field) const {
    require(json.is_string(), place, "a text");
    field = json.get<std::string>();
  }
  void read(const std::string& place, const Json& json, bool& field) const {
    require(json.is_boolean(), place, "true or false");
    field = json.get<bool>();
  }
  void read(const std::string& place, const Json& json, double& field) const {
    if (kWhole && (json == kInfinite || json == kMinusInfinite)) {
      field = json == kInfinite ? HUGE_VAL : -HUGE_VAL;
      return;
    }
    require(json.is_number() || json.is_null(), place, "a number or null");
    field = json.is_null() ? kUndefined : json.get<double>();
  }
  void read(const std::string& place, const Json& json, std::uint64_t& field) const {
    require(json.is_number_unsigned(), place, "a whole number");
    field = json.get<std::uint64_t>();
  }
  void read(const std::string& place, const Json& json, std::int64_t& field) const {
    constexpr std::uint64_t kMost = std::uint64_t{1} << 53;
    require(json.is_null() || (json.is_number_unsigned() && json.get<std::uint64_t>() <= kMost),
            place, "a whole number or null");
    field = json.is_null() ? -1 : json.get<std::int64_t>();
  }
  void read(const std::string& place, const Json& json, Seed& field) const {
    if (json.is_null()) {
      field = {};
    } else if (json.is_string()) {
      field = json.get<std::string>();
    } else {
      read(place, json, field.emplace<std::uint64_t>());
    }
  }
  template <class T>
  requires std::is_enum_v<T>
  void read(const std::string& place, const Json& json, T& field) const {
    require(json.is_string(), place, "a text");
    const std::optional<T> known = evidence::parse<T>(json.get_ref<const std::string&>());
    require(known.has_value(), place, "one of " + namesOf<T>());
    field = *known;
  }
  template <class T>
  void read(const std::string& place, const Json& json, std::optional<T>& field) const {
    field.reset();
    if (!json.is_null()) read(place, json, field.emplace());
  }
  template <class T>
  void read(const std::string& place, const Json& json, std::vector<T>& field) const {
    require(json.is_array(), place, "a list");
    field.clear();
    for (const Json& entry : json) {
      const std::string number = std::to_string(field.size());
      read(place + "[" + number + "]", entry, field.emplace_back());
    }
  }
  template <class T>
  void read(const std::string& place, const Json& json, Named<T>& field) const {
    field.clear();
    readMembers(place, json, [&](const std::string& name) -> T& {
      return field.emplace_back(name, T{}).second;
    });
  }
  template <class T>
  void read(const std::string& place, const Json& json, std::map<std::string, T>& field) const {
    field.clear();
    readMembers(place, json, [&](const std::string& name) -> T& { return field[name]; });
  }
  template <class Member>
  void readMembers(const std::string& place, const Json& json, Member&& member) const {
    require(json.is_object(), place, "an object");
    for (const auto& [name, value] : json.items()) read(place + "." + name, value, member(name));
  }
  template <class T>
  requires std::is_class_v<T>
  void read(const std::string& place, const Json& json, T& field) const {
    require(json.is_object(), place, "an object");
    Reader reader(file_, place, json);
    visit(reader, field);
  }

  template <class T>
  static std::string namesOf() {
    std::string names;
    for (const T value : evidence::kAll<T>) {
      names += (names.empty() ? "'" : ", '") + nameOf(value) + "'";
    }
    return names;
  }

  const std::string& file_;
  std::string place_;
  const Json& object_;
};

}  // namespace kindred::results
