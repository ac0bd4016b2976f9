#include "steps/test/calibrated.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include <kindred/analysis/stats/multiplicity.hpp>

#include "align/session.hpp"
#include "evidence/checked.hpp"
#include "plugin/guard.hpp"
#include "results/hash.hpp"
#include "run/interrupt.hpp"
#include "run/units.hpp"
#include "run/weights.hpp"
#include "steps/test/testing.hpp"
#include "steps/told.hpp"
#include "words/names.hpp"

namespace kindred::steps {
namespace {

using ModelPair = std::pair<const plan::Model*, const plan::Model*>;
using Steps = std::vector<const TestModels*>;

// Tests of equal plugin and parameters are one and the same.
std::string configurationOf(const TestModels& step) {
  std::string text = step.ready->tools.plugin->name();
  for (const recipe::RawParameter& given : step.ready->asked->test.parameters) {
    text += '\n' + given.name + '=' + given.value;
  }
  return text;
}

// Which of a pair stands first must depend on the weights alone, or pairs are not exchangeable.
std::string contentOf(const ModelWeights& weights) {
  const std::vector<Place>& mlps = weights.mlps();
  if (mlps.empty()) return {};
  const Matrix gates = weights.matrix(role::kGate, mlps.front());
  if (gates.values.empty()) return {};
  return results::xxh3(std::as_bytes(std::span(gates.values)));
}

// A pair of models asked about, and all pairs that calibrate it; the pair itself comes first.
struct Family {
  Steps steps;  // each a test of this pair
  std::vector<const plan::Model*> controls;
  std::vector<std::string> left_out;  // controls that are none, and why
  std::vector<ModelPair> pairs;
};

class Calibrator {
 public:
  Calibrator(const Profiles& profiles, const evidence::Found& found, run::Executor& executor)
      : profiles_(profiles), found_(found), executor_(executor) {}

  void add(const TestModels& step) {
    for (const plan::Model* model : {step.model_a, step.model_b}) {
      const std::string reason = unfit(*model);
      if (reason.empty()) continue;
      refuse(step, reason);
      return;
    }
    for (Family& family : families_) {
      if (family.pairs.front() != ModelPair{step.model_a, step.model_b}) continue;
      family.steps.push_back(&step);
      return;
    }
    families_.push_back(familyOf(step));
  }

  results::StepResult run() {
    listPairs();
    score();
    for (const Family& family : families_) {
      if (!run::interrupted()) report(family);
    }
    return std::move(result_);
  }

 private:
  // A pair of models in the order of their contents, and the tests that score it.
  struct Scored {
    const plan::Model* a;
    const plan::Model* b;
    std::map<std::string, const TestModels*> tests;
    std::map<std::string, Finding> findings = {};
  };

  // Why a model has no place among those that are compared, or empty. Sizes of units are part of
  // what is compared, and what is stored under scales or as codes has lost them.
  std::string unfit(const plan::Model& model) const {
    if (profiles_.weights(model) == nullptr) {
      return "the architecture of '" + model.key + "' is not known";
    }
    for (const models::Tensor& tensor : model.checkpoint.tensors()) {
      const bool buffer = tensor.encoding == models::Encoding::integers &&
                          model.architecture->roleOf(tensor.name).empty();
      if (tensor.encoding == models::Encoding::part) continue;  // read with its tensor
      if (buffer || models::shown(tensor) == models::Shown::values) continue;
      return fmt::format("'{}' of '{}' is {}", words::escaped(tensor.name), model.key,
                         models::whyNot(tensor.encoding, tensor.dtype));
    }
    return {};
  }

  void refuse(const TestModels& step, const std::string& reason) {
    result_.refused.push_back({step.step->name, step.model_a->key, step.model_b->key, "", reason});
  }

  Family familyOf(const TestModels& step) {
    Family family{{&step}, {}, {}, {{step.model_a, step.model_b}}};
    for (const plan::Model* control : step.controls) {
      const std::string reason = whyNoControl(*control, family);
      if (reason.empty()) {
        family.controls.push_back(control);
      } else {
        family.left_out.push_back(control->key + " (" + reason + ")");
      }
    }
    for (const std::string& control : family.left_out) {
      result_.refused.push_back({step.step->name, step.model_a->key, step.model_b->key, "",
                                 "left out of the controls: " + control});
    }
    for (std::size_t i = 0; i < family.controls.size(); ++i) {
      family.pairs.emplace_back(step.model_a, family.controls[i]);
      family.pairs.emplace_back(step.model_b, family.controls[i]);
      for (std::size_t j = 0; j < i; ++j) {
        family.pairs.emplace_back(family.controls[j], family.controls[i]);
      }
    }
    return family;
  }

