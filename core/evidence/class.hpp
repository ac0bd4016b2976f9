// The words of a verdict and of a finding's basis, as enumerations; report.json spells them by
// name().
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <kindred/declaration.hpp>
#include <kindred/test.hpp>

#include "evidence/start.hpp"
#include "models/component.hpp"

namespace kindred::evidence {

// What is said of a pair of models.
enum class Class {
  identical,
  shared_weights,
  shared_weights_calibrated,  // by controls alone: no symmetry stands behind it
  partial,
  arranged,  // signs or order agree and rows don't: chosen to fit, not inherited
  inconclusive,
  no_evidence,
  untestable,
  not_run,  // the run was interrupted before, or a model could not be opened
  several   // of a run with more than one pair asked about: each pair has its own
};

// Of an enumeration that reports spell, all values.
template <class T>
inline constexpr std::array<T, 0> kAll{};
template <>
inline constexpr std::array kAll<Class>{
    Class::identical,   Class::shared_weights, Class::shared_weights_calibrated,
    Class::partial,     Class::arranged,       Class::inconclusive,
    Class::no_evidence, Class::untestable,     Class::not_run,
    Class::several};
static_assert(kAll<Class>.size() == static_cast<std::size_t>(Class::several) + 1);
template <>
inline constexpr std::array kAll<Basis>{Basis::exact, Basis::calibrated, Basis::unverified,
                                        Basis::describes};
static_assert(kAll<Basis>.size() == static_cast<std::size_t>(Basis::describes) + 1);

template <>
inline constexpr std::array kAll<Unit>{Unit::unstated, Unit::number,  Unit::cosine,     Unit::share,
                                       Unit::truth,    Unit::value,   Unit::difference, Unit::ulp,
                                       Unit::count,    Unit::log10_p, Unit::measured};
static_assert(kAll<Unit>.size() == static_cast<std::size_t>(Unit::measured) + 1);
template <>
inline constexpr std::array kAll<Part>{Part::none,     Part::mean, Part::deviation,
                                       Part::quantile, Part::bin,  Part::coordinate};
static_assert(kAll<Part>.size() == static_cast<std::size_t>(Part::coordinate) + 1);

template <>
inline constexpr std::array kAll<LooksLike>{LooksLike::descent, LooksLike::shared_start,
                                            LooksLike::either};
template <>
inline constexpr std::array kAll<models::Component> = models::kComponents;

// "shared-weights"; the contract of report.json.
const char* name(Class klass);
const char* name(Basis basis);

// None where no value has this name.
template <class T>
std::optional<T> parse(std::string_view text) {
  for (const T value : kAll<T>) {
    if (text == name(value)) return value;
  }
  return std::nullopt;
}

// Whether a verdict says that the pair shares weights, in whole or in part.
bool isRelated(Class klass);

}  // namespace kindred::evidence
