// Steps about what stands beside a model's tensors: configurations, tokenizers, licences, lists of
// files, code; and lists of tensors, from headers alone.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "documents/document.hpp"
#include "documents/inventory.hpp"
#include "recipe/schema.hpp"
#include "recipe/values.hpp"
#include "run/executor.hpp"
#include "steps/planned.hpp"
#include "steps/types.hpp"

namespace kindred::steps {

struct DocumentTexts;

struct DocumentFigure {
  const char* name;
  const char* meaning;
};

// What there is to know of one kind of step about documents.
struct DocumentKind {
  const char* word;                         // the key, and in results the name of the metric
  const char* reads;                        // of each model, in words
  std::span<const DocumentFigure> figures;  // in order; the first is meant where none is named
  // Which of a model's files; null: none, but headers.
  std::vector<std::string> (*wanted)(const std::vector<std::string>& names) = nullptr;
  const char* lacks = nullptr;   // what a model without any is said to lack; null: it may
  std::uint64_t most_bytes = 0;  // of a file; 0: none is read
  bool leaves_large_out = false;
  documents::Report (*compare)(DocumentTexts& texts) = nullptr;
};

bool hasFigure(const DocumentKind& kind, std::string_view figure);

namespace asked {

// Those that read files and no headers.
struct Documents {
  using Tools = NoTools;
};
struct Configs : Documents {
  static const DocumentKind kKind;
};
struct Tokenizers : Documents {
  static const DocumentKind kKind;
};
struct Licence : Documents {
  static const DocumentKind kKind;
  std::string against;  // an SPDX id, or file:PATH with a path that can be opened
  recipe::Place against_place;

  struct Tools {
    documents::Document standard;  // the text that it is held against
  };
};
struct Inventory {
  static const DocumentKind kKind;
  documents::Claims claims;
  using Tools = NoTools;
};
struct Manifests : Documents {
  static const DocumentKind kKind;
};
struct ModelCode : Documents {
  static const DocumentKind kKind;
};

}  // namespace asked

// A file that a step needs.
struct PlannedDocument {
  const plan::Repository* repository = nullptr;
  std::string name;
  std::shared_ptr<File> file;
  std::uint64_t bytes = 0;  // that the step reads: all, or none
};

struct CompareDocuments : StepBase {
  const DocumentKind* kind = nullptr;
  const documents::Document* standard = nullptr;  // a licence's
  std::vector<PlannedDocument> documents;         // by model, in the order of the step
};

// What a comparison is made of.
struct DocumentTexts {
  const CompareDocuments& step;
  std::vector<std::string> texts;  // of each document; empty where none is read

  documents::Document take(std::size_t i);
};

// Counts what catalogues hold; reads nothing more.
struct TakeInventory : StepBase {
  const Ready<asked::Inventory>* ready = nullptr;
};

template <class Asked>
concept AboutDocuments = std::is_base_of_v<asked::Documents, Asked>;

NoTools makeTools(const asked::Documents& asked, ToolMaker& maker);
NoTools makeTools(const asked::Inventory& asked, ToolMaker& maker);
asked::Licence::Tools makeTools(const asked::Licence& asked, ToolMaker& maker);

// Opens the files of a step's models, without waiting for a server. A model without the file that
// the step is about is an Error at the step.
std::vector<PlannedDocument> openDocuments(const Step& step, const DocumentKind& kind,
                                           plan::Models& models);
void planDocuments(const Step& step, const DocumentKind& kind, const documents::Document* standard,
                   Planning& planning);
template <AboutDocuments Asked>
void planStep(const Ready<Asked>& ready, Planning& planning) {
  const documents::Document* standard = nullptr;
  if constexpr (requires { ready.tools.standard; }) standard = &ready.tools.standard;
  planDocuments(*ready.step, Asked::kKind, standard, planning);
}
void planStep(const Ready<asked::Inventory>& ready, Planning& planning);
// They are held in memory whole.
inline std::uint64_t memoryOf(const CompareDocuments& step) { return step.bytes; }
// Observations and tables.
results::StepResult run(const CompareDocuments& step, run::Executor& executor);
results::StepResult run(const TakeInventory& step, run::Executor& executor);

struct DocumentSteps {
  using Asked = Types<asked::Configs, asked::Tokenizers, asked::Licence, asked::Inventory,
                      asked::Manifests, asked::ModelCode>;
  using Planned = Types<CompareDocuments, TakeInventory>;
  static constexpr const char* kWords = "configs|tokenizers|licence|inventory|manifests|model-code";
  static constexpr bool kNamesModels = true, kMeasures = true;
  static std::span<const recipe::Key> keys();
  static VariantOf<Asked>::type read(StepReading& reading);
};

}  // namespace kindred::steps