  // A control stands for models that have nothing to do with the pair, and counts once. Empty: it
  // does.
  std::string whyNoControl(const plan::Model& control, const Family& family) {
    if (std::string reason = unfit(control); !reason.empty()) return reason;
    const auto& [a, b] = family.pairs.front();
    for (const plan::Model* subject : {a, b}) {
      if (sameContent(control, *subject)) return "the same weights as " + subject->key;
      if (found_.related(control.key, subject->key)) return "shares weights with " + subject->key;
    }
    for (const plan::Model* other : family.controls) {
      if (sameContent(control, *other)) return "the same weights as control " + other->key;
    }
    return {};
  }

  bool sameContent(const plan::Model& x, const plan::Model& y) {
    return !content(x).empty() && content(x) == content(y);
  }

  const std::string& content(const plan::Model& model) {
    const auto [at, fresh] = contents_.try_emplace(&model);
    if (fresh) at->second = contentOf(*profiles_.weights(model));
    return at->second;
  }

  Scored& scoredOf(const ModelPair& pair) {
    const auto [first, second] = std::minmax(pair.first, pair.second);
    return scored_.at({first, second});
  }

  void listPairs() {
    for (const Family& family : families_) {
      for (const auto& [x, y] : family.pairs) {
        const bool in_order = content(*x) <= content(*y);
        const auto [first, second] = std::minmax(x, y);
        Scored& scored =
            scored_.try_emplace({first, second}, Scored{in_order ? x : y, in_order ? y : x, {}})
                .first->second;
        for (const TestModels* step : family.steps) {
          scored.tests.try_emplace(configurationOf(*step), step);
        }
      }
    }
  }

  void score() {
    std::vector<Scored*> list;
    for (const Family& family : families_) {
      for (const ModelPair& pair : family.pairs) {
        Scored* scored = &scoredOf(pair);
        if (std::find(list.begin(), list.end(), scored) == list.end()) list.push_back(scored);
      }
    }
    run::Units<results::StepResult> units = run::stepUnits();
    units.stage = "scores of pairs";
    units.count = list.size();
    units.threads = executor_.threads;
    units.name = [&](std::size_t i) {
      return fmt::format("{}: score of {} and {}", list[i]->tests.begin()->second->step->name,
                         list[i]->a->key, list[i]->b->key);
    };
    units.cost = [](std::size_t) { return 1; };
    units.uses = [&](std::size_t i) {
      std::vector<std::string> names;
      for (const auto& [configuration, step] : list[i]->tests) {
        names.push_back(step->ready->tools.plugin->name());
      }
      return names;
    };
    units.check = [&](std::size_t i, const results::StepResult& told, const std::string& plugin) {
      std::set<std::string> configurations;  // stand for steps here
      for (const auto& [configuration, step] : list[i]->tests) configurations.insert(configuration);
      checkTold(plugin, configurations, {list[i]->a, list[i]->b}, told);
    };
    units.compute = [&](std::size_t i) { return scoreOf(*list[i]); };
    units.consume = [&](std::size_t i, results::StepResult&& score) {
      for (evidence::StepFinding& row : std::exchange(score.findings, {})) {
        list[i]->findings.emplace(row.step, std::move(row.finding));
      }
      result_.add(std::move(score));
      executor_.noteMemory();
    };
    run::perform(executor_.crew, units);
  }

  // Tests of a pair share its alignment. Of each the finding, under its configuration.
  results::StepResult scoreOf(const Scored& scored) const {
    run::RangesRead ranges;
    results::StepResult score;
    align::SelfTests self_tests;  // not asked for tests that controls calibrate
    const ModelProfile& a = *profiles_.of(*scored.a);
    const ModelProfile& b = *profiles_.of(*scored.b);
    const Aligner& aligner = *scored.tests.begin()->second->test->aligner;
    const auto alignment = plugin::guard("aligner", [&] { return aligner.align(a, b); });
    for (const auto& [configuration, step] : scored.tests) {
      const std::string name = step->ready->tools.plugin->name();
      align::Outcome made = plugin::guard(name, [&, &step = step] {
        return align::runTests({{name, step->test->test.get()}}, {a, b, *alignment}, self_tests,
                               step->test->seed);
      });
      std::vector<Finding> own =
          evidence::checked(name, Basis::describes, std::move(made.findings));
      if (own.empty() || std::isnan(own.front().statistic)) continue;
      score.findings.push_back(
          {configuration, scored.a->key, scored.b->key, std::move(own.front()), 0});
    }
    score.ranges = ranges.take();
    return score;
  }

  // By test and pair; NaN where a pair has no score. Pairs without any score are left out.
  std::vector<std::vector<double>> scoresOf(const Family& family) {
    std::vector<std::vector<double>> scores(family.steps.size());
    for (const ModelPair& pair : family.pairs) {
      const Scored& scored = scoredOf(pair);
      if (scored.findings.empty()) continue;
      for (std::size_t t = 0; t < family.steps.size(); ++t) {
        const auto found = scored.findings.find(configurationOf(*family.steps[t]));
        scores[t].push_back(found == scored.findings.end()
                                ? std::numeric_limits<double>::quiet_NaN()
                                : found->second.statistic);
      }
    }
    return scores;
  }

