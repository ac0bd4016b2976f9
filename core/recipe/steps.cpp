#include <algorithm>
#include <array>
#include <filesystem>
#include <map>

#include "recipe/document_verbs.hpp"
#include "recipe/reader.hpp"
#include "recipe/words.hpp"

namespace kindred::recipe {
namespace {

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

class StepReader {
 public:
  StepReader(const Node& node, Reading& reading) : node_(node), reading_(reading) {}

  Step read() {
    step_.place = node_.place;
    step_.name = textOf(node_.find("name"));
    step_.note = textOf(node_.find("note"));
    step_.verb = node_.find("test")       ? Verb::test
                 : node_.find("survey")   ? Verb::survey
                 : node_.find("describe") ? Verb::describe
                                          : Verb::compare;
    readModels();
    readDocuments();
    readSelect();
    readPair();
    readSample();
    readMetrics();
    readTest();
    readSurvey();
    readStages();
    checkModels();
    return std::move(step_);
  }

 private:
  void addModel(const Node& model) {
    if (model.kind != Node::Kind::scalar) return;
    std::vector<std::string> known;
    for (const ModelSpec& spec : reading_.recipe.models) known.push_back(spec.key);
    if (std::find(known.begin(), known.end(), model.scalar) == known.end()) {
      reading_.report(model.place, "unknown model " + quote(model.scalar),
                      reading_.near(model.scalar, known, "nothing stands under 'models'"));
    }
    step_.models.push_back(model.scalar);
  }

  void readModels() {
    if (const Node* model = node_.find("describe")) addModel(*model);
    const Node* compare = node_.find("compare");
    if (compare == nullptr) return;
    if (compare->kind == Node::Kind::scalar) addModel(*compare);
    for (const Node& model : compare->items) addModel(model);
  }

  // Steps about documents: one verb, its models, and what belongs to it.
  void readDocuments() {
    const Node* verb = nullptr;
    for (const DocumentVerb& known : documentVerbs()) {
      const Node* node = node_.find(known.name);
      if (node == nullptr) continue;
      if (verb != nullptr) {
        reading_.report(node->place,
                        "a step has one of " + quote(documentVerb(step_.verb)->name) + " and " +
                            quote(known.name) + ", not both",
                        "make them two steps");
        return;
      }
      verb = node;
      step_.verb = known.verb;
    }
    if (verb == nullptr) return;
    step_.models.clear();
    if (verb->kind == Node::Kind::scalar) addModel(*verb);
    for (const Node& model : verb->items) addModel(model);
    checkDifferent(*verb, "a model differs in nothing from itself");
    readAgainst();
    readClaims();
  }

  void checkDifferent(const Node& list, const char* reason) {
    std::vector<std::string> sorted = step_.models;
    std::sort(sorted.begin(), sorted.end());
    const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
    if (twice == sorted.end()) return;
    reading_.report(list.place, "model " + quote(*twice) + " is named twice", reason);
  }

  void readAgainst() {
    const Node* against = node_.find("against");
    if (against == nullptr) return;
    step_.against = textOf(against);
    step_.against_place = against->place;
    const std::string mark = "file:";
    if (!step_.against.starts_with(mark)) return;
    const std::filesystem::path folder = std::filesystem::path(against->place.file).parent_path();
    step_.against = mark + (folder / step_.against.substr(mark.size())).lexically_normal().string();
  }

  void readClaims() {
    const Node* claims = node_.find("claims");
    if (claims == nullptr) return;
    if (const Node* total = claims->find("total")) step_.claims.total = numberIn(total);
    if (const Node* active = claims->find("active")) step_.claims.active = numberIn(active);
    if (step_.models.size() > 1) {
      reading_.report(claims->place, "'claims' are of one model, but the inventory has two",
                      "make it two steps, each with its own claims");
    }
  }

  void readSelect() {
    const Node* select = node_.find("select");
    if (select == nullptr) return;
    if (select->kind != Node::Kind::scalar) {
      step_.selection = readSelection(*select, reading_);
      return;
    }
    std::vector<std::string> known;
    for (const Selection& selection : reading_.recipe.selections) {
      if (selection.name == select->scalar) step_.selection = selection;
      known.push_back(selection.name);
    }
    if (step_.selection.name.empty()) {
      reading_.report(
          select->place, "unknown selection " + quote(select->scalar),
          reading_.near(select->scalar, known,
                        "nothing stands under 'selections'; a pattern is written in a list"));
    }
  }

  void readPair() {
    const Node* pair = node_.find("pair");
    step_.pairing_place = pair == nullptr ? node_.place : pair->place;
    if (pair == nullptr) return;
    step_.pairing = pairingOf(textOf(pair));
    if (const Node* layers = pair->find("layers")) {
      step_.pairing = Pairing::against_layers;
      for (const Node& layer : layers->items) step_.layers.push_back(integerIn(&layer));
    }
    if (const Node* map = pair->find("map")) {
      step_.pairing = Pairing::map;
      for (const auto& [key, value] : map->members) {
        step_.map.emplace_back(key.scalar, textOf(&value));
        step_.map_places.push_back(key.place);
      }
    }
  }

