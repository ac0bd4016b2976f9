#include "steps/test/content_pairs.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <span>

#include "constants/constants.hpp"
#include "run/reader.hpp"
#include "run/tiles.hpp"
#include "steps/test/spikes.hpp"
#include "words/names.hpp"

namespace kindred::steps {
namespace {

constexpr std::size_t kChosen = 12;  // pairs that are tested
// Where there are many of a shape, pairs are looked at by so many elements first, and so many of
// each by all.
constexpr std::size_t kMany = 16;
constexpr std::size_t kGlance = std::size_t{1} << 16;
constexpr std::size_t kGlancedAt = 8;

using Shape = std::vector<std::uint64_t>;

struct Read {
  std::size_t index;  // into the selection
  bool has_role;      // two that have are compared by role
  bool of_stack;      // of whose matrices one is tested
  Matrix matrix;
};

double cosine(std::span<const float> x, std::span<const float> y) {
  double xy = 0, xx = 0, yy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xy += double{x[i]} * y[i];
    xx += double{x[i]} * x[i];
    yy += double{y[i]} * y[i];
  }
  const double cosine = xy / std::sqrt(xx * yy);
  return std::isfinite(cosine) ? cosine : 0;
}

// Rows for columns.
Matrix turned(const Matrix& matrix) {
  Matrix other{matrix.tensor, matrix.columns, matrix.rows,
               std::vector<float>(matrix.values.size())};
  for (std::uint64_t row = 0; row < matrix.rows; ++row) {
    for (std::uint64_t column = 0; column < matrix.columns; ++column) {
      other.values[column * matrix.rows + row] = matrix.values[row * matrix.columns + column];
    }
  }
  return other;
}

// Its first rows, and of these the first columns.
Matrix corner(const Matrix& matrix, std::uint64_t rows, std::uint64_t columns) {
  if (rows == matrix.rows && columns == matrix.columns) return matrix;
  Matrix part{matrix.tensor, rows, columns, {}};
  part.values.reserve(rows * columns);
  for (std::uint64_t row = 0; row < rows; ++row) {
    const auto first = matrix.values.begin() + static_cast<std::ptrdiff_t>(row * matrix.columns);
    part.values.insert(part.values.end(), first, first + static_cast<std::ptrdiff_t>(columns));
  }
  return part;
}

class Pairer {
 public:
  Pairer(const TestContents& step, run::Executor& executor) : step_(step), executor_(executor) {}

  ContentPairs run() {
    const std::map<Shape, std::vector<Read>> of_a = read(*step_.model_a, step_.a, step_.reads_of_a);
    const std::map<Shape, std::vector<Read>> of_b = read(*step_.model_b, step_.b, step_.reads_of_b);
    std::vector<Match> chosen;
    for (const auto& [shape, list_b] : of_b) {
      const std::vector<Read>* same = find(of_a, shape);
      const std::vector<Read>* other =
          shape.size() == 2 ? find(of_a, {shape[1], shape[0]}) : nullptr;
      for (std::size_t b = 0; b < list_b.size(); ++b) choose(same, other, list_b[b], b, chosen);
    }
    keepBest(std::move(chosen));
    return std::move(pairs_);
  }

 private:
  // Of A's and of B's matrices, as far as both were read.
  struct Match {
    const Read* a;
    const Read* b;
    bool turned;
    double cosine = 0;
  };

  static const std::vector<Read>* find(const std::map<Shape, std::vector<Read>>& reads,
                                       const Shape& shape) {
    const auto found = reads.find(shape);
    return found == reads.end() ? nullptr : &found->second;
  }

  std::map<Shape, std::vector<Read>> read(const plan::Model& model,
                                          const std::vector<plan::Selected>& side,
                                          const std::vector<ContentRead>& reads) {
    std::map<Shape, std::vector<Read>> tensors;
    for (const ContentRead& planned : reads) {
      const models::View& view = side[planned.index].view;
      std::vector<Read>& alike = tensors[planned.shape];
      if (alike.size() == kOfAShape) continue;
      Read one{planned.index, !view.info.role.empty(), planned.of_stack,
               rowsOf(model, view, planned)};
      if (const auto why = constants::computed(*one.matrix.tensor, one.matrix.values);
          !why.empty()) {
        leaveOut(model, view, "computed, not trained: " + why);
        continue;
      }
      if (const auto why = constants::ordered(*one.matrix.tensor, one.matrix.values);
          !why.empty()) {
        leaveOut(model, view, "no order in it is random: " + why);
        continue;
      }
      setSpikesAside(one.matrix.values);
      if (const auto why = constants::patterned(*one.matrix.tensor, one.matrix.values);
          !why.empty()) {
        leaveOut(model, view, "no order in it is random: " + why);
        continue;
      }
      alike.push_back(std::move(one));
    }
    return tensors;
  }

