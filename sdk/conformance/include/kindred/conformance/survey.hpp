// Checks of surveys, and models in memory to try them on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <kindred/conformance/metric.hpp>
#include <kindred/survey.hpp>

namespace kindred::conformance {

// A model whose tensors are given one by one, in the order of layers.
class MemoryModel final : public SurveyedModel {
 public:
  explicit MemoryModel(std::string key, std::vector<std::string> tokens = {})
      : key_(std::move(key)), tokens_(std::move(tokens)) {}

  void add(const std::string& name, std::int64_t layer, std::vector<std::uint64_t> shape,
           std::vector<float> values, const std::string& role = {}, DType dtype = DType::F32) {
    TensorInfo info;
    info.dtype = dtype;
    info.model = key_;
    info.name = name;
    info.shape = std::move(shape);
    info.elements = values.size();
    info.role = role;
    info.layer = layer;
    infos_.push_back(std::move(info));
    values_.push_back(std::move(values));
  }

  const std::string& key() const override { return key_; }
  std::span<const TensorInfo> tensors() const override { return infos_; }
  const std::vector<std::string>& tokens() const override { return tokens_; }

  Matrix read(std::size_t tensor, std::span<const std::uint32_t> rows = {}) const override {
    const TensorInfo& info = infos_.at(tensor);
    Matrix matrix;
    matrix.tensor = &info;
    const std::uint64_t available = info.shape.size() < 2 ? 1 : info.shape.front();
    matrix.columns = available == 0 ? 0 : info.elements / available;
    matrix.rows = rows.empty() ? available : rows.size();
    if (rows.empty()) {
      matrix.values = values_[tensor];
      return matrix;
    }
    for (const std::uint32_t row : rows) {
      if (row >= available) {
        throw Error(Category::internal, "", "a row beyond the matrix was asked for");
      }
      const auto from = values_[tensor].begin() + static_cast<std::ptrdiff_t>(row * matrix.columns);
      matrix.values.insert(matrix.values.end(), from,
                           from + static_cast<std::ptrdiff_t>(matrix.columns));
    }
    return matrix;
  }