  void report(const Family& family) {
    if (scoredOf(family.pairs.front()).findings.empty()) return;  // nothing to compare
    const std::vector<std::vector<double>> scores = scoresOf(family);
    const std::vector<double> adjusted = stats::conformalTogether(scores);
    const double families = std::log10(static_cast<double>(families_.size()));
    for (std::size_t t = 0; t < family.steps.size(); ++t) {
      std::optional<evidence::StepFinding> row = findingOf(family, t, scores[t]);
      if (!row) continue;
      row->log10_p_adjusted =
          row->finding.basis == Basis::calibrated ? std::min(0.0, adjusted[t] + families) : 0;
      result_.findings.push_back(std::move(*row));
    }
    if (!family.controls.empty()) result_.tables.push_back(tableOf(family));
  }

  std::optional<evidence::StepFinding> findingOf(const Family& family, std::size_t t,
                                                 const std::vector<double>& scores) {
    const TestModels& step = *family.steps[t];
    const auto& made = scoredOf(family.pairs.front()).findings;
    const auto found = made.find(configurationOf(step));
    if (found == made.end()) return std::nullopt;
    evidence::StepFinding row{step.step->name, step.model_a->key, step.model_b->key, found->second,
                              0};
    row.component = componentOf(step);
    std::vector<double> controls(scores.begin() + 1, scores.end());
    std::erase_if(controls, [](double score) { return std::isnan(score); });
    rank(row.finding, family, std::move(controls));
    return row;
  }

  static void rank(Finding& finding, const Family& family, std::vector<double> controls) {
    if (!family.left_out.empty()) finding.controls = Controls{.left_out = family.left_out};
    if (controls.empty()) {
      finding.null = "none, for want of controls: this describes; " + finding.null;
      return;
    }
    const auto& [a, b] = family.pairs.front();
    std::string names;
    for (const plan::Model* control : family.controls) {
      names += (names.empty() ? "" : ", ") + control->key;
    }
    finding.null =
        fmt::format("{} and {} are to each other as {} other pairs with controls ({}); {}", a->key,
                    b->key, controls.size(), names, finding.null);
    finding.assumptions = fmt::format(
        "{} and {}, were they independent, exchangeable with the controls: trained independently "
        "of each other, and of like kind and size",
        a->key, b->key);
    finding.log10_p = stats::conformal(finding.statistic, controls);
    finding.log10_p_floor = stats::conformalFloor(controls.size());
    std::sort(controls.begin(), controls.end());
    const double least = controls.front(), most = controls.back();
    finding.basis = Basis::calibrated;
    finding.controls = Controls{
        .models = family.controls.size(),
        .pairs = controls.size(),
        .least = least,
        .median = controls[controls.size() / 2],
        .largest = most,
        .clear = controls.size() >= kFewestControlPairs &&
                 finding.statistic - most > std::max(most - least, 1e-12),
        .large = finding.beyond_strangers && finding.statistic >= *finding.beyond_strangers,
        .left_out = family.left_out};
  }

  results::StepTable tableOf(const Family& family) {
    results::StepTable table;
    table.step = family.steps.front()->step->name;
    const auto& [a, b] = family.pairs.front();
    table.models = {a->key, b->key};
    for (const plan::Model* control : family.controls) table.models.push_back(control->key);
    table.table.title = fmt::format("Calibrated tests of {} and {}", a->key, b->key);
    table.table.columns = {"model", "model"};
    for (const TestModels* step : family.steps) {
      table.table.columns.push_back(step->ready->tools.plugin->name());
    }
    for (const ModelPair& pair : family.pairs) {
      std::vector<std::string> row{pair.first->key, pair.second->key};
      const auto& findings = scoredOf(pair).findings;
      for (const TestModels* step : family.steps) {
        const auto found = findings.find(configurationOf(*step));
        row.push_back(found == findings.end() ? "-"
                                              : fmt::format("{:.4f}", found->second.statistic));
      }
      table.table.rows.push_back(std::move(row));
    }
    table.table.note =
        "Larger is more alike. The first row is the pair asked about; its p-values are its ranks "
        "among all rows.";
    for (const std::string& control : family.left_out) {
      table.table.note += " Left out of the controls: " + control + ".";
    }
    return table;
  }

  const Profiles& profiles_;
  const evidence::Found& found_;
  run::Executor& executor_;
  results::StepResult result_;
  std::map<const plan::Model*, std::string> contents_;  // hashes
  std::vector<Family> families_;
  std::map<ModelPair, Scored> scored_;
};

}  // namespace

results::StepResult calibrate(const std::vector<const TestModels*>& steps, const Profiles& profiles,
                              const evidence::Found& found, run::Executor& executor) {
  Calibrator calibrator(profiles, found, executor);
  for (const TestModels* step : steps) calibrator.add(*step);
  return calibrator.run();
}

}  // namespace kindred::steps
