#include "cli/model_argument.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <set>

#include <kindred/bundle/bundle.hpp>
#include <kindred/error.hpp>

#include "words/json_walk.hpp"
#include "words/names.hpp"
#include "words/near.hpp"

namespace kindred::cli {
namespace {

namespace fs = std::filesystem;

std::string keyOf(const std::string& name) {
  const bool visible = words::escapedText(name, name.size()) == name;  // and UTF-8
  std::string key;
  for (const char c : name) {
    const bool ascii = static_cast<unsigned char>(c) < 0x80;
    const bool kept = ascii ? c != '/' && words::isName({&c, 1}, true) : visible;
    key += kept ? c : '-';
  }
  return key.empty() || key == "." || key == ".." ? "model" : key;
}

Error notThere(const std::string& path, const std::string& remedy) {
  const std::string near = words::nearPath(path);
  return inputError(
      words::escaped(path), "there is no such file or folder",
      near.empty() ? remedy : "did you mean '" + words::escaped(near) + "'? Else " + remedy);
}

// What to call a local model: its own name as it was typed, links not followed, and that of the
// folder above. In a cache of the Hub these are those of the repository.
struct Called {
  std::string name, above;
};

Called calledAs(const fs::path& full) {
  const fs::path folder = full.parent_path();
  const std::string repository = folder.parent_path().filename().string();
  const std::size_t org = repository.find("--"), own = repository.rfind("--");
  if (folder.filename() == "snapshots" && repository.starts_with("models--") && own > org) {
    return {repository.substr(own + 2), repository.substr(org + 2, own - org - 2)};
  }
  return {full.filename().string(), folder.filename().string()};
}

Called calledAs(const std::string& typed, const fs::path& resolved, bool file) {
  std::error_code ignored;
  fs::path full = fs::absolute(typed, ignored).lexically_normal();
  if (!full.has_filename()) full = full.parent_path();
  if (ignored || !full.has_filename()) full = resolved;
  Called called = calledAs(full);
  if (!file) return called;
  const Called folder = calledAs(full.parent_path());
  return {full.stem().string(), folder.name};
}

ModelArgument local(const std::string& path) {
  std::error_code problem;
  const fs::path full = fs::weakly_canonical(path, problem);
  if (problem || !fs::exists(full)) {
    throw notThere(path,
                   "name a model's folder or file, or write hub:org/name for a model on the Hub");
  }
  ModelArgument model;
  model.plugin = "local-mmap";
  model.root = full.parent_path().string();
  model.address = full.has_filename() ? full.filename().string() : ".";
  const bool file = fs::is_regular_file(full);
  if (file && path.ends_with(bundle::kEnding)) {
    throw inputError(path, "is a bundle of what a run has read, and no model",
                     "kindred run " + path + " runs it again");
  }
  const Called called = calledAs(path, full, file);
  model.key = keyOf(called.name);
  model.above = called.above;
  return model;
}

ModelArgument remote(const addresses::RemoteAddress& address) {
  ModelArgument model;
  model.plugin = "http-range";
  model.layout = address.layout;
  model.endpoint = address.endpoint;
  model.address = address.text();
  const std::size_t slash = address.model.rfind('/');
  model.key = address.model.substr(slash + 1);
  if (slash != std::string::npos) {
    model.above = fs::path(address.model.substr(0, slash)).filename().string();
  }
  if (address.layout == addresses::Layout::files) model.key = fs::path(model.key).stem().string();
  if (!address.path.empty()) model.key += "-" + fs::path(address.path).stem().string();
  model.key = keyOf(model.key);
  return model;
}

// PLUGIN:ADDRESS, where the word before the colon is none of our own.
std::optional<ModelArgument> ofPlugin(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == text.size()) return std::nullopt;
  if (text.compare(colon, 3, "://") == 0) return std::nullopt;
  const std::string plugin = text.substr(0, colon);
  const bool word = std::all_of(plugin.begin(), plugin.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
  if (!word) return std::nullopt;
  ModelArgument model;
  model.plugin = plugin;
  model.typed = text;
  model.address = text.substr(colon + 1);
  const std::size_t last = model.address.find_last_of("/!:");
  model.key = keyOf(last == std::string::npos ? model.address : model.address.substr(last + 1));
  if (last != std::string::npos) model.above = fs::path(model.address.substr(0, last)).stem();
  return model;
}

bool hasFileSuffix(const std::string& text) {
  static const std::set<std::string> kSuffixes{
      ".safetensors", ".gguf", ".ggml", ".bin",     ".pt",  ".pth", ".ckpt",
      ".pkl",         ".h5",   ".onnx", ".msgpack", ".npz", ".npy", ".json",
      ".yaml",        ".yml",  ".txt",  ".zip",     ".tar", ".gz",  ".kfp"};
  return kSuffixes.contains(fs::path(text).extension().string());
}

// Why a text that is no path that exists must be meant as one all the same; empty: it need not be.
std::string pathlike(const std::string& text) {
  const std::string name = text.substr(0, text.find_first_of("@:"));
  if (name.ends_with('/') || name.find('\\') != std::string::npos ||
      std::count(name.begin(), name.end(), '/') > 1) {
    return "it is written as a path";
  }
  if (hasFileSuffix(name)) return "it ends as a file does";
  const std::size_t slash = name.find('/');
  std::error_code ignored;
  if (slash != std::string::npos && fs::exists(name.substr(0, slash), ignored)) {
    return "'" + name.substr(0, slash) + "' is a folder here";
  }
  return {};
}

ModelArgument hub(const std::string& text) { return remote(addresses::parseHubAddress(text)); }

// A YAML scalar in double quotes.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\x{:02x}", byte);
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

bool exists(const std::string& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

// Whether a part of a text names a model by itself. `surely`: it must not only look like a name of
// the Hub, since addresses of servers may hold a '+' themselves.
bool namesModel(const std::string& part, bool surely) {
  const bool says = exists(part) || part.starts_with("file:") || part.starts_with("hub:") ||
                    addresses::isWebAddress(part);
  return says || (!surely && addresses::isHubName(part) && pathlike(part).empty());
}

// The place of the '+' between a base and its adapter; npos: it is one model.
std::size_t adapterIn(const std::string& text) {
  const std::string path = text.starts_with("file:") ? text.substr(5) : text;
  if (exists(path)) return std::string::npos;
  for (std::size_t at = text.find('+'); at != std::string::npos; at = text.find('+', at + 1)) {
    const std::string base = text.substr(0, at);
    const std::string adapter = text.substr(at + 1);
    // A word alone is no name to ask a server for.
    const bool says_nothing = addresses::isWebAddress(base) || adapter.find('/') == adapter.npos;
    if (namesModel(base, false) && namesModel(adapter, says_nothing)) return at;
  }
  return std::string::npos;
}

ModelArgument oneModel(const std::string& text) {
  if (text.starts_with("file:")) return local(text.substr(5));
  if (text.starts_with("hub:")) return hub(text.substr(4));
  if (exists(text)) return local(text);
  if (addresses::isWebAddress(text)) return remote(addresses::parseWebAddress(text));
  if (text.starts_with('/') || text.starts_with('.') || text.starts_with('~')) return local(text);
  if (auto model = ofPlugin(text)) return *model;
  if (const std::string why = pathlike(text); !why.empty()) {
    throw notThere(text,
                   why + ", so no server is asked; write hub:org/name for a model on the Hub");
  }
  if (!addresses::isHubName(text)) {
    throw inputError("", "'" + text + "' is neither a path that exists nor org/name on the Hub",
                     "write ./models/x, org/name, org/name@revision or "
                     "org/name@revision:folder-or-file");
  }
  // A word that is no path is a slip more often than one of the few names without an organisation.
  if (text.find_first_of("/@:") == std::string::npos) {
    throw notThere(text, "for a model of the Hub write org/name or hub:" + words::escaped(text));
  }
  if (!words::nearPath(text.substr(0, text.find_first_of("@:"))).empty()) {
    throw notThere(text, "for a model of the Hub write hub:" + words::escaped(text));
  }
  ModelArgument model = hub(text);
  model.guessed = true;
  return model;
}

}  // namespace

ModelArgument modelArgument(const std::string& text) {
  const std::size_t plus = adapterIn(text);
  if (plus == std::string::npos) return oneModel(text);
  ModelArgument model = oneModel(text.substr(0, plus));
  model.adapter.push_back(oneModel(text.substr(plus + 1)));
  model.key += "-with-" + model.adapter.front().key;
  return model;
}

std::vector<std::string> guessedNames(const std::string& text) {
  std::vector<std::string> names;
  const auto add = [&](const ModelArgument& model) {
    if (model.guessed) names.push_back(model.address.substr(0, model.address.find('@')));
  };
  try {
    const ModelArgument model = modelArgument(text);
    add(model);
    for (const ModelArgument& adapter : model.adapter) add(adapter);
  } catch (const Error&) {
    return {};
  }
  return names;
}

void makeKeysDistinct(std::vector<ModelArgument>& models) {
  std::map<std::string, std::set<std::string>> above;  // by key
  for (const ModelArgument& model : models) above[model.key].insert(model.above);
  std::set<std::string> wanted;
  for (ModelArgument& model : models) {
    if (above[model.key].size() > 1 && !model.above.empty()) {
      model.key = keyOf(model.above) + "/" + model.key;
    }
    wanted.insert(model.key);
  }
  std::set<std::string> taken;
  for (ModelArgument& model : models) {
    const std::string own = model.key;
    // Nobody gets a name that is another's own.
    for (int n = 2; taken.contains(model.key) || (model.key != own && wanted.contains(model.key));
         ++n) {
      model.key = own + "-" + std::to_string(n);
    }
    taken.insert(model.key);
  }
}

std::string knownAs(const ModelArgument& model) {
  return model.plugin == "http-range" ? model.address : model.key;
}

namespace {

// A source of a recipe, in braces.
std::string sourceText(const ModelArgument& model) {
  std::string text = "{plugin: " + model.plugin;
  if (!model.root.empty()) text += ", root: " + quoted(model.root);
  if (model.layout != addresses::Layout::hub) {
    text += ", layout: " + std::string(addresses::name(model.layout));
  }
  if (!model.endpoint.empty()) text += ", endpoint: " + quoted(model.endpoint);
  return text + "}";
}

}  // namespace

std::string recipeHead(const std::vector<ModelArgument>& models, std::size_t controls) {
  std::map<std::string, std::string> sources;  // by text
  std::string head = "sources:\n", list = "models:\n";
  const auto address = [&](const ModelArgument& model) {
    if (const std::string path = model.root + "/" + model.address; !words::isUtf8(path)) {
      throw inputError(words::escaped(path), "its path is not UTF-8, so no recipe can name it",
                       "rename it, or give it a link with another name");
    }
    const auto [at, fresh] =
        sources.try_emplace(sourceText(model), "s" + std::to_string(sources.size() + 1));
    if (fresh) head += "  " + at->second + ": " + at->first + "\n";
    return quoted(at->second + ":" + model.address);
  };
  for (std::size_t i = 0; i < models.size(); ++i) {
    const ModelArgument& model = models[i];
    const std::string where = address(model);
    std::string more;
    for (const ModelArgument& adapter : model.adapter) more += ", adapter: " + address(adapter);
    if (i + controls >= models.size()) more += ", role: control";
    if (!model.date.empty()) more += ", date: " + quoted(model.date);
    list += "  " + quoted(model.key) + ": " +
            (more.empty() ? where : "{at: " + where + more + "}") + "\n";
  }
  return head + list;
}

}  // namespace kindred::cli
