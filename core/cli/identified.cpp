#include "cli/identified.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include <kindred/error.hpp>

#include "fingerprint/fields.hpp"
#include "fingerprint/prepared.hpp"
#include "report/coverage_text.hpp"
#include "report/text.hpp"
#include "report/wording.hpp"
#include "results/json.hpp"
#include "results/whole.hpp"
#include "run/interrupt.hpp"
#include "run/units.hpp"
#include "words/names.hpp"
#include "words/quantities.hpp"

namespace kindred::cli {
namespace {

using fingerprint::Candidate;
using results::Json;

constexpr std::size_t kMostShown = 10;  // candidates that nothing was found of

struct Outcome {
  Candidate candidate;
  std::string error;  // empty: none
};

Json number(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? Json(*value) : Json(nullptr);
}

// The fields that candidates and their components have.
Json said(const Candidate& candidate) {
  return {
      {"class", evidence::name(candidate.verdict.klass)},
      {"log10_p", candidate.verdict.log10_p},
      {"breadth", number(candidate.breadth)},
      {"same_bytes", candidate.same_bytes},
      {"distance", candidate.distance ? number(candidate.distance->value) : Json(nullptr)},
      {"distance_error", candidate.distance ? number(candidate.distance->error) : Json(nullptr)},
      {"paired_by", candidate.best},
      {"sentence", candidate.verdict.sentence},
      {"power", candidate.verdict.power}};
}

std::string distanceText(const fingerprint::Distance& distance) {
  return fmt::format("distance {:.3f} (standard error {:.3f})", distance.value, distance.error);
}

// How many of the first can't be told apart by their distances, within two standard errors.
std::size_t equallyNear(const std::vector<const Candidate*>& related) {
  std::size_t count = 0;
  for (const Candidate* candidate : related) {
    if (!candidate->distance || !related.front()->distance) break;
    const fingerprint::Distance &first = *related.front()->distance, &other = *candidate->distance;
    if (other.value - first.value > 2 * std::hypot(first.error, other.error)) break;
    ++count;
  }
  return count;
}

bool couldBeTested(const Candidate& candidate) {
  return candidate.verdict.klass != evidence::Class::untestable;
}

// Sentences and candidates, in lines of a width.
class Printer {
 public:
  explicit Printer(std::size_t width) : width_(std::min(width, report::kWidestProse)) {}

  std::string prose(const std::string& text) const { return report::wrapped(text, 0, width_); }

  std::string candidate(const Candidate& candidate) const {
    if (!couldBeTested(candidate)) {
      return line(candidate.model +
                  ": Not testable, nothing that its fingerprint holds can be tested against the "
                  "model's");
    }
    std::string text = line(
        fmt::format("{}: {}, p <= {}, {:.0f} % of tested layers have evidence of their own, {}",
                    candidate.model, report::verdictName(candidate.verdict),
                    report::text(report::pValue(candidate.verdict.log10_p)),
                    100 * candidate.breadth.value_or(0),
                    candidate.same_bytes ? "of the same bytes, as it says"
                    : candidate.distance ? distanceText(*candidate.distance)
                                         : "no distance"));
    for (const Candidate& part : candidate.components) {
      text +=
          fmt::format("    {}: {}, p <= {}\n", part.component, report::verdictName(part.verdict),
                      report::text(report::pValue(part.verdict.log10_p)));
    }
    return text;
  }

 private:
  std::string line(const std::string& text) const { return report::hanging(text, 2, 4, width_); }

