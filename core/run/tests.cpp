// Tests: over a table of observations already made, or over rows of whole (bounded) matrices.
#include <algorithm>
#include <cmath>
#include <functional>

#include <fmt/format.h>

#include <kindred/error.hpp>

#include "checkpoint/names.hpp"
#include "plugin/guard.hpp"
#include "run/checked.hpp"
#include "run/content_pairs.hpp"
#include "run/reader.hpp"
#include "run/steps.hpp"
#include "run/tiles.hpp"

namespace kindred::run {
namespace {

// Matrices are held as float; both sides of all pairs together must leave room for the test itself.
constexpr std::uint64_t kMatrixBytes = std::uint64_t{128} << 20;

class Tester {
 public:
  Tester(const plan::PlannedStep& step, Executor& executor) : step_(step), executor_(executor) {}

  StepResult take() { return std::move(result_); }

  void onTable(const StepResult& earlier) {
    const recipe::FigureAddress& of = step_.step->of_address;
    Table table;
    table.figure = step_.step->of;
    std::string figure = of.figure, a, b;
    bool of_codes = false;
    for (const Observation& o : earlier.observations) {
      if (o.step != of.step || o.metric != of.metric) continue;
      of_codes = of_codes || o.of_codes;
      if (o.of_codes) continue;
      if (figure.empty()) figure = o.figure;
      if (o.figure != figure) continue;
      table.rows.push_back({o.layer_a, o.layer_b, o.tensor_a, o.tensor_b, o.value});
      a = o.model_a;
      b = o.model_b;
    }
    if (table.rows.empty() && of_codes) {
      throw inputError(
          recipe::text(step_.step->place),
          fmt::format("'{}' holds figures of codes alone, which no test takes", step_.step->of),
          "kindred inspect says how tensors are stored");
    }
    // Layers have no symmetry: what tables say describes.
    keep(a, b, Basis::describes, guarded([&] { return step_.tools->test->onTable(table); }));
  }

  // For models of which no architecture file describes most; others have tests of their own.
  void onContent() {
    if (isUnderstood(*step_.model_a) && isUnderstood(*step_.model_b)) return;
    ContentPairs pairs = pairByContent(step_, executor_);
    result_.ranges = std::move(pairs.ranges);
    result_.left_out = std::move(pairs.left_out);
    if (pairs.rows.empty()) return;
    const Basis basis = step_.tools->test->assumes() ? Basis::unverified : Basis::describes;
    std::vector<Finding> findings =
        checked(step_.tools->test_plugin->name(), basis,
                guarded([&] { return step_.tools->test->onRows(pairs.rows); }));
    const double choices = std::log10(static_cast<double>(pairs.candidates));
    for (Finding& finding : findings) {
      finding.log10_p = std::min(0.0, finding.log10_p + choices);
      finding.log10_p_floor = std::min(0.0, finding.log10_p_floor + choices);
      finding.details["candidates"] = static_cast<double>(pairs.candidates);
      finding.alignment =
          "pairs of equal shape were matched by their cosine; the p-value is "
          "multiplied by the number of such pairs";
    }
    for (const ContentPairs::Chosen& chosen : pairs.chosen) record(chosen);
    keep(step_.model_a->key, step_.model_b->key, basis, std::move(findings));
  }

