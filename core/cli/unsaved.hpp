// Work in parts that is made anew where a run goes on.
#pragma once

#include <optional>
#include <string>

#include <kindred/error.hpp>

#include "run/units.hpp"

namespace kindred::cli {

template <class Result>
run::Units<Result> unsaved() {
  run::Units<Result> units;
  units.write = [](const Result&) { return std::optional<std::string>(); };
  units.read = [](const std::string& place, const std::string&) -> Result {
    throw inputError(place, "was not saved");
  };
  return units;
}

}  // namespace kindred::cli
