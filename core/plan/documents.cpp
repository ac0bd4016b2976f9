#include "plan/documents.hpp"

#include <map>

#include <fmt/format.h>

#include <kindred/error.hpp>

#include "documents/wanted.hpp"
#include "plugin/guard.hpp"
#include "recipe/document_verbs.hpp"

namespace kindred::plan {
namespace {

using recipe::Verb;

// The files of one model.
void openFiles(const recipe::Step& step, const Repository& repository,
               std::vector<PlannedDocument>& documents) {
  const std::string source = repository.address.substr(0, repository.address.find(':'));
  plugin::guard(source, [&] {
    const auto names = documents::wantedFiles(step.verb, repository.location->list());
    if (names.empty() && step.verb != Verb::model_code) {
      throw inputError(
          recipe::text(step.place),
          fmt::format(
              "step '{}': model '{}' ({}) has no {}", step.name, repository.key, repository.address,
              step.verb == Verb::manifests ? "files" : recipe::documentVerb(step.verb)->reads),
          "fetch it, or leave the step out");
    }
    for (const std::string& name : names) {
      documents.push_back({&repository, name, repository.location->open(name), 0});
    }
  });
}

void checkSizes(const CompareDocuments& planned) {
  const recipe::Step& step = *planned.step;
  const std::uint64_t most = documents::mostBytes(step.verb);
  if (step.verb == Verb::manifests || step.verb == Verb::model_code) return;
  for (const PlannedDocument& document : planned.documents) {
    if (document.file->size() <= most) continue;
    throw inputError(recipe::text(step.place),
                     fmt::format("step '{}': {} has {} bytes; the limit is {}", step.name,
                                 document.file->place(), document.file->size(), most),
                     "this is not the kind of file that the step compares");
  }
}

}  // namespace

bool readsDocuments(const recipe::Step& step) {
  return recipe::documentVerb(step.verb) != nullptr && step.verb != Verb::inventory;
}

std::vector<PlannedDocument> openDocuments(const recipe::Step& step, Models& models) {
  std::vector<PlannedDocument> documents;
  for (const std::string& key : step.models) openFiles(step, models.repository(key), documents);
  return documents;
}

void priceDocuments(CompareDocuments& planned) {
  const recipe::Step& step = *planned.step;
  checkSizes(planned);
  if (step.verb == Verb::manifests) return;
  std::map<Source*, std::vector<PlannedRange>> ranges;
  for (PlannedDocument& document : planned.documents) {
    const std::uint64_t size = document.file->size();
    if (size > documents::mostBytes(step.verb)) continue;
    document.bytes = size;
    planned.bytes += size;
    ranges[document.repository->source].push_back({document.file.get(), 0, size});
  }
  for (const auto& [source, list] : ranges) {
    if (source->remote()) planned.requests += source->price(list).requests;
  }
  planned.work = planned.bytes;
}

}  // namespace kindred::plan