  void onRows() {
    std::vector<RowPair> pairs;
    std::uint64_t bytes = 0;
    for (const plan::PairIndex& pair : step_.pairs) {
      const checkpoint::View& a = step_.a[pair.a].view;
      const checkpoint::View& b = step_.b[pair.b].view;
      RowPair rows;
      rows.gauge = gaugeOf(a, b);
      rows.a.tensor = &a.info;
      rows.b.tensor = &b.info;
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
    std::vector<Finding> findings = guarded([&] { return step_.tools->test->onRows(pairs); });
    for (const Finding& finding : findings) checkGauge(finding, pairs);
    keep(step_.model_a->key, step_.model_b->key, Basis::exact, std::move(findings));
  }

 private:
  std::vector<Finding> guarded(const std::function<std::vector<Finding>()>& call) const {
    try {
      return plugin::guard(step_.tools->test_plugin->name(), call);
    } catch (const Error& error) {
      // The test knows what is wrong with its input, the recipe where it was asked for.
      if (error.category() != Category::input) throw;
      throw inputError(recipe::text(step_.step->place), error.message(), error.remedy());
    }
  }

  // Whether most of a model's bytes have roles: a family that fits a few names alone says nothing
  // of the others.
  static bool isUnderstood(const plan::Model& model) {
    if (model.architecture == nullptr) return false;
    std::uint64_t bytes = 0, with_role = 0;
    for (const checkpoint::Tensor& tensor : model.checkpoint.tensors()) {
      if (tensor.encoding == checkpoint::Encoding::part) continue;
      bytes += tensor.bytes;
      if (!model.architecture->roleOf(tensor.name).empty()) with_role += tensor.bytes;
    }
    return with_role > 0 && with_role >= bytes / 2;
  }

  void record(const ContentPairs::Chosen& chosen) {
    const TensorInfo& a = step_.a[chosen.a].view.info;
    const TensorInfo& b = step_.b[chosen.b].view.info;
    Observation o;
    o.step = step_.step->name;
    o.metric = "cosine";
    o.figure = "matched";
    o.model_a = a.model;
    o.tensor_a = checkpoint::escaped(a.name);
    o.model_b = b.model;
    o.tensor_b = checkpoint::escaped(b.name);
    o.elements = a.elements;
    o.value = chosen.cosine;
    result_.cosines.push_back(
        {o.model_a, o.tensor_a, o.model_b, o.tensor_b, o.elements, o.value, true});
    result_.observations.push_back(std::move(o));
  }

  // The permutation gauge of both tensors' rows; a test on an axis without one is refused.
  std::string gaugeOf(const checkpoint::View& a, const checkpoint::View& b) const {
    for (const auto& [model, view] : {std::pair{step_.model_a, &a}, std::pair{step_.model_b, &b}}) {
      if (model->architecture == nullptr) {
        refuse(*view, "the architecture of '" + model->key + "' is not known");
      }
      if (view->info.role.empty()) {
        refuse(*view, "the tensor has no role in architecture " + model->architecture->name());
      }
      const checkpoint::Tensor& tensor = *view->tensor;
      if (checkpoint::shown(tensor) < checkpoint::Shown::rows) {
        refuse(*view, checkpoint::whyNot(tensor.encoding, tensor.dtype));
      }
      const checkpoint::OrderGrant grant = model->architecture->orderOf(view->info.role, 0);
      if (grant.gauge.empty()) refuse(*view, grant.reason);
    }
    return step_.model_a->architecture->orderOf(a.info.role, 0).gauge;
  }

  [[noreturn]] void refuse(const checkpoint::View& view, const std::string& reason) const {
    throw inputError(recipe::text(step_.step->place),
                     fmt::format("the rows of '{}' can't be exchanged in a test: {}",
                                 checkpoint::escaped(view.info.name), reason),
                     "kindred architectures NAME lists which axes have which symmetry");
  }

  void shape(const checkpoint::View& view, Matrix& matrix) const {
    if (view.info.shape.size() != 2 || view.info.elements == 0) {
      throw inputError(recipe::text(step_.step->place),
                       "'" + checkpoint::escaped(view.info.name) + "' is not a matrix");
    }
    matrix.columns = view.info.shape[1];
    const std::uint64_t elements = plan::sampled(step_.step->sample, view.info.elements);
    if (elements % matrix.columns != 0 || step_.step->sample.kind == recipe::Sample::Kind::blocks) {
      throw inputError(recipe::text(step_.step->place), "the sample does not take whole rows",
                       fmt::format("sample: {{head: N}} with N a multiple of {}", matrix.columns));
    }
    matrix.rows = elements / matrix.columns;
  }

  void read(const plan::Model& model, const checkpoint::View& view, Matrix& matrix) {
    matrix.values.resize(matrix.rows * matrix.columns);
    std::size_t at = 0;
    for (const plan::Segment& segment :
         plan::segments(step_.step->sample, matrix.rows * matrix.columns)) {
      SegmentBytes bytes(model, view, segment, nullptr);
      readFloats({bytes.file(), bytes.offset(), view.info.dtype, view.info.name},
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
    throw Error(Category::plugin, "plugin '" + step_.tools->test_plugin->name() + "'",
                "rests on the gauge '" + finding.gauge + "', which was not granted to these rows",
                "a fault in the plugin: tell its author");
  }

  void keep(const std::string& a, const std::string& b, Basis basis,
            std::vector<Finding> findings) {
    const std::string plugin = step_.tools->test_plugin->name();
    for (Finding& finding : checked(plugin, basis, std::move(findings))) {
      result_.findings.push_back({step_.step->name, a, b, std::move(finding), 0});
    }
  }

  const plan::PlannedStep& step_;
  Executor& executor_;
  StepResult result_;
};

}  // namespace

StepResult runTest(const plan::PlannedStep& step, const StepResult& earlier, Executor& executor) {
  executor.progress.step(step.step->name, step.pairs.size());
  Tester tester(step, executor);
  if (step.step->pairing == recipe::Pairing::content) {
    tester.onContent();
  } else if (step.step->of.empty()) {
    tester.onRows();
  } else {
    tester.onTable(earlier);
  }
  return tester.take();
}

}  // namespace kindred::run
