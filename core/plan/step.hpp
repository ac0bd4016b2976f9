// A planned step: one alternative a kind, each with what its kind reads and nothing else.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "plan/models.hpp"
#include "plan/pairing.hpp"
#include "plan/sample.hpp"
#include "plan/select.hpp"
#include "plan/tools.hpp"

namespace kindred::plan {

// What every kind has.
struct StepBase {
  const recipe::Step* step = nullptr;
  const StepTools* tools = nullptr;
  std::uint64_t bytes = 0;     // that the step reads, each range once
  std::uint64_t requests = 0;  // that its remote sources expect to make
  std::uint64_t work = 0;      // bytes that pass through metrics: more where a tensor pairs often
};

// Tensors of two models, or of one on both sides.
struct TwoSides : StepBase {
  const Model* model_a = nullptr;
  const Model* model_b = nullptr;
  std::vector<Selected> a, b;
};

// Pair metrics over pairs of tensors.
struct ComparePairs : TwoSides {
  std::vector<PairIndex> pairs;
};

// Set metrics, which match whole tensors themselves.
struct MatchSets : TwoSides {};

// Tensor metrics over the tensors of one model.
struct DescribeTensors : StepBase {
  const Model* model = nullptr;
  std::vector<Selected> tensors;
};

// What a survey may look at of one model.
struct Surveyed {
  const Model* model = nullptr;
  std::vector<Selected> tensors;  // by layer, expert and name
};

struct RunSurvey : StepBase {
  std::vector<Surveyed> surveyed;
};

// A file that a step about documents needs.
struct PlannedDocument {
  const Repository* repository = nullptr;
  std::string name;
  std::shared_ptr<File> file;
  std::uint64_t bytes = 0;  // that the step reads: all, or none
};

struct CompareDocuments : StepBase {
  std::vector<PlannedDocument> documents;  // by model, in the order of the step
};

// Counts what catalogues hold; reads nothing more.
struct TakeInventory : StepBase {
  std::vector<const Model*> models;
};

// A test of figures that an earlier step measured.
struct TestTable : StepBase {};

// A test of the rows of pairs of matrices.
struct TestRows : TwoSides {
  std::vector<PairIndex> pairs;
};

// The same of matrices that their contents pair. What it reads depends on what it finds, within its
// budget.
struct TestContents : TwoSides {};

// A test of two whole models.
struct TestModels : StepBase {
  const Model* model_a = nullptr;
  const Model* model_b = nullptr;
  std::vector<const Model*> controls;  // whose pairs calibrate the test
  // Bytes to read of each model, stage by stage; ends with the first stage that reads both whole.
  // Calibrated tests have one stage, the last.
  std::vector<std::uint64_t> read;
};

using PlannedStep =
    std::variant<ComparePairs, MatchSets, DescribeTensors, RunSurvey, CompareDocuments,
                 TakeInventory, TestTable, TestRows, TestContents, TestModels>;

inline const StepBase& base(const PlannedStep& step) {
  return std::visit([](const auto& kind) -> const StepBase& { return kind; }, step);
}

// Lambdas for each kind, as one.
template <class... Kinds>
struct ByKind : Kinds... {
  using Kinds::operator()...;
};
template <class... Kinds>
ByKind(Kinds...) -> ByKind<Kinds...>;

}  // namespace kindred::plan
