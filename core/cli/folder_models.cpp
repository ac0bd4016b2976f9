#include "cli/folder_models.hpp"

#include <algorithm>
#include <system_error>

#include <kindred/error.hpp>

#include "cli/lineup.hpp"

namespace kindred::cli {
namespace {

namespace fs = std::filesystem;

std::vector<fs::directory_entry> entriesOf(const fs::path& folder) {
  std::error_code problem;
  std::vector<fs::directory_entry> entries;
  for (const auto& entry : fs::directory_iterator(folder, problem)) entries.push_back(entry);
  if (problem) throw inputError(folder.string(), problem.message());
  std::sort(entries.begin(), entries.end());
  return entries;
}

// Files that are a model each; none of a folder that is a model itself.
std::vector<std::string> looseModels(const std::vector<fs::directory_entry>& entries) {
  std::error_code ignored;
  std::vector<std::string> paths;
  for (const fs::directory_entry& entry : entries) {
    const std::string name = entry.path().filename().string();
    if (name == "config.json" || name.ends_with(".index.json")) return {};
    const bool weights = name.ends_with(".gguf") || name.ends_with(".safetensors");
    const bool shard = name.find("-of-") != std::string::npos;
    const bool alone = (weights && !shard) || namesFingerprint(name);
    if (alone && entry.is_regular_file(ignored)) paths.push_back(entry.path().string());
  }
  return paths;
}

bool hasComponents(const fs::path& folder) {
  std::error_code ignored;
  return fs::exists(folder / "model_index.json", ignored);
}

bool isReadable(const fs::path& folder) {
  std::error_code problem;
  fs::directory_iterator look(folder, problem);
  return !problem;
}

// `depth`: how many folders that hold no weights may lie between.
FolderModels modelsWithin(const fs::path& folder, const formats::Formats& formats, int depth) {
  if (hasComponents(folder)) return {{}, {}, true};
  const std::vector<fs::directory_entry> entries = entriesOf(folder);
  FolderModels found{looseModels(entries), {}};
  const std::size_t loose = found.models.size();
  std::error_code ignored;
  for (const fs::directory_entry& entry : entries) {
    if (entry.is_symlink(ignored) && !entry.exists(ignored)) {  // to a model that is not there
      found.others.push_back(entry.path().string());
      continue;
    }
    if (!entry.is_directory(ignored) || entry.path().filename().string().starts_with('.')) continue;
    // One that can't be read may be a model, which whoever opens it is told.
    if (isModelFolder(entry.path(), formats) || !isReadable(entry.path())) {
      found.models.push_back(entry.path().string());
      continue;
    }
    // A link may lead out of the folder, and back to where it lies.
    const bool deeper = depth > 0 && !entry.is_symlink(ignored);
    const FolderModels inner =
        deeper ? modelsWithin(entry.path(), formats, depth - 1) : FolderModels();
    found.models.insert(found.models.end(), inner.models.begin(), inner.models.end());
    if (inner.models.empty()) found.others.push_back(entry.path().string());
  }
  std::sort(found.models.begin(), found.models.end());
  // Files that are no model each are shards of it.
  const bool alone = loose == 1 && found.models.size() == 1;
  found.itself = isModelFolder(folder, formats) && (loose == 0 || alone);
  return found;
}

}  // namespace

bool isWeights(const fs::path& file, const formats::Formats& formats) {
  const std::string name = file.filename().string();
  return std::any_of(
      formats.all().begin(), formats.all().end(),
      [&](const formats::UsableFormat& format) { return format.use(name).claim != Claim::none; });
}

bool isModelFolder(const fs::path& folder, const formats::Formats& formats) {
  std::error_code problem;
  if (folder.filename().string().starts_with("models--") &&
      fs::is_directory(folder / "snapshots", problem)) {
    return true;
  }
  if (hasComponents(folder)) return true;  // whose weights lie in its folders
  return std::any_of(
      fs::directory_iterator(folder, problem), fs::directory_iterator(),
      [&](const fs::directory_entry& file) { return isWeights(file.path(), formats); });
}

FolderModels modelsIn(const fs::path& folder, const formats::Formats& formats) {
  return modelsWithin(folder, formats, 1);
}

}  // namespace kindred::cli
