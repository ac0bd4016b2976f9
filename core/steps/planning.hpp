// A plan in the making: what planStep() of a kind adds to.
#pragma once

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "steps/plan.hpp"

namespace kindred::steps {

// What a step that streams its reads keeps: a window, or all of them where they are few.
std::uint64_t memoryOf(const StepBase& step);

class Planning {
 public:
  explicit Planning(plan::Models& models) : models_(models) {}

  Plan run(const std::vector<ReadyStep>& steps);

  plan::Models& models() { return models_; }
  Plan& made() { return plan_; }  // so far

  template <class Planned>
  void add(Planned planned) {
    planned.memory = memoryOf(planned);
    plan_.steps.emplace_back(std::move(planned));
  }
  void leaveOut(const Step& step, std::vector<plan::LeftOut> list);
  // What of a model is stored as codes, once for each model.
  void leaveCodesOut(const plan::Model& model, const Step& step);

  // The step's two models (with `within` one on both sides) and what is selected of them.
  TwoSides sides(const Step& step, const recipe::Selection& selection,
                 const recipe::Meeting& meeting);

  // States what a step reads and what that costs. Of one model on both sides every range counts
  // once.
  static void price(StepBase& planned, std::vector<ModelRanges> reads);
  static void priceSides(TwoSides& planned, std::vector<plan::ByteRange> a,
                         std::vector<plan::ByteRange> b);

  // Those that were opened before for a step about documents.
  std::vector<PlannedDocument> takeDocuments(const Step& step) {
    return std::move(documents_[&step]);
  }

 private:
  void openTogether(const std::vector<ReadyStep>& steps);
  // Why a step can't be run, in words; empty: nothing is in its way.
  std::string hindrance(const Step& step) const;

  plan::Models& models_;
  std::set<const plan::Model*> listed_;  // whose codes are left out
  std::map<const Step*, std::vector<PlannedDocument>> documents_;
  Plan plan_;
};

// Plans which tensors meet, for kinds that pair them: what is left out, and the cost.
std::vector<plan::PairIndex> planPairs(const recipe::Meeting& meeting, const recipe::Sample& sample,
                                       TwoSides& planned, Planning& planning);

}  // namespace kindred::steps
