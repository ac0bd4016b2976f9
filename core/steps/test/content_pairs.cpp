#include "steps/test/content_pairs.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <set>

#include "constants/constants.hpp"
#include "run/reader.hpp"
#include "run/tiles.hpp"
#include "steps/test/spikes.hpp"
#include "words/names.hpp"

namespace kindred::steps {
namespace {

constexpr std::uint64_t kLeast = 16;                         // rows, and columns
constexpr std::uint64_t kElements = std::uint64_t{1} << 20;  // read of a tensor
constexpr std::size_t kOfAShape = 16;                        // tensors of a shape, of each model
constexpr std::size_t kChosen = 12;                          // pairs that are tested

using Shape = std::vector<std::uint64_t>;

// Axes of length one say nothing. Empty: too small, no matrix, or no numbers of some precision.
Shape testable(const models::View& view) {
  const TensorInfo& info = view.info;
  const bool numbers = (info.dtype == DType::F32 || info.dtype == DType::F16 ||
                        info.dtype == DType::BF16 || info.dtype == DType::F64) &&
                       models::shown(*view.tensor) == models::Shown::values;
  Shape shape;
  for (const std::uint64_t length : info.shape) {
    if (length != 1) shape.push_back(length);
  }
  if (!numbers || shape.size() < 2 || shape[0] < kLeast || shape[1] < kLeast) return {};
  return shape;
}

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
  Pairer(const TestContents& step, run::Executor& executor) : step_(step), executor_(executor) {
    const std::set<Shape> of_a = shapes(step.a), of_b = shapes(step.b);
    std::set_intersection(of_a.begin(), of_a.end(), of_b.begin(), of_b.end(),
                          std::inserter(shared_, shared_.end()));
    nameTurned(*step.model_a, step.a, of_b);
    nameTurned(*step.model_b, step.b, of_a);
  }

  ContentPairs run() {
    const std::map<Shape, std::vector<Read>> of_a = read(*step_.model_a, step_.a);
    const std::map<Shape, std::vector<Read>> of_b = read(*step_.model_b, step_.b);
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
  static std::set<Shape> shapes(const std::vector<plan::Selected>& side) {
    std::set<Shape> all;
    for (const plan::Selected& selected : side) all.insert(testable(selected.view));
    all.erase(Shape{});
    return all;
  }

  // Matrices that the other model has in no shape but the turned one: inputs times outputs where it
  // has outputs times inputs.
  void nameTurned(const plan::Model& model, const std::vector<plan::Selected>& side,
                  const std::set<Shape>& of_other) {
    for (const plan::Selected& selected : side) {
      const Shape shape = testable(selected.view);
      if (shape.size() != 2 || of_other.contains(shape)) continue;
      if (!of_other.contains({shape[1], shape[0]})) continue;
      leaveOut(model, selected.view,
               "the other model has this shape only turned: one of the two may be stored "
               "transposed, and that is not compared");
    }
  }

  std::map<Shape, std::vector<Read>> read(const plan::Model& model,
                                          const std::vector<plan::Selected>& side) {
    std::map<Shape, std::vector<Read>> tensors;
    std::uint64_t left = step_.ready->asked->read.back();
    for (std::size_t i = 0; i < side.size(); ++i) {
      const models::View& view = side[i].view;
      const Shape shape = testable(view);
      if (!shared_.contains(shape)) continue;
      std::vector<Read>& alike = tensors[shape];
      const std::uint64_t columns = view.info.elements / shape[0];
      const std::uint64_t rows = std::min(shape[0], std::max(kLeast, kElements / columns));
      const std::uint64_t bytes = rows * columns * info(view.info.dtype).bits / 8;
      if (bytes > left || alike.size() == kOfAShape) {
        leaveOut(model, view, "over budget");
        continue;
      }
      left -= bytes;
      Read one{i, !view.info.role.empty(), rowsOf(model, view, rows, columns)};
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

  Matrix rowsOf(const plan::Model& model, const models::View& view, std::uint64_t rows,
                std::uint64_t columns) {
    Matrix matrix{&view.info, rows, columns, std::vector<float>(rows * columns)};
    const recipe::Sample first{recipe::Sample::Kind::head, rows * columns, 0, 0};
    std::size_t at = 0;
    for (const plan::Segment& segment : plan::segments(first, view.info.elements)) {
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
      pairs_.rows.push_back({chosen[i].first->matrix, chosen[i].second->matrix, ""});
    }
    pairs_.chosen = std::move(kept);
  }

  const TestContents& step_;
  run::Executor& executor_;
  std::set<Shape> shared_;  // shapes of tensors that both models have
  ContentPairs pairs_;
};

}  // namespace

ContentPairs pairByContent(const TestContents& step, run::Executor& executor) {
  return Pairer(step, executor).run();
}

}  // namespace kindred::steps
