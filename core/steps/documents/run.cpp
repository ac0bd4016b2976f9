// Steps about documents: reads the files, has them compared, and keeps figures and tables.
#include <map>

#include <kindred/error.hpp>

#include "documents/inventory.hpp"
#include "results/hash.hpp"
#include "steps/documents/documents.hpp"
#include "steps/step.hpp"

namespace kindred::steps {
namespace {

// What a comparison says, as observations and tables of its step.
void keepReport(documents::Report report, const Step& step, results::StepResult& result) {
  for (documents::Figure& figure : report.figures) {
    results::Observation row;
    row.step = step.name;
    row.metric = word(step);
    row.figure = std::move(figure.name);
    row.model_a = std::move(figure.model_a);
    row.tensor_a = std::move(figure.file_a);
    row.model_b = std::move(figure.model_b);
    row.tensor_b = std::move(figure.file_b);
    row.value = figure.value;
    result.observations.push_back(std::move(row));
  }
  for (TextTable& table : report.tables) {
    result.tables.push_back({step.name, step.models, std::move(table)});
  }
}

class DocumentStep {
 public:
  DocumentStep(const CompareDocuments& step, run::Executor& executor)
      : step_(step), executor_(executor), texts_{step, {}} {
    texts_.texts.resize(step.documents.size());
  }

  results::StepResult run() {
    readTexts();
    keepReport(step_.kind->compare(texts_), *step_.step, result_);
    return std::move(result_);
  }

 private:
  // All files in one call a source.
  void readTexts() {
    std::vector<std::string>& texts = texts_.texts;
    std::vector<std::string> before;
    std::map<Source*, std::vector<ReadRequest>> requests;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const PlannedDocument& planned = step_.documents[i];
      before.push_back(planned.file->identity());
      if (planned.bytes == 0) continue;
      texts[i].resize(planned.bytes);
      requests[planned.repository->source].push_back(
          {planned.file.get(), 0, std::as_writable_bytes(std::span(texts[i]))});
    }
    for (const auto& [source, list] : requests) source->read(list);
    for (std::size_t i = 0; i < texts.size(); ++i) note(step_.documents[i], texts[i], before[i]);
    executor_.progress.advance(step_.work, true);
  }

  void note(const PlannedDocument& planned, const std::string& text, const std::string& before) {
    const std::string& model = planned.repository->key;
    if (planned.file->identity() != before) {
      throw inputError(planned.file->place(), "the file changed while it was read",
                       "run again when nothing writes to it");
    }
    result_.files.push_back(
        {model, planned.name, planned.file->size(), before, planned.file->publishedSha256()});
    if (planned.bytes == 0) return;
    result_.ranges.push_back({model, planned.name, 0, planned.bytes, results::xxh3(text)});
  }

  const CompareDocuments& step_;
  run::Executor& executor_;
  results::StepResult result_;
  DocumentTexts texts_;
};

}  // namespace

documents::Document DocumentTexts::take(std::size_t i) {
  const PlannedDocument& planned = step.documents[i];
  return {planned.repository->key, planned.name, planned.file->place(), std::move(texts[i])};
}

results::StepResult run(const CompareDocuments& step, run::Executor& executor) {
  executor.progress.stage("documents");
  return DocumentStep(step, executor).run();
}

results::StepResult run(const TakeInventory& step, run::Executor& executor) {
  executor.progress.stage("inventory");
  std::vector<documents::Catalogue> models;
  for (const plan::Model* model : step.models) {
    models.push_back({model->checkpoint, model->architecture});
  }
  results::StepResult result;
  keepReport(documents::inventory(models, step.ready->asked->claims), *step.step, result);
  executor.progress.advance(step.work, true);
  return result;
}

}  // namespace kindred::steps
