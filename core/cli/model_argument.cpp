#include "cli/model_argument.hpp"

#include <filesystem>
#include <map>
#include <regex>
#include <set>

#include <kindred/error.hpp>

namespace kindred::cli {
namespace {

namespace fs = std::filesystem;

std::string keyOf(const std::string& name) {
  std::string key;
  for (const char c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '.' || c == '_' || c == '-';
    key += plain ? c : '-';
  }
  return key.empty() || key == "." || key == ".." ? "model" : key;
}

ModelArgument local(const std::string& path) {
  std::error_code problem;
  const fs::path full = fs::weakly_canonical(path, problem);
  if (problem || !fs::exists(full)) {
    throw inputError(path, "there is no such file or folder",
                     "name a model's folder, or org/name of a model on the Hub");
  }
  ModelArgument model;
  model.plugin = "local-mmap";
  model.root = full.parent_path().string();
  model.address = full.filename().string();
  const bool file = fs::is_regular_file(full);
  model.key = keyOf(file ? full.stem().string() : full.filename().string());
  return model;
}

ModelArgument hub(const std::string& name) {
  static const std::regex form(R"([A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*(@[\w./-]+)?)");
  if (!std::regex_match(name, form)) {
    throw inputError("", "'" + name + "' is neither a path that exists nor org/name on the Hub",
                     "write ./models/x, org/name or org/name@revision");
  }
  ModelArgument model;
  model.plugin = "http-range";
  model.address = name;
  const std::size_t slash = name.find('/');
  model.key = keyOf(name.substr(slash + 1, name.find('@') - slash - 1));
  return model;
}

// A YAML scalar in double quotes.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

}  // namespace

ModelArgument modelArgument(const std::string& text) {
  if (text.starts_with("file:")) return local(text.substr(5));
  if (text.starts_with("hub:")) return hub(text.substr(4));
  std::error_code ignored;
  if (fs::exists(text, ignored) || text.starts_with("/") || text.starts_with(".")) {
    return local(text);
  }
  return hub(text);
}

void makeKeysDistinct(std::vector<ModelArgument>& models) {
  std::set<std::string> taken;
  for (ModelArgument& model : models) {
    const std::string wanted = model.key;
    for (int n = 2; !taken.insert(model.key).second; ++n) {
      model.key = wanted + "-" + std::to_string(n);
    }
  }
}

std::string recipeHead(const std::vector<ModelArgument>& models, std::size_t controls) {
  std::map<std::pair<std::string, std::string>, std::string> sources;
  std::string head = "sources:\n", list = "models:\n";
  for (std::size_t i = 0; i < models.size(); ++i) {
    const ModelArgument& model = models[i];
    const auto [at, fresh] =
        sources.try_emplace({model.plugin, model.root}, "s" + std::to_string(sources.size() + 1));
    if (fresh) {
      head += "  " + at->second + ": {plugin: " + model.plugin;
      if (!model.root.empty()) head += ", root: " + quoted(model.root);
      head += "}\n";
    }
    const std::string where = quoted(at->second + ":" + model.address);
    const bool control = i + controls >= models.size();
    list += "  " + quoted(model.key) + ": " +
            (control ? "{at: " + where + ", role: control}" : where) + "\n";
  }
  return head + list;
}

}  // namespace kindred::cli
