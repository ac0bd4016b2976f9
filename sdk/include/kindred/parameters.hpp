// What a plugin declares about itself (figures and parameters) and the checked values it gets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <kindred/error.hpp>

namespace kindred {

enum class ValueType { flag, integer, number, text, choice };

inline constexpr double kUnbounded = std::numeric_limits<double>::infinity();

// What a figure is measured in.
enum class Unit {
  unstated,
  number,      // a ratio, or what is none of the others
  cosine,      // of vectors, correlations too
  share,       // of a whole, from 0 to 1
  truth,       // 1: so it is, 0: it is not
  value,       // as the tensors' elements
  difference,  // of two elements
  ulp,         // units in the last place
  count,
  log10_p,
  measured  // as the figures that a test of a table is given
};

// What a figure is of the distribution that its metric describes: pictures are made of these.
enum class Part {
  none,
  mean,
  deviation,   // standard deviation
  quantile,    // `at`: of this share; 0 is the smallest, 1 the largest
  bin,         // share of what lies below `at` and in no lower bin; 0: of what is 0
  coordinate,  // `at`: on this axis, counted from 1
};

// One line of a plugin's declaration: a parameter or a figure. Plain data, so that the host can
// read it before any code of the plugin runs.
struct Entry {
  enum class Is { parameter, figure } is = Is::parameter;
  const char* name = nullptr;
  ValueType type = ValueType::number;
  const char* fallback = nullptr;  // the default, as text; null: the recipe must give it
  double least = -kUnbounded;
  double most = kUnbounded;
  const char* choices = nullptr;  // "a|b|c"
  const char* help = nullptr;
  // Of figures; `least` and `most` are the range in which defined ones lie.
  Unit unit = Unit::unstated;
  double alike = std::numeric_limits<double>::quiet_NaN();  // of no difference; NaN: there is none
  Part part = Part::none;
  double at = 0;
  const char* strangers = nullptr;  // what independent models show, in a sentence or two

  // figure("mad", "mean absolute difference").in(Unit::difference, 0, kUnbounded).same(0)
  constexpr Entry in(Unit unit_of, double from, double to) const {
    Entry entry = *this;
    entry.unit = unit_of;
    entry.least = from;
    entry.most = to;
    return entry;
  }
  constexpr Entry same(double value) const {
    Entry entry = *this;
    entry.alike = value;
    return entry;
  }
  constexpr Entry as(Part part_of, double where = 0) const {
    Entry entry = *this;
    entry.part = part_of;
    entry.at = where;
    return entry;
  }
  constexpr Entry independent(const char* sentence) const {
    Entry entry = *this;
    entry.strangers = sentence;
    return entry;
  }
};

constexpr Entry flag(const char* name, bool fallback, const char* help) {
  return {
      .name = name, .type = ValueType::flag, .fallback = fallback ? "true" : "false", .help = help};
}
// Defaults are text ("4096") so that the declaration stays constant data.
constexpr Entry integer(const char* name, const char* fallback, double least, double most,
                        const char* help) {
  return {.name = name,
          .type = ValueType::integer,
          .fallback = fallback,
          .least = least,
          .most = most,
          .help = help};
}
constexpr Entry number(const char* name, const char* fallback, double least, double most,
                       const char* help) {
  return {.name = name,
          .type = ValueType::number,
          .fallback = fallback,
          .least = least,
          .most = most,
          .help = help};
}
constexpr Entry text(const char* name, const char* fallback, const char* help) {
  return {.name = name, .type = ValueType::text, .fallback = fallback, .help = help};
}
constexpr Entry choice(const char* name, const char* choices, const char* fallback,
                       const char* help) {
  return {.name = name,
          .type = ValueType::choice,
          .fallback = fallback,
          .choices = choices,
          .help = help};
}
// A metric that declares no figure has one, with the metric's own name, of which nothing is known.
constexpr Entry figure(const char* name, const char* help) {
  return {.is = Entry::Is::figure, .name = name, .help = help};
}

// A plugin's parameters, checked against its declaration and complete (defaults filled in).
// Asking for a name or type that was not declared is the plugin's mistake: Category::plugin.
class __attribute__((visibility("default"))) Parameters {
 public:
  using Value = std::variant<bool, std::int64_t, double, std::string>;

  void set(std::string name, Value value) {
    values_.insert_or_assign(std::move(name), std::move(value));
  }
  const std::map<std::string, Value>& values() const { return values_; }

  bool flag(std::string_view name) const { return get<bool>(name); }
  std::int64_t integer(std::string_view name) const { return get<std::int64_t>(name); }
  double number(std::string_view name) const { return get<double>(name); }
  const std::string& text(std::string_view name) const { return get<std::string>(name); }

 private:
  template <class T>
  const T& get(std::string_view name) const {
    const auto found = values_.find(std::string(name));
    if (found == values_.end() || !std::holds_alternative<T>(found->second)) {
      throw Error(Category::plugin, "",
                  "the plugin asks for parameter '" + std::string(name) +
                      "', which it does not declare with that type");
    }
    return std::get<T>(found->second);
  }

  std::map<std::string, Value> values_;
};

}  // namespace kindred
