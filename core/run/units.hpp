// Work in units whose results are plain values that can be saved: computed on threads or by other
// ranks, kept in the journal as they are made, taken from it by a run that goes on.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <kindred/error.hpp>

#include "results/read.hpp"
#include "results/results.hpp"
#include "results/write.hpp"
#include "run/errand.hpp"
#include "run/guests.hpp"
#include "run/interrupt.hpp"
#include "run/journal.hpp"
#include "run/ordered.hpp"
#include "run/progress.hpp"
#include "run/ranks.hpp"
#include "run/share.hpp"

namespace kindred::run {

// Who does a run's units; none of them: this process alone, and nothing is kept.
struct Crew {
  Journal* journal = nullptr;  // of the first rank
  Ranks* ranks = nullptr;
  const Guests* guests = nullptr;  // for units that use plugins of others; null: here, as all
  Errand* errand = nullptr;        // what this process is for; null: for all units
  Progress* progress = nullptr;
};

template <class Result>
struct Units {
  std::string stage;  // "tests of pairs", for whoever waits; empty: units say their own
  std::size_t count = 0;
  unsigned threads = 1;
  std::function<std::string(std::size_t)> name;  // distinct within the run
  std::function<std::uint64_t(std::size_t)> cost;
  std::function<std::vector<std::string>(std::size_t)> uses = {};  // plugins, by name
  std::function<Result(std::size_t)> compute;                      // [any-thread]
  std::function<void(std::size_t, Result&&)> consume;              // in order, one call at a time
  std::optional<std::string> (*write)(const Result&);              // none: it can't be saved
  // An Error that speaks of `place` where the text is no result.
  Result (*read)(const std::string& place, const std::string& text);
  // An Error where the process of this plugin told what the unit can't come to.
  std::function<void(std::size_t, const Result&, const std::string& plugin)> check = {};
};

// What was kept of a unit and makes sense.
template <class Result>
std::optional<Result> kept(Journal* journal, const Units<Result>& units, std::size_t i) {
  if (journal == nullptr) return std::nullopt;
  const std::string name = units.name(i);
  const std::optional<std::string> text = journal->find(name);
  if (!text) return std::nullopt;
  try {
    return units.read(name, *text);
  } catch (const Error&) {
    journal->doubt();
    return std::nullopt;
  }
}

// What a unit comes to, here or in a process of its own.
template <class Result>
Result made(const Crew& crew, const Units<Result>& units, std::size_t i) {
  const bool asks = crew.guests != nullptr && units.uses;
  const std::string guest = asks ? crew.guests->among(units.uses(i)) : std::string();
  if (guest.empty()) return units.compute(i);
  Result told = units.read("plugin '" + guest + "'", crew.guests->compute(units.name(i), guest));
  if (units.check) units.check(i, told, guest);
  return told;
}

// Where this process is for one of these units, it ends here.
template <class Result>
void runErrand(const Crew& crew, const Units<Result>& units) {
  if (crew.errand == nullptr) return;
  for (std::size_t i = 0; i < units.count; ++i) {
    if (units.name(i) != crew.errand->unit()) continue;
    crew.errand->run([&] { return units.write(units.compute(i)); });
  }
}

inline Units<results::StepResult> stepUnits() {
  Units<results::StepResult> units;
  units.write = results::stepJson;
  units.read = results::stepResultOf;
  return units;
}

// Computes all units, or takes them from where they are, and consumes them in order. Returns how
// many were consumed: fewer than all where the run was interrupted. The first error (by order) is
// thrown once all threads have ended.
template <class Result>
std::size_t perform(const Crew& crew, const Units<Result>& units) {
  runErrand(crew, units);
  std::vector<std::optional<std::string>> told(units.count);
  Progress* progress = units.stage.empty() ? nullptr : crew.progress;
  const auto costOf = [&](std::size_t i) { return units.cost ? units.cost(i) : 1; };
  if (progress != nullptr) {
    std::uint64_t cost = 0;
    for (std::size_t i = 0; i < units.count; ++i) cost += costOf(i);
    progress->stage(units.stage, units.count, cost);
  }
  const auto done = [&](std::size_t i) {
    if (progress != nullptr) progress->advance(costOf(i), true);
  };
  if (crew.ranks != nullptr) {
    SharedWork work;
    work.threads = units.threads;
    for (std::size_t i = 0; i < units.count; ++i) {
      work.names.push_back(units.name(i));
      work.cost.push_back(units.cost(i));
    }
    work.compute = [&](std::size_t i) { return units.write(made(crew, units, i)); };
    work.known = [&](std::size_t i) -> std::optional<std::string> {
      const std::optional<Result> result = kept(crew.journal, units, i);
      return result ? units.write(*result) : std::nullopt;
    };
    work.done = [&](std::size_t i, const std::string& text) {
      if (crew.journal != nullptr) crew.journal->keep(units.name(i), text);
      done(i);
    };
    told = share(*crew.ranks, work);
  }
  return inOrder<Result>(
      units.count, units.threads,
      [&](std::size_t i) {
        if (told[i]) return units.read(units.name(i), *std::exchange(told[i], std::nullopt));
        if (std::optional<Result> result = kept(crew.journal, units, i)) {
          done(i);
          return std::move(*result);
        }
        Result result = made(crew, units, i);
        done(i);
        // What an interruption cut short is no result.
        if (crew.journal == nullptr || interrupted()) return result;
        if (const auto text = units.write(result)) crew.journal->keep(units.name(i), *text);
        return result;
      },
      units.consume, interrupted);
}

}  // namespace kindred::run
