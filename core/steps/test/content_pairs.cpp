#include "steps/test/content_pairs.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "constants/constants.hpp"
#include "run/reader.hpp"
#include "run/tiles.hpp"
#include "steps/test/spikes.hpp"
#include "words/names.hpp"

namespace kindred::steps {
namespace {

constexpr std::size_t kChosen = 12;  // pairs that are tested

using Shape = std::vector<std::uint64_t>;

struct Read {
  std::size_t index;  // into the selection
  bool has_role;      // two that have are compared by role
  Matrix matrix;
};

double cosine(const std::vector<float>& x, const std::vector<float>& y) {
  double xy = 0, xx = 0, yy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xy += double{x[i]} * y[i];
    xx += double{x[i]} * x[i];
    yy += double{y[i]} * y[i];
  }
  const double cosine = xy / std::sqrt(xx * yy);
  return std::isfinite(cosine) ? cosine : 0;
}

class Pairer {
 public:
  Pairer(const TestContents& step, run::Executor& executor) : step_(step), executor_(executor) {}

  ContentPairs run() {
    const std::map<Shape, std::vector<Read>> of_a = read(*step_.model_a, step_.a, step_.reads_of_a);
    const std::map<Shape, std::vector<Read>> of_b = read(*step_.model_b, step_.b, step_.reads_of_b);
    std::vector<std::pair<const Read*, const Read*>> chosen;
    for (const auto& [shape, list_b] : of_b) {
      const auto list_a = of_a.find(shape);
      if (list_a == of_a.end()) continue;
      for (const Read& b : list_b) choose(list_a->second, b, chosen);
    }
    keepBest(chosen);
    return std::move(pairs_);
  }

 private:
  std::map<Shape, std::vector<Read>> read(const plan::Model& model,
                                          const std::vector<plan::Selected>& side,
                                          const std::vector<ContentRead>& reads) {
    std::map<Shape, std::vector<Read>> tensors;
    for (const ContentRead& planned : reads) {
      const models::View& view = side[planned.index].view;
      std::vector<Read>& alike = tensors[planned.shape];
      if (alike.size() == kOfAShape) continue;
      Read one{planned.index, !view.info.role.empty(), rowsOf(model, view, planned)};
      if (const auto why = constants::computed(view.info, one.matrix.values); !why.empty()) {
        leaveOut(model, view, "computed, not trained: " + why);
        continue;
      }
      if (const auto why = constants::ordered(view.info, one.matrix.values); !why.empty()) {
        leaveOut(model, view, "no order in it is random: " + why);
        continue;
      }
      setSpikesAside(one.matrix.values);
      if (const auto why = constants::patterned(view.info, one.matrix.values); !why.empty()) {
        leaveOut(model, view, "no order in it is random: " + why);
        continue;
      }
      alike.push_back(std::move(one));
    }
    return tensors;
  }

  Matrix rowsOf(const plan::Model& model, const models::View& view, const ContentRead& planned) {
    Matrix matrix{&view.info, planned.rows, planned.columns,
                  std::vector<float>(planned.rows * planned.columns)};
    std::size_t at = 0;
    for (const plan::Segment& segment : planned.segments) {
      run::SegmentBytes bytes(model, view, segment, nullptr);
      run::readFloats({bytes.file(), bytes.offset(), view.info.dtype, view.info.name},
                      {matrix.values.data() + at, segment.elements});
      bytes.reportRanges(pairs_.ranges);
      at += segment.elements;
    }
    executor_.noteMemory();
    return matrix;
  }

  void leaveOut(const plan::Model& model, const models::View& view, std::string reason) {
    results::LeftOut left;
    left.step = step_.step->name;
    left.reason = std::move(reason);
    (&model == step_.model_a ? left.model_a : left.model_b) = model.key;
    (&model == step_.model_a ? left.tensor_a : left.tensor_b) = words::escaped(view.info.name);
    pairs_.left_out.push_back(std::move(left));
  }

  void choose(const std::vector<Read>& list_a, const Read& b,
              std::vector<std::pair<const Read*, const Read*>>& chosen) {
    const Read* best = nullptr;
    double most = -1;
    for (const Read& a : list_a) {
      if (a.has_role && b.has_role) continue;
      ++pairs_.candidates;
      const double similarity = cosine(a.matrix.values, b.matrix.values);
      if (std::abs(similarity) <= std::abs(most) && best != nullptr) continue;
      best = &a;
      most = similarity;
    }
    if (best == nullptr) return;
    pairs_.chosen.push_back({best->index, b.index, most});
    chosen.emplace_back(best, &b);
  }

  void keepBest(const std::vector<std::pair<const Read*, const Read*>>& chosen) {
    std::vector<std::size_t> order(chosen.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t x, std::size_t y) {
      return std::abs(pairs_.chosen[x].cosine) > std::abs(pairs_.chosen[y].cosine);
    });
    order.resize(std::min(order.size(), kChosen));
    std::vector<ContentPairs::Chosen> kept;
    for (const std::size_t i : order) {
      kept.push_back(pairs_.chosen[i]);
      pairs_.rows.push_back({chosen[i].first->matrix, chosen[i].second->matrix, std::nullopt});
    }
    pairs_.chosen = std::move(kept);
  }

  const TestContents& step_;
  run::Executor& executor_;
  ContentPairs pairs_;
};

}  // namespace

ContentPairs pairByContent(const TestContents& step, run::Executor& executor) {
  return Pairer(step, executor).run();
}

}  // namespace kindred::steps
