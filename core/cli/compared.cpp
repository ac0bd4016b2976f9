#include "cli/compared.hpp"

#include <algorithm>
#include <iostream>
#include <tuple>

#include <fmt/format.h>

#include <kindred/error.hpp>

#include "cli/folder_models.hpp"
#include "cli/lineup.hpp"
#include "cli/listed.hpp"
#include "cli/open_models.hpp"
#include "formats/formats.hpp"
#include "words/names.hpp"
#include "words/near.hpp"

namespace kindred::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestReason = 2000;
constexpr const char* kNoWeights = "there are no weights in it or in its folders";

std::vector<ModelArgument> inList(const fs::path& list) {
  std::vector<ModelArgument> models = listed(list);
  if (models.size() >= 2) return models;
  throw inputError(list.string(), "fewer than two models are in this list",
                   "write a folder, a file or a name of the Hub a line");
}

std::vector<ModelArgument> inFolder(const fs::path& folder, const formats::Formats& formats) {
  std::error_code problem;
  if (!fs::exists(folder, problem)) {
    const std::string near = words::nearPath(folder.string());
    throw inputError(folder.string(), "there is no such folder",
                     near.empty() ? "name a folder of models" : "did you mean '" + near + "'?");
  }
  if (!fs::is_directory(folder, problem)) {
    throw inputError(folder.string(), "is neither a folder of models nor a list of them",
                     "name a folder, or a text file (.txt or .list) with a model a line");
  }
  const FolderModels found = modelsIn(folder, formats);
  for (const std::string& path : found.others) sayLeftOut(path, kNoWeights);
  if (found.models.size() < 2) {
    throw inputError(folder.string(), "fewer than two models are in this folder",
                     "each model is a sub-folder with weights, a file of them or a fingerprint; " +
                         formats.listed());
  }
  std::vector<ModelArgument> models;
  for (const std::string& path : found.models) models.push_back(modelArgument("file:" + path));
  return models;
}

// What a shell makes of "models/*": models, and files and folders that are none.
std::vector<ModelArgument> among(const std::vector<std::string>& names,
                                 const formats::Formats& formats) {
  std::vector<ModelArgument> models;
  std::error_code problem;
  for (const std::string& name : names) {
    const bool weights = isWeights(name, formats) || namesFingerprint(name);
    if (fs::is_directory(name, problem) && !isModelFolder(name, formats)) {
      const FolderModels found = modelsIn(name, formats);
      for (const std::string& path : found.models) models.push_back(modelArgument("file:" + path));
      if (found.models.empty()) sayLeftOut(name, kNoWeights);
    } else if (fs::is_regular_file(name, problem) && !weights) {
      sayLeftOut(name, "it is no file of weights");
    } else {
      models.push_back(modelArgument(name));
    }
  }
  if (models.size() >= 2) return models;
  throw inputError("--all", "fewer than two models are named",
                   "name models, or a folder or list of them");
}

std::vector<ModelArgument> subjectsOf(const Invocation& invocation, plugin::Registry& registry) {
  std::vector<std::string> names = invocation.positional;
  if (invocation.has("all")) {
    const std::string all = invocation.value("all");
    if (names.empty() && namesList(all)) return inList(all);
    const formats::Formats formats(registry);
    if (names.empty()) return inFolder(all, formats);
    names.insert(names.begin(), all);
    return among(names, formats);
  }
  if (names.size() != 2) {
    throw inputError("", "kindred compare takes two models, or --all and a folder, list or models",
                     names.size() > 2 ? "--all before them compares every pair" : "");
  }
  return {modelArgument(names[0]), modelArgument(names[1])};
}

std::string namedBefore(const std::string& key) {
  return "it is the same as '" + key + "', which is named before";
}

// Links followed, so that one model under two names is not taken for two.
void leaveOutRepeated(std::vector<ModelArgument>& models, const std::string& among) {
  std::vector<ModelArgument> distinct;
  for (ModelArgument& model : models) {
    const auto first =
        std::find_if(distinct.begin(), distinct.end(),
                     [&](const ModelArgument& other) { return isSame(model, other); });
    if (first == distinct.end()) {
      distinct.push_back(std::move(model));
    } else {
      sayLeftOut(model.key, namedBefore(first->key));
    }
  }
  if (distinct.size() < 2) {
    throw inputError(among, "names one model only, again and again", "name another one");
  }
  models = std::move(distinct);
}

}  // namespace

bool isSame(const ModelArgument& a, const ModelArgument& b) {
  const auto place = [](const ModelArgument& model) {
    return std::tie(model.plugin, model.endpoint, model.root, model.address);
  };
  return place(a) == place(b) && a.adapter.empty() && b.adapter.empty();
}

Compared comparedModels(const Invocation& invocation, plugin::Registry& registry) {
  Compared compared{subjectsOf(invocation, registry)};
  if (invocation.has("all")) leaveOutRepeated(compared.models, invocation.value("all"));
  const std::size_t subjects = compared.models.size();
  for (const std::string& text : invocation.values("control")) {
    ModelArgument control = modelArgument(text);
    const auto first =
        std::find_if(compared.models.begin(), compared.models.end(),
                     [&](const ModelArgument& model) { return isSame(model, control); });
    if (first - compared.models.begin() < static_cast<std::ptrdiff_t>(subjects)) {
      throw inputError("--control " + words::escaped(text), "is compared itself",
                       "a control is another model, known to be unrelated to those compared");
    }
    if (first != compared.models.end()) {
      sayLeftOut("--control " + text, namedBefore(first->key));
      continue;
    }
    compared.models.push_back(std::move(control));
    ++compared.controls;
  }
  makeKeysDistinct(compared.models);
  checkSources(compared.models, registry);
  return compared;
}

void sayLeftOut(const std::string& what, const std::string& why) {
  std::cerr << fmt::format("kindred: {} is left out: {}\n", words::escapedText(what),
                           words::escapedText(why, kLongestReason));
}

std::string leftOutText(const std::string& what, const std::string& why) {
  return fmt::format("'{}' is left out, for it can't be read: {}.", words::escapedText(what),
                     words::escapedText(why, kLongestReason));
}

std::string leaveOutUnreadable(Compared& compared, plan::Models& opened,
                               const std::string& folder) {
  const std::size_t count = compared.subjects();
  std::vector<ModelArgument> left;
  std::string sentences;
  for (std::size_t i = 0; i < compared.models.size(); ++i) {
    ModelArgument& model = compared.models[i];
    std::string why;
    try {
      if (i < count && opened.model(model.key).checkpoint.tensors().empty()) {
        why = "it holds no tensor";
        sayLeftOut(knownAs(model), why);
      }
    } catch (const Error& error) {
      if (error.category() == Category::internal || i >= count) throw;  // a control was named
      why = error.message();
      sayLeftOut(knownAs(model), error.what());
    }
    if (why.empty()) {
      left.push_back(std::move(model));
    } else {
      sentences += (sentences.empty() ? "" : " ") + leftOutText(knownAs(model), why);
    }
  }
  if (left.size() < compared.controls + 2) {
    throw inputError(folder, "fewer than two of its models can be read",
                     "fetch those again that are left out");
  }
  compared.models = std::move(left);
  return sentences;
}

}  // namespace kindred::cli
