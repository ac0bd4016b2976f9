#include <map>

#include <fmt/format.h>

#include <kindred/error.hpp>

#include "documents/standard_licence.hpp"
#include "plugin/guard.hpp"
#include "steps/planning.hpp"
#include "steps/tool_maker.hpp"

namespace kindred::steps {
namespace {

// The files of one model.
void openFiles(const Step& step, const DocumentKind& kind, const plan::Repository& repository,
               std::vector<PlannedDocument>& documents) {
  const std::string source = repository.address.substr(0, repository.address.find(':'));
  plugin::guard(source, [&] {
    const auto names = kind.wanted(repository.location->list());
    if (names.empty() && kind.lacks != nullptr) {
      throw inputError(recipe::text(step.place),
                       fmt::format("step '{}': model '{}' ({}) has no {}", step.name,
                                   repository.key, repository.address, kind.lacks),
                       "fetch it, or leave the step out");
    }
    for (const std::string& name : names) {
      documents.push_back({&repository, name, repository.location->open(name), 0});
    }
  });
}

void checkSizes(const CompareDocuments& planned) {
  const Step& step = *planned.step;
  const DocumentKind& kind = *planned.kind;
  for (const PlannedDocument& document : planned.documents) {
    if (kind.leaves_large_out || document.file->size() <= kind.most_bytes) continue;
    throw inputError(recipe::text(step.place),
                     fmt::format("step '{}': {} has {} bytes; the limit is {}", step.name,
                                 document.file->place(), document.file->size(), kind.most_bytes),
                     "this is not the kind of file that the step compares");
  }
}

// States what reading the documents will cost.
void priceDocuments(CompareDocuments& planned) {
  if (planned.kind->most_bytes == 0) return;
  checkSizes(planned);
  std::map<Source*, std::vector<PlannedRange>> ranges;
  for (PlannedDocument& document : planned.documents) {
    const std::uint64_t size = document.file->size();
    if (size > planned.kind->most_bytes) continue;
    document.bytes = size;
    planned.bytes += size;
    ranges[document.repository->source].push_back({document.file.get(), 0, size});
  }
  for (const auto& [source, list] : ranges) {
    if (source->remote()) planned.requests += source->price(list).requests;
  }
  planned.work = planned.bytes;
}

}  // namespace

NoTools makeTools(const asked::Documents&, ToolMaker&) { return {}; }

NoTools makeTools(const asked::Inventory&, ToolMaker&) { return {}; }

asked::Licence::Tools makeTools(const asked::Licence& asked, ToolMaker& maker) {
  if (asked.against.empty()) return {};  // reported by the schema
  try {
    return {documents::standardLicence(asked.against)};
  } catch (const Error& error) {
    maker.report(asked.against_place, error);
    return {};
  }
}

std::vector<PlannedDocument> openDocuments(const Step& step, const DocumentKind& kind,
                                           plan::Models& models) {
  std::vector<PlannedDocument> documents;
  for (const std::string& key : step.models) {
    openFiles(step, kind, models.repository(key), documents);
  }
  return documents;
}

void planDocuments(const Step& step, const DocumentKind& kind, const documents::Document* standard,
                   Planning& planning) {
  CompareDocuments planned{{&step}, &kind, standard, planning.takeDocuments(step)};
  priceDocuments(planned);
  planning.add(std::move(planned));
}

void planStep(const Ready<asked::Inventory>& ready, Planning& planning) {
  TakeInventory planned{{ready.step}, &ready};
  for (const std::string& key : ready.step->models) {
    planned.models.push_back(&planning.models().model(key));
  }
  planning.add(std::move(planned));
}

}  // namespace kindred::steps
