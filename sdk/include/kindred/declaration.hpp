// What a declaration means: its defaults, the values it allows, and whether it is sound. The host
// checks every plugin and every recipe with these functions, and the conformance kit uses the same.
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <kindred/plugin.hpp>

namespace kindred {

constexpr std::string_view name(ValueType type) {
  switch (type) {
    case ValueType::flag:
      return "flag";
    case ValueType::integer:
      return "integer";
    case ValueType::number:
      return "number";
    case ValueType::text:
      return "text";
    case ValueType::choice:
      return "choice";
  }
  return "unknown";
}

constexpr std::string_view name(Kind kind) {
  switch (kind) {
    case Kind::source:
      return "source";
    case Kind::pair_metric:
      return "metric";
    case Kind::tensor_metric:
      return "tensor metric";
    case Kind::set_metric:
      return "set metric";
    case Kind::test:
      return "test";
    case Kind::matrix_test:
      return "matrix test";
    case Kind::aligner:
      return "aligner";
    case Kind::survey:
      return "survey";
    case Kind::format:
      return "format";
  }
  return "unknown kind";
}

constexpr std::string_view name(Unit unit) {
  switch (unit) {
    case Unit::unstated:
      return "unstated";
    case Unit::number:
      return "number";
    case Unit::cosine:
      return "cosine";
    case Unit::share:
      return "share";
    case Unit::truth:
      return "truth";
    case Unit::value:
      return "value";
    case Unit::difference:
      return "difference";
    case Unit::ulp:
      return "ulp";
    case Unit::count:
      return "count";
    case Unit::log10_p:
      return "log10 p";
    case Unit::measured:
      return "as measured";
  }
  return "unknown";
}

constexpr std::string_view name(Part part) {
  switch (part) {
    case Part::none:
      return "none";
    case Part::mean:
      return "mean";
    case Part::deviation:
      return "deviation";
    case Part::quantile:
      return "quantile";
    case Part::bin:
      return "bin";
    case Part::coordinate:
      return "coordinate";
  }
  return "unknown";
}

inline bool known(Kind kind) { return name(kind) != "unknown kind"; }
inline bool hasFigures(Kind kind) {
  return kind == Kind::pair_metric || kind == Kind::tensor_metric || kind == Kind::set_metric ||
         kind == Kind::survey;
}

// Plugin names are file names and YAML words: "permutation-test".
constexpr bool isPluginName(std::string_view word) {
  if (word.empty() || word.size() > 64 || word[0] < 'a' || word[0] > 'z') return false;
  for (const char c : word) {
    if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-') return false;
  }
  return true;
}

// Names of parameters and figures are keys in recipes: "rel_l2". '.' separates a figure's address.
constexpr bool isEntryName(std::string_view word) {
  if (word.empty() || word.size() > 64 || word[0] < 'a' || word[0] > 'z') return false;
  for (const char c : word) {
    if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-' && c != '_') return false;
  }
  return true;
}

// The alternatives of "a|b|c".
inline std::vector<std::string> choicesOf(const Entry& entry) {
  std::vector<std::string> words;
  if (!entry.choices) return words;
  std::string_view rest = entry.choices;
  for (;;) {
    const std::size_t bar = rest.find('|');
    words.emplace_back(rest.substr(0, bar));
    if (bar == std::string_view::npos) return words;
    rest.remove_prefix(bar + 1);
  }
}

// "an integer from 1 to 4096", "one of a, b, c": for messages and lists.
inline std::string allowed(const Entry& entry);

// A value as a recipe writes it, typed and within the parameter's range; nothing where it is not
// what allowed() says. Numbers are finite; integers have no fraction or exponent.
inline std::optional<Parameters::Value> valueOf(const Entry& entry, std::string_view text);

// Everything wrong with a declaration, each a sentence; empty for a sound one. Touches constant
// data only; `plugin.entries` must be null or point at `entry_count` entries.
inline std::vector<std::string> faultsOf(const Descriptor& plugin);

inline std::span<const Entry> entriesOf(const Descriptor& plugin) {
  return {plugin.entries, plugin.entry_count};
}

// Whether a figure's value lies in the declared range, but for rounding; an undefined one does.
inline bool inRange(const Entry& figure, double value) {
  const double slack = 1e-9 * std::max(1.0, std::abs(value));
  return !(value < figure.least - slack || value > figure.most + slack);
}

// The declared parameters, in order.
inline std::vector<Entry> parametersOf(const Descriptor& plugin) {
  std::vector<Entry> found;
  for (const Entry& entry : entriesOf(plugin)) {
    if (entry.is == Entry::Is::parameter) found.push_back(entry);
  }
  return found;
}

// The figures in order; for a metric that declares none, the one named like the metric.
inline std::vector<Entry> figuresOf(const Descriptor& plugin) {
  std::vector<Entry> found;
  for (const Entry& entry : entriesOf(plugin)) {
    if (entry.is == Entry::Is::figure) found.push_back(entry);
  }
  if (found.empty() && hasFigures(plugin.kind))
    found.push_back(figure(plugin.name, plugin.summary));
  return found;
}

// --- implementation ---------------------------------------------------------------------------

namespace detail {

template <class T>
std::optional<T> parsed(std::string_view text) {
  T value{};
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Shortest text that reads back as the same number.
inline std::string shown(double value) {
  char text[32];
  const auto written = std::to_chars(text, text + sizeof text, value);
  return {text, written.ptr};
}

inline bool within(const Entry& entry, double value) {
  return value >= entry.least && value <= entry.most;
}

inline void checkFigure(const Entry& entry, const std::string& what,
                        std::vector<std::string>& faults) {
  if (name(entry.unit) == "unknown") faults.push_back(what + " has a unit that does not exist");
  if (name(entry.part) == "unknown") faults.push_back(what + " is a part that does not exist");
  if (!(entry.least <= entry.most)) {
    faults.push_back(what + " has an empty range");
  } else if (entry.alike < entry.least || entry.alike > entry.most) {
    faults.push_back(what + " has its value of no difference outside its range");
  }
  if (entry.part == Part::quantile && !(entry.at >= 0 && entry.at <= 1)) {
    faults.push_back(what + " is the quantile of no share between 0 and 1");
  }
}

inline void checkParameter(const Entry& entry, const std::string& what,
                           std::vector<std::string>& faults) {
  if (name(entry.type) == "unknown") {
    faults.push_back(what + " has a type that is none of flag, integer, number, text, choice");
    return;
  }
  if (!(entry.least <= entry.most)) faults.push_back(what + " has an empty range");
  if (entry.type == ValueType::choice) {
    const std::vector<std::string> words = choicesOf(entry);
    const std::set<std::string> distinct(words.begin(), words.end());
    if (words.empty() || distinct.contains("") || distinct.size() != words.size()) {
      faults.push_back(what + " needs distinct, non-empty choices of the form \"a|b|c\"");
      return;
    }
  }
  if (entry.fallback && !valueOf(entry, entry.fallback)) {
    faults.push_back(what + " has the default '" + entry.fallback + "', which is not " +
                     allowed(entry));
  }
}

}  // namespace detail

inline std::string allowed(const Entry& entry) {
  if (entry.type == ValueType::flag) return "true or false";
  if (entry.type == ValueType::text) return "a text";
  if (entry.type == ValueType::choice) {
    std::string words;
    for (const std::string& word : choicesOf(entry)) words += (words.empty() ? "" : ", ") + word;
    return "one of " + words;
  }
  std::string text = entry.type == ValueType::integer ? "an integer" : "a number";
  const bool low = std::isfinite(entry.least);
  const bool high = std::isfinite(entry.most);
  if (low && high) {
    text += " from " + detail::shown(entry.least) + " to " + detail::shown(entry.most);
  } else if (low) {
    text += ", at least " + detail::shown(entry.least);
  } else if (high) {
    text += ", at most " + detail::shown(entry.most);
  }
  return text;
}

inline std::optional<Parameters::Value> valueOf(const Entry& entry, std::string_view text) {
  switch (entry.type) {
    case ValueType::flag:
      if (text == "true") return Parameters::Value(true);
      if (text == "false") return Parameters::Value(false);
      return std::nullopt;
    case ValueType::integer:
      if (const auto value = detail::parsed<std::int64_t>(text)) {
        if (detail::within(entry, static_cast<double>(*value))) return Parameters::Value(*value);
      }
      return std::nullopt;
    case ValueType::number:
      if (const auto value = detail::parsed<double>(text)) {
        if (std::isfinite(*value) && detail::within(entry, *value)) {
          return Parameters::Value(*value);
        }
      }
      return std::nullopt;
    case ValueType::text:
      return Parameters::Value(std::string(text));
    case ValueType::choice:
      for (const std::string& word : choicesOf(entry)) {
        if (word == text) return Parameters::Value(word);
      }
      return std::nullopt;
  }
  return std::nullopt;
}

inline std::vector<std::string> faultsOf(const Descriptor& plugin) {
  std::vector<std::string> faults;
  if (!known(plugin.kind)) {
    faults.push_back("its kind is number " +
                     std::to_string(static_cast<std::uint32_t>(plugin.kind)) +
                     ", which does not exist");
  }
  if (!plugin.name || !isPluginName(plugin.name)) {
    faults.push_back("its name is not of small letters, digits and '-'");
  }
  if (!plugin.version || !*plugin.version) faults.push_back("it states no version");
  if (!plugin.summary || !*plugin.summary) faults.push_back("it has no summary");
  if (!plugin.create) faults.push_back("it has no create function");
  if (!plugin.entries && plugin.entry_count != 0) {
    faults.push_back("it counts figures and parameters but has none");
    return faults;
  }
  std::set<std::string> parameters, figures;
  for (const Entry& entry : entriesOf(plugin)) {
    const bool is_figure = entry.is == Entry::Is::figure;
    if (!entry.name || !isEntryName(entry.name)) {
      faults.push_back(std::string("a ") + (is_figure ? "figure" : "parameter") +
                       " has a name that is not of small letters, digits, '_' and '-'");
      continue;
    }
    const std::string what =
        (is_figure ? "figure '" : "parameter '") + std::string(entry.name) + "'";
    if (!(is_figure ? figures : parameters).insert(entry.name).second) {
      faults.push_back(what + " is declared twice");
    }
    if (!entry.help || !*entry.help) faults.push_back(what + " says nothing about its meaning");
    (is_figure ? detail::checkFigure : detail::checkParameter)(entry, what, faults);
    if (is_figure && figures.size() == 1 && hasFigures(plugin.kind) && plugin.name &&
        std::string_view(plugin.name) != entry.name) {
      faults.push_back(what + " is the first, so it must be named like the metric, '" +
                       plugin.name + "'");
    }
  }
  if ((plugin.kind == Kind::source || plugin.kind == Kind::format) && !figures.empty()) {
    faults.push_back("it declares figures, but a " + std::string(name(plugin.kind)) +
                     " measures nothing");
  }
  return faults;
}

}  // namespace kindred
