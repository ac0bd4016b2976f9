// A test over rows of whole (bounded) matrices.
#include <algorithm>

#include <fmt/format.h>

#include <kindred/error.hpp>

#include "run/reader.hpp"
#include "run/tiles.hpp"
#include "steps/test/testing.hpp"
#include "words/names.hpp"

namespace kindred::steps {
namespace {

// Matrices are held as float; both sides of all pairs together must leave room for the test itself.
constexpr std::uint64_t kMatrixBytes = std::uint64_t{128} << 20;

class RowTester {
 public:
  RowTester(const TestRows& step, run::Executor& executor) : step_(step), executor_(executor) {}

  results::StepResult run() {
    std::vector<RowPair> pairs;
    std::uint64_t bytes = 0;
    for (const plan::PairIndex& pair : step_.pairs) {
      const plan::Selected& a = step_.a[pair.a];
      const plan::Selected& b = step_.b[pair.b];
      RowPair rows;
      rows.gauge = gaugeOf(a.view, b.view);
      rows.a.tensor = &a.view.info;
      rows.b.tensor = &b.view.info;
      shape(a, rows.a);
      shape(b, rows.b);
      bytes += (rows.a.rows * rows.a.columns + rows.b.rows * rows.b.columns) * sizeof(float);
      if (bytes > kMatrixBytes) {
        throw inputError(recipe::text(step_.step->place),
                         fmt::format("the matrices of step '{}' need more than {} MiB",
                                     step_.step->name, kMatrixBytes >> 20),
                         "select fewer layers, or take the first rows: sample: {head: N}");
      }
      read(*step_.model_a, a, rows.a);
      read(*step_.model_b, b, rows.b);
      executor_.noteMemory();
      pairs.push_back(std::move(rows));
    }
    std::vector<Finding> findings =
        guarded(step_, *step_.ready->tools.plugin, [&] { return step_.test->onRows(pairs); });
    for (const Finding& finding : findings) checkGauge(finding, pairs);
    keep(step_, *step_.ready->tools.plugin, step_.model_a->key, step_.model_b->key, Basis::exact,
         std::move(findings), result_);
    return std::move(result_);
  }

 private:
  // The permutation gauge of both tensors' rows; a test on an axis without one is refused.
  std::optional<Gauge> gaugeOf(const models::View& a, const models::View& b) const {
    for (const auto& [model, view] : {std::pair{step_.model_a, &a}, std::pair{step_.model_b, &b}}) {
      if (model->architecture == nullptr) {
        refuse(*view, "the architecture of '" + model->key + "' is not known");
      }
      if (view->info.role.empty()) {
        refuse(*view, "the tensor has no role in architecture " + model->architecture->name());
      }
      const models::Tensor& tensor = *view->tensor;
      if (models::shown(tensor) < models::Shown::rows) {
        refuse(*view, models::whyNot(tensor.encoding, tensor.dtype));
      }
      const models::OrderGrant grant = model->architecture->orderOf(view->info.role, 0);
      if (!grant.gauge) refuse(*view, grant.reason);
    }
    return step_.model_a->architecture->orderOf(a.info.role, 0).gauge;
  }

  [[noreturn]] void refuse(const models::View& view, const std::string& reason) const {
    throw inputError(recipe::text(step_.step->place),
                     fmt::format("the rows of '{}' can't be exchanged in a test: {}",
                                 words::escaped(view.info.name), reason),
                     "kindred architectures NAME lists which axes have which symmetry");
  }

  void shape(const plan::Selected& selected, Matrix& matrix) const {
    const models::View& view = selected.view;
    if (view.info.shape.size() != 2 || view.info.elements == 0) {
      throw inputError(recipe::text(step_.step->place),
                       "'" + words::escaped(view.info.name) + "' is not a matrix");
    }
    matrix.columns = view.info.shape[1];
    const std::uint64_t elements = plan::elementsOf(selected.segments);
    if (elements % matrix.columns != 0 ||
        step_.ready->asked->sample.kind == recipe::Sample::Kind::blocks) {
      throw inputError(recipe::text(step_.step->place), "the sample does not take whole rows",
                       fmt::format("sample: {{head: N}} with N a multiple of {}", matrix.columns));
    }
    matrix.rows = elements / matrix.columns;
  }

  void read(const plan::Model& model, const plan::Selected& selected, Matrix& matrix) {
    const models::View& view = selected.view;
    matrix.values.resize(matrix.rows * matrix.columns);
    std::size_t at = 0;
    for (const plan::Segment& segment : selected.segments) {
      run::SegmentBytes bytes(model, view, segment, nullptr);
      run::readFloats({bytes.file(), bytes.offset(), view.info.dtype, view.info.name},
                      {matrix.values.data() + at, segment.elements});
      bytes.reportRanges(result_.ranges);
      at += segment.elements;
    }
  }

  // A p-value rests on the gauge that was granted to the rows, and on no other.
  void checkGauge(const Finding& finding, const std::vector<RowPair>& pairs) const {
    const bool granted = std::any_of(pairs.begin(), pairs.end(), [&](const RowPair& pair) {
      return pair.gauge == finding.gauge;
    });
    if (granted) return;
    throw Error(
        Category::plugin, "plugin '" + step_.ready->tools.plugin->name() + "'",
        "rests on the gauge '" + finding.gauge.name() + "', which was not granted to these rows",
        "a fault in the plugin: tell its author");
  }

  const TestRows& step_;
  run::Executor& executor_;
  results::StepResult result_;
};

}  // namespace

results::StepResult run(const TestRows& step, run::Executor& executor) {
  executor.progress.stage("pairs", step.pairs.size(), step.work);
  return RowTester(step, executor).run();
}

}  // namespace kindred::steps
