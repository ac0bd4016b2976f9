#include <set>

#include <kindred/error.hpp>

#include "plan/codes.hpp"
#include "plan/counterparts.hpp"
#include "steps/planning.hpp"
#include "steps/tool_maker.hpp"

namespace kindred::steps {
namespace {

[[noreturn]] void comparesNothing(const Step& step, const plan::Pairs& made) {
  throw inputError(
      recipe::text(step.place),
      "step '" + step.name + "' compares nothing: " +
          (made.left_out.empty() ? "no tensor of '" + step.models.front() + "' meets one of '" +
                                       step.models.back() + "' by this pairing"
                                 : made.left_out.front().reason),
      "kindred inspect shows names and shapes; pair by role, by map or by layer");
}

// Cuts those tensors of a side that take part in a pair; their ranges, each once.
std::vector<plan::ByteRange> cut(std::vector<plan::Selected>& side,
                                 const std::vector<plan::PairIndex>& pairs,
                                 std::size_t plan::PairIndex::*of_pair,
                                 const recipe::Sample& sample) {
  std::set<std::size_t> used;
  for (const plan::PairIndex& pair : pairs) used.insert(pair.*of_pair);
  std::vector<plan::ByteRange> ranges;
  for (const std::size_t i : used) {
    side[i].segments = plan::segments(sample, side[i].view.info.elements);
    plan::addRanges(side[i].view, side[i].segments, ranges);
  }
  return ranges;
}

std::uint64_t bytesOf(const plan::Selected& selected) {
  return plan::elementsOf(selected.segments) * info(selected.view.info.dtype).bits / 8;
}

// Bytes are those of the file, also where a codec makes numbers of them; of a part of a fused
// tensor of codes there is none but the numbers.
models::View asStored(const plan::Model& model, const models::View& view) {
  const bool whole = view.info.elements == view.tensor->elements;
  return whole && view.tensor->numbers ? models::stored(model.checkpoint, *view.tensor) : view;
}

std::vector<plan::ByteRange> readWhole(const plan::Model& model,
                                       const std::vector<plan::Selected>& side,
                                       std::vector<models::View>& views) {
  std::vector<plan::ByteRange> ranges;
  for (const plan::Selected& selected : side) {
    views.push_back(asStored(model, selected.view));
    ranges.push_back(plan::bytesOf(views.back(), {0, views.back().info.elements}));
  }
  return ranges;
}

}  // namespace

asked::Pairs::Tools makeTools(const asked::Pairs& asked, ToolMaker& maker) {
  return {maker.metrics<PairMetric>(asked.metrics, kindred::Kind::pair_metric,
                                    &plugin::Plugin::makePairMetric, "")};
}

asked::Sets::Tools makeTools(const asked::Sets& asked, ToolMaker& maker) {
  return {maker.metrics<SetMetric>(asked.metrics, kindred::Kind::set_metric,
                                   &plugin::Plugin::makeSetMetric, "'pair: content' makes none")};
}

std::vector<plan::PairIndex> planPairs(const recipe::Meeting& meeting, const recipe::Sample& sample,
                                       TwoSides& planned, Planning& planning) {
  std::vector<plan::PairIndex> pairs;
  const Step& step = *planned.step;
  if (meeting.by == recipe::Pairing::counterparts) {
    pairs = plan::counterparts(*planned.model_a, planned.a, *planned.model_b, planned.b);
  } else {
    plan::Pairs made =
        plan::pair(meeting, sample, *planned.model_a, planned.a, *planned.model_b, planned.b);
    pairs = std::move(made.pairs);
    if (pairs.empty()) comparesNothing(step, made);
    planning.leaveOut(step, std::move(made.left_out));
    planning.leaveOut(step, plan::codesOf(pairs, planned.a, planned.b, step.name));
  }
  planned.pair_count = pairs.size();
  planning.priceSides(planned, cut(planned.a, pairs, &plan::PairIndex::a, sample),
                      cut(planned.b, pairs, &plan::PairIndex::b, sample));
  planned.work = 0;
  for (const plan::PairIndex& pair : pairs) {
    planned.work += bytesOf(planned.a[pair.a]) + bytesOf(planned.b[pair.b]);
  }
  return pairs;
}

void planStep(const Ready<asked::Pairs>& ready, Planning& planning) {
  const asked::Pairs& asked = *ready.asked;
  ComparePairs planned{planning.sides(*ready.step, asked.selection, asked.meeting), &ready, {}};
  planned.pairs = planPairs(asked.meeting, asked.sample, planned, planning);
  planning.add(std::move(planned));
}

void planStep(const Ready<asked::Sets>& ready, Planning& planning) {
  const recipe::Meeting content{.by = recipe::Pairing::content};
  MatchSets planned{planning.sides(*ready.step, ready.asked->selection, content), &ready, {}, {}};
  planning.priceSides(planned, readWhole(*planned.model_a, planned.a, planned.read_a),
                      readWhole(*planned.model_b, planned.b, planned.read_b));
  planning.add(std::move(planned));
}

}  // namespace kindred::steps
