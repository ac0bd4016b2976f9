// The models of a run of tests, each read and profiled once to each limit that a stage asks for.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "run/executor.hpp"
#include "steps/plan.hpp"
#include "steps/test/profiles.hpp"

namespace kindred::steps {

class Prepared {
 public:
  // All three must outlive this; the step is whom what is passed over of a model is listed for.
  Prepared(const Plan& plan, const Aligner& aligner, const std::string& step)
      : plan_(plan), aligner_(aligner), step_(step) {}

  // The step's two models and its controls.
  void add(const TestModels& step, const plan::ReadLimit& limit);
  // Reads and profiles the models that are new, as units of work. What of them is passed over is
  // listed once, where it is asked for.
  void profile(bool list, run::Executor& executor, results::StepResult& result);
  // Of a limit to which models were added.
  const Profiles& at(const plan::ReadLimit& limit) const { return profiles_.at(limit); }
  // What was read since the last call, and not listed by a run::RangesRead.
  std::vector<results::RangeRead> takeRanges() const;

 private:
  const Plan& plan_;
  const Aligner& aligner_;
  const std::string& step_;
  std::map<plan::ReadLimit, Profiles> profiles_;
};

}  // namespace kindred::steps