  Matrix rowsOf(const plan::Model& model, const models::View& view, const ContentRead& planned) {
    Matrix matrix{shaped(view.info, planned.shape), planned.rows, planned.columns,
                  std::vector<float>(planned.rows * planned.columns)};
    std::size_t at = 0;
    for (const plan::Segment& segment : planned.segments) {
      run::SegmentBytes bytes(model, view, segment, nullptr);
      run::readFloats({bytes.file(), bytes.offset(), view.info.dtype, view.info.name},
                      {matrix.values.data() + at, segment.elements});
      bytes.reportRanges(pairs_.ranges);
      at += segment.elements;
    }
    matrix.values = arranged(planned, std::move(matrix.values));
    executor_.noteMemory();
    return matrix;
  }

  const TensorInfo* shaped(TensorInfo info, Shape shape) {
    info.elements = 1;
    for (const std::uint64_t length : shape) info.elements *= length;
    info.shape = std::move(shape);
    pairs_.infos.push_back(std::make_unique<const TensorInfo>(std::move(info)));
    return pairs_.infos.back().get();
  }

  void leaveOut(const plan::Model& model, const models::View& view, std::string reason) {
    results::LeftOut left;
    left.step = step_.step->name;
    left.reason = std::move(reason);
    (&model == step_.model_a ? left.model_a : left.model_b) = model.key;
    (&model == step_.model_a ? left.tensor_a : left.tensor_b) = words::escaped(view.info.name);
    pairs_.left_out.push_back(std::move(left));
  }

  // The most similar of A's matrices of its shape, and of those of the shape turned.
  void choose(const std::vector<Read>* same, const std::vector<Read>* other, const Read& b,
              std::size_t place, std::vector<Match>& chosen) {
    std::vector<Match> matches;
    if (same != nullptr) addMatches(*same, b, b.matrix, place, false, matches);
    if (other != nullptr) addMatches(*other, b, turned(b.matrix), place, true, matches);
    const auto best = std::max_element(
        matches.begin(), matches.end(),
        [](const Match& x, const Match& y) { return std::abs(x.cosine) < std::abs(y.cosine); });
    if (best != matches.end()) chosen.push_back(*best);
  }

  void addMatches(const std::vector<Read>& list_a, const Read& b, const Matrix& of_b,
                  std::size_t place, bool is_turned, std::vector<Match>& matches) {
    std::vector<std::pair<double, std::size_t>> seen;  // how alike at a glance
    for (std::size_t i = 0; i < list_a.size(); ++i) {
      const Matrix& of_a = list_a[i].matrix;
      if (list_a[i].has_role && b.has_role) continue;
      if (std::min(of_a.rows, of_b.rows) < kLeastLines) continue;
      if (std::min(of_a.columns, of_b.columns) < kLeastLines) continue;
      ++pairs_.candidates;
      // One in the same place is looked at anyway.
      const bool glance = list_a.size() > kMany && i != place;
      seen.emplace_back(glance ? std::abs(alike(of_a, of_b, kGlance)) : 2, i);
    }
    std::stable_sort(seen.begin(), seen.end(),
                     [](const auto& x, const auto& y) { return x.first > y.first; });
    if (list_a.size() > kMany) seen.resize(std::min(seen.size(), kGlancedAt));
    for (const auto& [at_a_glance, i] : seen) {
      const Matrix& of_a = list_a[i].matrix;
      matches.push_back({&list_a[i], &b, is_turned, alike(of_a, of_b, of_a.values.size())});
    }
  }

  // The cosine of what both hold, of at most so many elements.
  static double alike(const Matrix& a, const Matrix& b, std::size_t most) {
    const std::uint64_t columns = std::min(a.columns, b.columns);
    const std::uint64_t rows =
        std::min({a.rows, b.rows, std::max<std::uint64_t>(most / columns, 1)});
    if (a.columns == b.columns) {
      const std::size_t count = rows * columns;
      return cosine(std::span(a.values).first(count), std::span(b.values).first(count));
    }
    return cosine(corner(a, rows, columns).values, corner(b, rows, columns).values);
  }

  void keepBest(std::vector<Match> matches) {
    std::stable_sort(matches.begin(), matches.end(), [](const Match& x, const Match& y) {
      return std::abs(x.cosine) > std::abs(y.cosine);
    });
    std::set<std::pair<bool, std::size_t>> stacks;  // that have shown a matrix: of A or of B
    for (const Match& match : matches) {
      if (pairs_.chosen.size() == kChosen) return;
      // Copies of one matrix may have made a stack: these are no draws of their own.
      const bool fresh_a = !match.a->of_stack || stacks.emplace(true, match.a->index).second;
      const bool fresh_b = !match.b->of_stack || stacks.emplace(false, match.b->index).second;
      if (!fresh_a || !fresh_b) continue;
      Matrix of_b = match.turned ? turned(match.b->matrix) : match.b->matrix;
      if (match.turned) {
        const Shape& shape = of_b.tensor->shape;
        of_b.tensor = shaped(*of_b.tensor, {shape[1], shape[0]});
      }
      const std::uint64_t rows = std::min(match.a->matrix.rows, of_b.rows);
      const std::uint64_t columns = std::min(match.a->matrix.columns, of_b.columns);
      pairs_.chosen.push_back({match.a->index, match.b->index, match.cosine});
      pairs_.rows.push_back(
          {corner(match.a->matrix, rows, columns), corner(of_b, rows, columns), std::nullopt});
    }
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
