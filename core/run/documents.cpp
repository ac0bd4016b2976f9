// Steps about documents: reads the files, has them compared, and keeps figures and tables.
#include <map>

#include <kindred/error.hpp>

#include "documents/configs.hpp"
#include "documents/inventory.hpp"
#include "documents/licence.hpp"
#include "documents/manifests.hpp"
#include "documents/model_code.hpp"
#include "documents/tokenizers.hpp"
#include "recipe/document_verbs.hpp"
#include "results/hash.hpp"
#include "run/steps.hpp"

namespace kindred::run {
namespace {

using documents::Document;
using documents::Report;
using plan::PlannedDocument;
using recipe::Verb;

// What a comparison says, as observations and tables of its step.
void keep(Report report, const recipe::Step& step, results::StepResult& result) {
  for (documents::Figure& figure : report.figures) {
    results::Observation row;
    row.step = step.name;
    row.metric = recipe::documentVerb(step.verb)->name;
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
  DocumentStep(const plan::CompareDocuments& step, Executor& executor)
      : step_(step), executor_(executor), texts_(step.documents.size()) {}

  results::StepResult run() {
    readTexts();
    keep(compared(), *step_.step, result_);
    return std::move(result_);
  }

 private:
  // All files in one call a source.
  void readTexts() {
    std::vector<std::string> before;
    std::map<Source*, std::vector<ReadRequest>> requests;
    for (std::size_t i = 0; i < texts_.size(); ++i) {
      const PlannedDocument& planned = step_.documents[i];
      before.push_back(planned.file->identity());
      if (planned.bytes == 0) continue;
      texts_[i].resize(planned.bytes);
      requests[planned.repository->source].push_back(
          {planned.file.get(), 0, std::as_writable_bytes(std::span(texts_[i]))});
    }
    for (const auto& [source, list] : requests) source->read(list);
    for (std::size_t i = 0; i < texts_.size(); ++i) note(step_.documents[i], texts_[i], before[i]);
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

  Document document(std::size_t i) {
    const PlannedDocument& planned = step_.documents[i];
    return {planned.repository->key, planned.name, planned.file->place(), std::move(texts_[i])};
  }

  Report compared() {
    switch (step_.step->verb) {
      case Verb::configs:
        return documents::compareConfigs(document(0), document(1));
      case Verb::tokenizers:
        return documents::compareTokenizers(document(0), document(1));
      case Verb::licence:
        return documents::compareLicence(document(0), step_.tools->standard);
      case Verb::manifests:
        return manifests();
      default:
        return modelCode();
    }
  }

  Report manifests() const {
    std::vector<documents::Manifest> list;
    for (const PlannedDocument& planned : step_.documents) {
      const plan::Repository& repository = *planned.repository;
      if (list.empty() || list.back().model != repository.key) {
        list.push_back({repository.key, repository.address, repository.location->revision(), {}});
      }
      list.back().files.push_back({planned.name, planned.file->size(), planned.file->identity(),
                                   planned.file->publishedSha256()});
    }
    return documents::compareManifests(list);
  }

  Report modelCode() {
    std::vector<documents::CodeFile> a, b;
    for (std::size_t i = 0; i < texts_.size(); ++i) {
      const PlannedDocument& planned = step_.documents[i];
      const bool too_large = planned.bytes < planned.file->size();
      const bool first = planned.repository->key == step_.step->models.front();
      (first ? a : b).push_back({document(i), too_large});
    }
    return documents::compareCode(step_.step->models.front(), a, step_.step->models.back(), b);
  }

  const plan::CompareDocuments& step_;
  Executor& executor_;
  results::StepResult result_;
  std::vector<std::string> texts_;
};

}  // namespace

results::StepResult run(const plan::CompareDocuments& step, Executor& executor) {
  executor.progress.step(step.step->name, 1);
  return DocumentStep(step, executor).run();
}

results::StepResult run(const plan::TakeInventory& step, Executor& executor) {
  executor.progress.step(step.step->name, 1);
  std::vector<documents::Catalogue> models;
  for (const plan::Model* model : step.models) {
    models.push_back({model->checkpoint, model->architecture});
  }
  results::StepResult result;
  keep(documents::inventory(models, step.step->claims), *step.step, result);
  executor.progress.advance(step.work, true);
  return result;
}

}  // namespace kindred::run