 private:
  std::string key_;
  std::vector<std::string> tokens_;
  std::vector<TensorInfo> infos_;
  std::vector<std::vector<float>> values_;
};

namespace detail {

using SurveyedModels = std::vector<std::unique_ptr<MemoryModel>>;

inline std::vector<float> surveyedValues(std::uint64_t count, std::uint64_t seed) {
  return randomNumbers(count, seed).a;
}

// Two models with as many layers of one tensor each; every second model is a little larger.
inline SurveyedModels surveyedModels(std::uint64_t rows, std::uint64_t columns, bool larger,
                                     std::int64_t layers = 48) {
  SurveyedModels models;
  for (std::uint64_t m = 0; m < 2; ++m) {
    models.push_back(std::make_unique<MemoryModel>("model" + std::to_string(m)));
    const std::uint64_t more = larger && m == 1 ? 2 * rows : rows;
    for (std::int64_t layer = 0; layer < layers; ++layer) {
      const auto seed = 100 * m + static_cast<std::uint64_t>(layer);
      std::vector<std::uint64_t> shape{more, columns};
      if (rows == 1) shape.erase(shape.begin());
      models.back()->add("layers." + std::to_string(layer) + ".w", layer, shape,
                         surveyedValues(more * columns, seed));
    }
  }
  return models;
}

// Embeddings of two models that share every second token, at other rows.
inline SurveyedModels embeddingModels() {
  SurveyedModels models;
  for (std::uint64_t m = 0; m < 2; ++m) {
    std::vector<std::string> tokens;
    for (int i = 0; i < 300; ++i)
      tokens.push_back(std::string("t").append(std::to_string(m == 0 ? i : 2 * (300 - i))));
    models.push_back(
        std::make_unique<MemoryModel>(std::string("model").append(std::to_string(m)), tokens));
    models.back()->add("embed", -1, {300, 24}, surveyedValues(300 * 24, m), "embedding");
  }
  return models;
}

inline std::vector<SurveyedModels> surveyedInputs() {
  std::vector<SurveyedModels> inputs;
  inputs.push_back(surveyedModels(1, 64, false));
  inputs.push_back(surveyedModels(12, 24, false));
  inputs.push_back(surveyedModels(8, 24, true));
  inputs.push_back(embeddingModels());
  return inputs;
}

inline std::vector<const SurveyedModel*> viewsOf(const SurveyedModels& models) {
  std::vector<const SurveyedModel*> views;
  for (const auto& model : models) views.push_back(model.get());
  return views;
}

inline bool sameReports(const SurveyReport& x, const SurveyReport& y) {
  bool same = x.values.size() == y.values.size() && x.tables.size() == y.tables.size();
  for (std::size_t i = 0; same && i < x.values.size(); ++i) {
    const SurveyValue &v = x.values[i], &w = y.values[i];
    same = v.figure == w.figure && v.model_a == w.model_a && v.tensor_a == w.tensor_a &&
           v.model_b == w.model_b && v.tensor_b == w.tensor_b && sameBits(v.value, w.value);
  }
  for (std::size_t i = 0; same && i < x.tables.size(); ++i) {
    same = x.tables[i].rows == y.tables[i].rows;
  }
  return same;
}

inline bool names(const SurveyedModels& models, std::size_t model, std::size_t tensor) {
  return model < models.size() && (tensor == kNoTensor || tensor < models[model]->tensors().size());
}

inline void checkReport(const SurveyReport& report, const SurveyedModels& models,
                        const std::vector<Entry>& figures, Findings& found) {
  for (const SurveyValue& value : report.values) {
    const bool second = value.model_b == kNoTensor || names(models, value.model_b, value.tensor_b);
    if (value.figure < figures.size() && names(models, value.model_a, value.tensor_a) && second) {
      if (inRange(figures[value.figure], value.value)) continue;
      return found.error(std::string("figure '") + figures[value.figure].name + "' is " +
                             kindred::detail::shown(value.value) + ", outside its declared range",
                         "declaration and run() have drifted apart",
                         "correct the range, or keep the figure in it");
    }
    return found.error("a value of figure " + std::to_string(value.figure) +
                           " names a figure, model or tensor that does not exist",
                       "an index leaves what was declared or given",
                       "count figures as declared, models and tensors as given");
  }
  for (const TextTable& table : report.tables) {
    for (const auto& row : table.rows) {
      if (row.size() == table.columns.size()) continue;
      return found.error("table '" + table.title + "' has a row of " + std::to_string(row.size()) +
                             " cells below " + std::to_string(table.columns.size()) + " columns",
                         "rows and columns were filled in apart", "give every row a cell a column");
    }
  }
}

}  // namespace detail

inline void checkSurvey(Report& report, const Subject& subject) {
  report.check("report", "values and tables that fit the models, twice the same",
               [&](Findings& found) {
                 const auto survey = subject.make<Survey>();
                 const std::vector<Entry> figures = figuresOf(subject.descriptor());
                 bool worked = false;
                 for (const detail::SurveyedModels& models : detail::surveyedInputs()) {
                   SurveyReport first;
                   try {
                     first = survey->run(detail::viewsOf(models));
                   } catch (const Error&) {
                     continue;  // not every survey is for every kind of tensor
                   }
                   worked = worked || !first.values.empty();
                   detail::checkReport(first, models, figures, found);
                   if (detail::sameReports(first, survey->run(detail::viewsOf(models)))) continue;
                   found.error("two runs give different reports",
                               "a seed from the clock, or state that is kept",
                               "take the seed from a parameter and use kindred::Random");
                 }
                 if (worked) return;
                 found.error("measures nothing of vectors, matrices or embeddings of two models",
                             "it refuses all of them, or finds nothing to report",
                             "pass the parameters that it needs to run()");
               });
  report.check(
      "little", "one model, models without tensors, empty tensors: a kindred::Error, or NaN",
      [&](Findings& found) {
        const auto survey = subject.make<Survey>();
        const std::vector<Entry> figures = figuresOf(subject.descriptor());
        std::vector<detail::SurveyedModels> inputs(1);
        inputs.push_back(detail::surveyedModels(12, 24, false, 0));
        inputs.push_back(detail::surveyedModels(12, 24, false, 1));
        inputs.push_back(detail::surveyedModels(12, 0, false, 3));
        inputs.push_back(detail::surveyedModels(1, 1, false, 3));
        inputs.push_back(detail::surveyedModels(12, 24, false, 3));
        inputs.back().pop_back();
        for (const detail::SurveyedModels& models : inputs) {
          try {
            detail::checkReport(survey->run(detail::viewsOf(models)), models, figures, found);
          } catch (const Error&) {
          }
        }
      });
}

}  // namespace kindred::conformance
