#include "recipe/reader.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <stdexcept>

#include <kindred/byte_count.hpp>

#include "recipe/words.hpp"
#include "words/pattern.hpp"

namespace kindred::recipe {
namespace {

void addPatterns(const Node& list, Selection& selection, Reading& reading) {
  for (const Node& item : list.items) {
    if (item.kind != Node::Kind::scalar || item.scalar.empty()) continue;
    try {
      words::Pattern pattern(item.scalar);
    } catch (const std::invalid_argument& problem) {
      reading.report(item.place, "bad pattern " + quote(item.scalar) + ": " + problem.what());
    }
    selection.patterns.push_back(item.scalar);
    selection.places.push_back(item.place);
  }
}

std::string joined(const std::filesystem::path& folder, const std::string& path) {
  const std::filesystem::path whole = (folder / path).lexically_normal();
  return whole.empty() ? "." : whole.string();
}

// A source's root counts from the recipe's folder; the settings have made theirs absolute already.
void resolveRoot(PluginUse& use) {
  for (RawParameter& parameter : use.parameters) {
    if (parameter.name != "root" || !parameter.is_scalar) continue;
    parameter.value =
        joined(std::filesystem::path(parameter.value_place.file).parent_path(), parameter.value);
  }
}

std::vector<std::string> sourceNames(const Given& given) {
  std::vector<std::string> names;
  for (const SourceSpec& source : given.sources) names.push_back(source.name);
  return names;
}

// "SOURCE:ADDRESS"
void readAddress(const Node& at, std::string& source, std::string& address, Reading& reading) {
  const std::size_t colon = at.scalar.find(':');
  const std::vector<std::string> sources = sourceNames(reading.given);
  if (colon == std::string::npos || colon == 0 || colon + 1 == at.scalar.size()) {
    reading.report(at.place, "expected SOURCE:ADDRESS, but got " + described(at),
                   sources.empty() ? "" : "for example " + sources.front() + ":org/name");
    return;
  }
  source = at.scalar.substr(0, colon);
  address = at.scalar.substr(colon + 1);
  const bool missing = std::find(sources.begin(), sources.end(), source) == sources.end();
  if (missing && !sources.empty()) {  // a recipe without sources is wrong as a whole
    reading.report(at.place, "unknown source " + quote(source), reading.near(source, sources, ""));
  }
}

Selection readSelection(const Node& node, Reading& reading) {
  Selection selection;
  selection.place = node.place;
  if (node.kind == Node::Kind::list) addPatterns(node, selection, reading);
  if (const Node* names = node.find("names")) addPatterns(*names, selection, reading);
  const auto add_role = [&](const Node& role) {
    if (role.kind != Node::Kind::scalar) return;
    selection.roles.push_back(role.scalar);
    selection.places.push_back(role.place);
    reading.given.roles.push_back({role.scalar, role.place});
  };
  if (const Node* role = node.find("role")) add_role(*role);
  if (const Node* roles = node.find("roles")) {
    for (const Node& role : roles->items) add_role(role);
  }
  if (const Node* layers = node.find("layers"); layers && layers->items.size() == 2) {
    selection.layers = {integerIn(&layers->items[0]), integerIn(&layers->items[1])};
    if (selection.layers->first > selection.layers->second) {
      reading.report(layers->place, "no layer lies between these", "the first layer comes first");
    }
  }
  return selection;
}

// What a recipe writes after 'pair'; the others it writes in its own way.
constexpr std::array<std::pair<std::string_view, Pairing>, 6> kPairings{
    {{"same-name", Pairing::same_name},
     {"same-layer", Pairing::same_layer},
     {"all-layers", Pairing::all_layers},
     {"within", Pairing::within},
     {"content", Pairing::content},
     {"counterparts", Pairing::counterparts}}};

Pairing pairingOf(std::string_view word) {
  for (const auto& [name, pairing] : kPairings) {
    if (name == word) return pairing;
  }
  return Pairing::same_name;
}

}  // namespace

std::string Reading::near(std::string_view word, const std::vector<std::string>& known,
                          std::string_view none) const {
  return diagnostics.size() < kMostGuesses ? nearest(word, known, none) : std::string();
}

std::string textOf(const Node* node) {
  return node != nullptr && node->kind == Node::Kind::scalar ? node->scalar : std::string();
}

double numberIn(const Node* node) { return numberOf(textOf(node)).value_or(0); }

std::int64_t integerIn(const Node* node) { return integerOf(textOf(node)).value_or(0); }

std::uint64_t bytesIn(const Node* node) { return byteCount(textOf(node)).value_or(0); }

PluginUse readPluginUse(const Node& node) {
  PluginUse use;
  use.place = node.place;
  if (node.kind == Node::Kind::scalar) use.plugin = node.scalar;
  for (const auto& [key, value] : node.members) {
    if (key.scalar == "plugin") {
      use.plugin = textOf(&value);
      use.place = value.place;
    } else if (key.scalar == "as") {
      use.as = textOf(&value);
    } else {
      const bool is_scalar = value.kind == Node::Kind::scalar;
      use.parameters.push_back({key.scalar, is_scalar ? value.scalar : described(value), is_scalar,
                                key.place, value.place});
    }
  }
  if (use.as.empty()) use.as = use.plugin;
  return use;
}

void readSources(const Node& sources, Reading& reading) {
  for (const auto& [key, value] : sources.members) {
    SourceSpec source{key.scalar, readPluginUse(value)};
    if (value.kind != Node::Kind::map) source.use.place = value.place;
    resolveRoot(source.use);
    reading.given.sources.push_back(std::move(source));
  }
}

void readDate(const Node& node, ModelSpec& model, Reading& reading) {
  if (node.kind != Node::Kind::scalar) return;
  if (isDate(node.scalar)) {
    model.date = node.scalar;
  } else {
    reading.report(node.place, "expected a date, but got " + described(node), "write 2026-01-31");
  }
}

void readModels(const Node& models, Reading& reading) {
  for (const auto& [key, value] : models.members) {
    ModelSpec model;
    model.key = key.scalar;
    model.place = key.place;
    const Node* at = value.kind == Node::Kind::scalar ? &value : value.find("at");
    if (at != nullptr && at->kind == Node::Kind::scalar && !at->scalar.empty()) {
      readAddress(*at, model.source, model.address, reading);
    }
    const Node* adapter = value.kind == Node::Kind::map ? value.find("adapter") : nullptr;
    if (adapter != nullptr && adapter->kind == Node::Kind::scalar && !adapter->scalar.empty()) {
      readAddress(*adapter, model.adapter_source, model.adapter_address, reading);
    }
    if (textOf(value.find("role")) == "control") model.role = ModelRole::control;
    model.optional = textOf(value.find("if-missing")) == "skip";
    if (const Node* date = value.find("date"); date != nullptr) readDate(*date, model, reading);
    reading.given.models.push_back(std::move(model));
  }
}

void readSelections(const Node& selections, Reading& reading) {
  for (const auto& [key, value] : selections.members) {
    Selection selection = readSelection(value, reading);
    selection.name = key.scalar;
    reading.given.selections.push_back(std::move(selection));
  }
}

Selection readSelect(const Node* node, Reading& reading) {
  if (node == nullptr) return {};
  if (node->kind != Node::Kind::scalar) return readSelection(*node, reading);
  std::vector<std::string> known;
  for (const Selection& selection : reading.given.selections) {
    if (selection.name == node->scalar) return selection;
    known.push_back(selection.name);
  }
  reading.report(node->place, "unknown selection " + quote(node->scalar),
                 reading.near(node->scalar, known,
                              "nothing stands under 'selections'; a pattern is written in a list"));
  return {};
}

Meeting readMeeting(const Node* node) {
  Meeting meeting;
  if (node == nullptr) return meeting;
  meeting.by = pairingOf(textOf(node));
  if (const Node* layers = node->find("layers")) {
    meeting.by = Pairing::against_layers;
    for (const Node& layer : layers->items) meeting.layers.push_back(integerIn(&layer));
  }
  if (const Node* map = node->find("map")) {
    meeting.by = Pairing::map;
    for (const auto& [key, value] : map->members) {
      meeting.map.emplace_back(key.scalar, textOf(&value));
      meeting.map_places.push_back(key.place);
    }
  }
  return meeting;
}

Sample readSample(const Node* node) {
  const auto count = [&](const char* key) {
    return static_cast<std::uint64_t>(integerIn(node->find(key)));
  };
  if (node != nullptr && node->find("head")) return {Sample::Kind::head, count("head"), 0, 0};
  if (node != nullptr && node->find("blocks")) {
    return {Sample::Kind::blocks, count("blocks"), count("of"), count("seed")};
  }
  return {};
}

std::vector<PluginUse> readMetrics(const Node* node, Reading& reading) {
  std::vector<PluginUse> metrics;
  if (node == nullptr) return metrics;
  for (const Node& item : node->items) {
    PluginUse use = readPluginUse(item);
    const bool again =
        !use.as.empty() && std::any_of(metrics.begin(), metrics.end(),
                                       [&](const PluginUse& other) { return other.as == use.as; });
    if (again) {
      reading.report(use.place, "metric " + quote(use.as) + " appears twice in this step",
                     "give one of them another name with 'as'");
    }
    metrics.push_back(std::move(use));
  }
  return metrics;
}

std::string name(Pairing pairing) {
  for (const auto& [name, known] : kPairings) {
    if (known == pairing) return std::string(name);
  }
  return pairing == Pairing::map ? "map" : "against-layers";
}

}  // namespace kindred::recipe
