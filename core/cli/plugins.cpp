// kindred plugins: lists plugins, or describes one.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <ostream>

#include <kindred/declaration.hpp>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "plugin/installation.hpp"
#include "plugin/registry.hpp"
#include "report/text.hpp"

namespace kindred::cli {
namespace {

using plugin::Plugin;
using Json = nlohmann::ordered_json;

constexpr Option kPluginsOptions[] = {kPluginPath, kJson};

// "flag, default false", "number from 0 to 16, default 1", "text, required"
std::string typeAndDefault(const Entry& entry) {
  std::string text(name(entry.type));
  if (entry.type == ValueType::integer || entry.type == ValueType::number) {
    text = allowed(entry);
    text.erase(0, text.find(' ') + 1);  // without the article
  }
  if (entry.type == ValueType::choice) text = allowed(entry);
  return text + (entry.fallback
                     ? fmt::format(", default {}", *entry.fallback ? entry.fallback : "empty")
                     : std::string(", required"));
}

std::string describe(const Plugin& plugin, std::size_t columns) {
  std::string text = fmt::format("{} {} ({})\n{}\n{}\n", plugin.name(), plugin.version(),
                                 name(plugin.kind()), plugin.summary(), plugin.file.string());
  if (plugin.alias) text += fmt::format("now {}\n", plugin.alias->meaning);
  std::size_t width = 0;
  for (const auto* entries : {&plugin.figures, &plugin.parameters}) {
    for (const Entry& entry : *entries) width = std::max(width, std::string(entry.name).size());
  }
  const auto line = [&](const Entry& entry, const std::string& help) {
    const std::string head = fmt::format("  {:<{}}  ", entry.name, width);
    return report::wrapped(help, head.size(), columns).replace(0, head.size(), head);
  };
  if (!plugin.figures.empty()) text += "\nfigures:\n";
  for (const Entry& entry : plugin.figures) text += line(entry, entry.help);
  if (!plugin.parameters.empty()) text += "\nparameters:\n";
  for (const Entry& entry : plugin.parameters) {
    text += line(entry, fmt::format("{} ({})", entry.help, typeAndDefault(entry)));
  }
  return text;
}

// Name, kind and what it is for, where the terminal is narrow in several lines; then where the
// files lie. Versions and files one by one are said of each plugin, and in JSON.
std::string table(const std::vector<plugin::Candidate>& candidates, std::size_t width) {
  std::size_t names = 4, kinds = 4;
  for (const plugin::Candidate& candidate : candidates) {
    if (candidate.plugin == nullptr) continue;
    names = std::max(names, candidate.name.size());
    kinds = std::max(kinds, name(candidate.plugin->kind()).size());
  }
  const auto line = [&](std::string_view plugin, std::string_view kind,
                        const std::string& summary) {
    std::string text = report::wrapped(summary, names + kinds + 4, width);
    const std::string head = fmt::format("{:<{}}  {:<{}}  ", plugin, names, kind, kinds);
    return text.replace(0, head.size(), head);
  };
  std::string text, broken;
  std::map<std::filesystem::path, std::size_t> folders;
  for (const plugin::Candidate& candidate : candidates) {
    if (candidate.plugin == nullptr) {
      broken += fmt::format("  {}: {}\n", candidate.name, candidate.error->what());
      continue;
    }
    const Plugin& found = *candidate.plugin;
    text += line(found.name(), name(found.kind()),
                 found.alias ? "now " + found.alias->meaning : std::string(found.summary()));
    ++folders[found.file.parent_path()];
  }
  if (!text.empty()) text = line("name", "kind", "summary") + text + "\n";
  for (const auto& [folder, count] : folders) {
    text += fmt::format("{} in {}\n", count, folder.string());
  }
  if (!broken.empty()) text += "\nnot usable:\n" + broken;
  return text.empty() ? "no plugins found\n" : text;
}

Json toJson(const Parameters::Value& value) {
  return std::visit([](const auto& typed) { return Json(typed); }, value);
}

Json toJson(const Entry& entry) {
  Json json{{"name", entry.name}, {"meaning", entry.help}};
  const auto bounds = [&] {
    if (std::isfinite(entry.least)) json["least"] = entry.least;
    if (std::isfinite(entry.most)) json["most"] = entry.most;
  };
  if (entry.is == Entry::Is::figure) {
    json["unit"] = name(entry.unit);
    bounds();
    if (std::isfinite(entry.alike)) json["alike"] = entry.alike;
    return json;
  }
  json["type"] = name(entry.type);
  json["default"] = entry.fallback ? toJson(*valueOf(entry, entry.fallback)) : Json();
  bounds();
  if (entry.type == ValueType::choice) json["choices"] = choicesOf(entry);
  return json;
}

Json toJson(const std::vector<Entry>& entries) {
  Json all = Json::array();
  for (const Entry& entry : entries) all.push_back(toJson(entry));
  return all;
}

Json toJson(const Plugin& plugin) {
  Json json{{"name", plugin.name()},
            {"kind", name(plugin.kind())},
            {"version", plugin.version()},
            {"summary", plugin.summary()},
            {"file", plugin.file.string()},
            {"figures", toJson(plugin.figures)},
            {"parameters", toJson(plugin.parameters)}};
  if (plugin.alias) {
    json["now"] = {{"name", plugin.descriptor->name}, {"parameters", Json::object()}};
    for (const auto& [name, value] : plugin.alias->set.values()) {
      json["now"]["parameters"][name] = toJson(value);
    }
  }
  return json;
}

Json toJson(const std::vector<plugin::Candidate>& candidates) {
  Json all = Json::array();
  for (const plugin::Candidate& candidate : candidates) {
    if (candidate.plugin != nullptr) {
      all.push_back(toJson(*candidate.plugin));
    } else {
      all.push_back({{"name", candidate.name},
                     {"file", candidate.file.string()},
                     {"error", candidate.error->what()}});
    }
  }
  return {{"plugins", all}};
}

void print(const Json& json) {
  output() << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

int pluginsVerb(const Invocation& invocation) {
  plugin::Registry registry(plugin::pluginFolders(invocation.values("plugin-path")));
  const bool json = invocation.has("json");
  const std::size_t columns = outputColumns().value_or(report::kWidth);
  if (invocation.positional.empty()) {
    const std::vector<plugin::Candidate> candidates = registry.list();
    json ? print(toJson(candidates)) : void(output() << table(candidates, columns));
  } else {
    const Plugin& plugin = registry.load(invocation.positional.front());
    json ? print(toJson(plugin)) : void(output() << describe(plugin, columns));
  }
  return kDone;
}

}  // namespace

const Command kPluginsCommand{
    "plugins",  "[PLUGIN]", "List plugins, or describe one with its figures and parameters",
    0,          1,          kPluginsOptions,
    pluginsVerb};

}  // namespace kindred::cli