  void readSample() {
    const Node* sample = node_.find("sample");
    if (sample == nullptr) return;
    if (const Node* head = sample->find("head")) {
      step_.sample = {Sample::Kind::head, static_cast<std::uint64_t>(integerIn(head)), 0, 0};
    } else if (const Node* blocks = sample->find("blocks")) {
      step_.sample = {Sample::Kind::blocks, static_cast<std::uint64_t>(integerIn(blocks)),
                      static_cast<std::uint64_t>(integerIn(sample->find("of"))),
                      static_cast<std::uint64_t>(integerIn(sample->find("seed")))};
    }
    if (step_.sample.kind != Sample::Kind::all && step_.pairing == Pairing::content) {
      reading_.report(sample->place, "'pair: content' compares whole tensors, not a sample",
                      "leave 'sample' out");
    }
  }

  void readMetrics() {
    const Node* metrics = node_.find("metrics");
    if (metrics == nullptr) return;
    for (const Node& node : metrics->items) {
      PluginUse use = readPluginUse(node);
      const bool again = !use.as.empty() &&
                         std::any_of(step_.metrics.begin(), step_.metrics.end(),
                                     [&](const PluginUse& other) { return other.as == use.as; });
      if (again) {
        reading_.report(use.place, "metric " + quote(use.as) + " appears twice in this step",
                        "give one of them another name with 'as'");
      }
      step_.metrics.push_back(std::move(use));
    }
  }

  void readTest() {
    const Node* test = node_.find("test");
    if (test == nullptr) return;
    step_.test = readPluginUse(*test);
    const Node* of = test->find("of");
    if (of == nullptr) {
      if (node_.find("compare") == nullptr && test->kind == Node::Kind::map) {
        reading_.report(test->place, "the test has nothing to work on",
                        "name a figure with 'of', or models with 'compare' beside 'test'");
      }
      return;
    }
    std::erase_if(step_.test.parameters, [](const RawParameter& p) { return p.name == "of"; });
    if (node_.find("compare") != nullptr) {
      reading_.report(of->place, "'of' does not go with 'compare'",
                      "a test works on one step's table or on rows, not on both");
    }
    if (of->kind != Node::Kind::scalar) return;
    step_.of = of->scalar;
    step_.of_place = of->place;
    step_.of_address = readTableAddress(*of, reading_.recipe.steps.size(), reading_);
  }

  // The one thing that a survey step measures with.
  void readSurvey() {
    const Node* survey = node_.find("survey");
    if (survey == nullptr || step_.verb != Verb::survey) return;
    step_.metrics = {readPluginUse(*survey)};
  }

  void readStages() {
    const Node* read = node_.find("read");
    if (read == nullptr) return;
    step_.read.clear();
    const auto add = [&](const Node& node) {
      const auto bytes = static_cast<std::uint64_t>(integerIn(&node));
      if (bytes == 0) return;  // reported by the schema
      if (!step_.read.empty() && bytes <= step_.read.back()) {
        reading_.report(node.place, "a stage must read more than the one before it", "");
      }
      step_.read.push_back(bytes);
    };
    if (read->kind == Node::Kind::scalar) add(*read);
    for (const Node& node : read->items) add(node);
    if (step_.read.empty()) step_.read = {kDefaultRead};
  }

  // How many models the pairing takes, and whether they may be one and the same.
  void checkModels() {
    const Node* compare = node_.find("compare");
    if (compare == nullptr || node_.find("describe") != nullptr || step_.models.empty()) return;
    if (step_.verb == Verb::survey) {
      return checkDifferent(*compare, "a survey sees each model once");
    }
    const bool within = step_.pairing == Pairing::within;
    if (step_.models.size() != (within ? 1u : 2u)) {
      const std::string count =
          step_.models.size() < 3 ? (within ? "two" : "one") : std::to_string(step_.models.size());
      reading_.report(compare->place,
                      within ? "'pair: within' compares one model with itself, but got " + count
                             : "expected two models, but got " + count,
                      within ? "leave one out, or choose another pairing"
                             : "a list [A, B]; within one model: pair: within");
    } else if (!within && step_.models[0] == step_.models[1] &&
               (step_.pairing == Pairing::same_name || step_.pairing == Pairing::same_layer)) {
      reading_.report(compare->place,
                      "this compares every tensor of " + quote(step_.models[0]) + " with itself",
                      "name two models, or choose pair: within, all-layers or {layers: ...}");
    }
  }

  const Node& node_;
  Reading& reading_;
  Step step_;
};

void reportNameAgain(const Node& step, Reading& reading, std::map<std::string, int>& lines) {
  const Node* name = step.find("name");
  if (textOf(name).empty()) return;
  const auto [first, is_new] = lines.emplace(name->scalar, name->place.line);
  if (is_new) return;
  reading.report(name->place, "a step named " + quote(name->scalar) + " exists already",
                 first->second > 0 ? "on line " + std::to_string(first->second) : "");
}

}  // namespace

std::string name(Pairing pairing) {
  for (const auto& [name, known] : kPairings) {
    if (known == pairing) return std::string(name);
  }
  return pairing == Pairing::map ? "map" : "against-layers";
}

void readSteps(const Node& steps, Reading& reading) {
  std::map<std::string, int> lines;
  for (const Node& node : steps.items) {
    if (node.kind != Node::Kind::map) continue;
    reportNameAgain(node, reading, lines);
    reading.recipe.steps.push_back(StepReader(node, reading).read());
  }
}

}  // namespace kindred::recipe