  std::size_t width_;
};

}  // namespace

bool Identified::testable() const {
  return std::any_of(candidates.begin(), candidates.end(), couldBeTested);
}

bool Identified::allTestable() const {
  return std::all_of(candidates.begin(), candidates.end(), couldBeTested);
}

std::vector<const Candidate*> Identified::related() const {
  std::vector<const Candidate*> list;
  for (const Candidate& candidate : candidates) {
    if (evidence::isRelated(candidate.verdict.klass)) list.push_back(&candidate);
  }
  return list;
}

std::optional<double> Identified::detectableInAll() const {
  std::optional<double> most;
  for (const Candidate& candidate : candidates) {
    if (!couldBeTested(candidate)) continue;
    most = std::max(most.value_or(0), candidate.detectable_rho.value_or(1));
  }
  return most;
}

Identified identify(Lineup& lineup, const Making& making, const steps::RunOptions& options) {
  const run::InterruptGuard guard(options.kept);
  const fingerprint::Fingerprint print = lineup.of(0, making);
  const fingerprint::Prepared model(print);
  const double level = fingerprint::levelOf(lineup.models().size() - 1);
  Identified made{print.model, {}, {}};
  run::Units<Outcome> units;
  units.stage = "candidates";
  units.count = lineup.models().size() - 1;
  units.threads = options.threads;
  units.name = [&](std::size_t i) { return "candidate " + lineup.models()[i + 1].key; };
  units.cost = [&](std::size_t i) { return lineup.cost(i + 1); };
  units.compute = [&](std::size_t i) {
    Outcome outcome;
    outcome.candidate.model = lineup.models()[i + 1].key;
    try {
      const fingerprint::Fingerprint candidate = lineup.of(i + 1, making);
      outcome.candidate = model.against(fingerprint::Prepared(candidate), level);
    } catch (const Error& error) {
      if (error.category() == Category::internal) throw;
      outcome.error = error.what();
    }
    return outcome;
  };
  units.consume = [&](std::size_t, Outcome&& outcome) {
    if (outcome.error.empty()) {
      made.candidates.push_back(std::move(outcome.candidate));
    } else {
      made.failed.push_back({outcome.candidate.model, std::move(outcome.error)});
    }
  };
  // What failed may not do so the next time.
  units.write = [](const Outcome& outcome) {
    return outcome.error.empty() ? results::wholeText(outcome.candidate) : std::nullopt;
  };
  units.read = [](const std::string& place, const std::string& text) {
    return Outcome{results::wholeOf<Candidate>(place, "result of a candidate", text), ""};
  };
  for (std::size_t i = run::perform(options.crew, units); i < units.count; ++i) {
    made.failed.push_back({lineup.models()[i + 1].key, "the run was interrupted before"});
  }
  made.complete = !run::interrupted();
  fingerprint::judge(made.candidates);
  fingerprint::sortNearestFirst(made.candidates);
  return made;
}

std::string jsonOf(const Identified& made) {
  Json candidates = Json::array(), failed = Json::array(), related = Json::array();
  for (const Candidate& candidate : made.candidates) {
    Json one{{"model", candidate.model}, {"address", candidate.address}};
    one.update(said(candidate));
    for (const Candidate& part : candidate.components) {
      Json of_part{{"component", part.component}};
      of_part.update(said(part));
      one["components"].push_back(std::move(of_part));
    }
    candidates.push_back(std::move(one));
  }
  for (const Candidate* candidate : made.related()) related.push_back(candidate->model);
  for (const Failed& one : made.failed) {
    failed.push_back({{"model", one.model}, {"error", one.error}});
  }
  const Json document{
      {"question", fmt::format("Which of {} candidates share weights with {}?",
                               made.candidates.size() + made.failed.size(), made.model)},
      {"model", made.model},
      {"answer", std::move(related)},
      {"tested", made.candidates.size()},
      {"power", {{"row_correlation", number(made.detectableInAll())}, {"probability", 0.99}}},
      {"candidates", std::move(candidates)},
      {"failed", std::move(failed)}};
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string textOf(const Identified& made, std::size_t width) {
  const Printer print(width);
  const auto related = made.related();
  std::string text;
  if (!related.empty()) {
    text = print.prose(fmt::format(
        "{} shares weights with {} of the {} models that it was held against, nearest first:",
        made.model, related.size(), made.candidates.size()));
    for (const Candidate* candidate : related) text += print.candidate(*candidate);
    if (const std::size_t tied = equallyNear(related); tied > 1) {
      text += print.prose(
          fmt::format("The first {} are equally near, as far as standard errors tell.", tied));
    }
    text += print.prose(
        "For each of these the hypothesis is rejected that the two were trained from independent "
        "random initialisations; p is adjusted for all candidates and tests. Either may be made "
        "from the other, or both from a third, or from one start. Direction and intent are not "
        "tested. Distances describe (1 - the mean correlation of paired rows) and order the "
        "models; they decide nothing.");
  } else if (made.testable()) {
    text = print.prose(fmt::format(
        "None of the {} models that {} was held against shares weights with it, as far as can be "
        "seen.",
        made.candidates.size(), made.model));
  } else {
    text = print.prose(fmt::format("None of the {} models could be tested against {}.",
                                   made.candidates.size(), made.model));
  }
  if (const auto rho = made.detectableInAll(); rho && *rho < 1) {
    text += print.prose(fmt::format(
        "With 99 % probability each model {}would have been seen whose rows, once paired rightly, "
        "correlate by {:.3f} or more. Distillation leaves no trace in weights.",
        made.allTestable() ? "" : "that could be tested ", *rho));
  } else if (rho) {
    text += print.prose(
        "Of at least one of them so little could be compared that nothing would have been seen.");
  }
  if (made.testable()) {
    text += print.prose(fmt::format("Not tested: {}.", report::kNotInFingerprints));
  }
  std::size_t shown = 0;
  for (const Candidate& candidate : made.candidates) {
    if (evidence::isRelated(candidate.verdict.klass)) continue;
    if (shown++ == 0) text += "Nothing was found of:\n";
    if (shown <= kMostShown) text += print.candidate(candidate);
  }
  if (shown > kMostShown) {
    text += fmt::format("  and {} more (--json lists them)\n", shown - kMostShown);
  }
  if (!made.failed.empty()) {
    text += fmt::format("{} could not be read and {} not tested.\n",
                        words::counted(made.failed.size(), "candidate"),
                        made.failed.size() == 1 ? "was" : "were");
  }
  return text;
}

}  // namespace kindred::cli
