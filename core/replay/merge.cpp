#include "replay/merge.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "yaml/document.hpp"
#include "yaml/fields.hpp"
#include "yaml/words.hpp"

namespace kindred::replay {
namespace {

using yaml::Node;

constexpr std::uint64_t kMostLayers = 100'000;
constexpr std::pair<const char*, Method> kMethods[] = {{"linear", Method::linear},
                                                       {"slerp", Method::slerp},
                                                       {"task_arithmetic", Method::task_arithmetic},
                                                       {"passthrough", Method::passthrough}};
constexpr std::pair<const char*, Precision> kPrecisions[] = {
    {"float32", Precision::single}, {"float16", Precision::half}, {"bfloat16", Precision::bfloat}};

class MergeReader {
 public:
  explicit MergeReader(std::vector<yaml::Diagnostic>& diagnostics) : fields_(diagnostics) {}

  Merge read(const Node& root) {
    Merge merge;
    const auto pass = [&](const char* key) {
      return [&merge, key](const Node&) { merge.passed_over.emplace_back(key); };
    };
    bool named = false;
    fields_.eachKnown(
        root, "a merge",
        {{"merge_method", [&](const Node& node) { merge.method = method(node), named = true; }},
         {"base_model", [&](const Node& node) { merge.base = modelName(node); }},
         {"models", [&](const Node& node) { readModels(node, merge); }},
         {"slices", [&](const Node& node) { readSlices(node, merge); }},
         {"parameters", [&](const Node& node) { readSettings(node, merge.settings); }},
         {"dtype", [&](const Node& node) { merge.dtype = precision(node); }},
         {"out_dtype", pass("out_dtype")},
         {"tokenizer_source", pass("tokenizer_source")},
         {"tokenizer", pass("tokenizer")},
         {"chat_template", pass("chat_template")},
         {"name", pass("name")}});
    if (root.kind == Node::Kind::map) check(root, merge, named);
    return merge;
  }

 private:
  void check(const Node& root, const Merge& merge, bool named) const {
    if (!named) fields_.wrong(root.place, "'merge_method' is missing", "linear, slerp, ...");
    if ((root.find("models") != nullptr) == (root.find("slices") != nullptr)) {
      return fields_.wrong(root.place, "expected either 'models' or 'slices'");
    }
    const bool of_base = merge.method == Method::slerp || merge.method == Method::task_arithmetic;
    const bool own = std::all_of(merge.slices.begin(), merge.slices.end(),
                                 [](const Slice& slice) { return !slice.base.empty(); });
    if (of_base && merge.base.empty() && (!own || merge.slices.empty())) {
      fields_.wrong(root.place, fmt::format("{} needs a 'base_model'", name(merge.method)));
    }
    for (const Slice& slice : merge.slices) checkSlice(root, merge, slice);
  }

  void checkSlice(const Node& root, const Merge& merge, const Slice& slice) const {
    const std::size_t count = slice.ingredients.size();
    const yaml::Place& place = count == 0 ? root.place : slice.ingredients.front().place;
    if (count == 0) return fields_.wrong(place, "no models are named");
    if (merge.method == Method::passthrough && count != 1) {
      fields_.wrong(place, "passthrough takes one model a slice");
    }
    if (merge.method == Method::slerp) checkSlerp(place, merge, slice);
    std::uint64_t layers = 0;
    std::set<std::string> named;
    for (const Ingredient& one : slice.ingredients) {
      if (!named.insert(one.model).second) {
        fields_.wrong(one.place, yaml::quote(one.model) +
                                     " is named twice in one slice, of which mergekit takes the "
                                     "last alone");
      }
      if (one.end && layers != 0 && layers != *one.end - *one.first) {
        fields_.wrong(one.place, "a slice's models must have as many layers each");
      }
      if (one.end) layers = *one.end - *one.first;
    }
  }

  void checkSlerp(const yaml::Place& place, const Merge& merge, const Slice& slice) const {
    std::size_t others = 0;
    for (const Ingredient& one : slice.ingredients) others += one.model != merge.baseOf(slice);
    if (!merge.whole && slice.ingredients.size() == 1) return;  // that model as it is
    if (others != 1 || slice.ingredients.size() > 2) {
      fields_.wrong(place, "slerp takes two models, one of which is the base");
    }
    if (merge.settings.t.cases().empty() && slice.settings.t.cases().empty()) {
      fields_.wrong(place, "slerp needs the parameter 't'");
    }
  }

  Method method(const Node& node) const {
    std::vector<std::string> known;
    for (const auto& [word, method] : kMethods) {
      if (node.scalar == word) return method;
      known.emplace_back(word);
    }
    fields_.wrong(node.place, "merge_method " + yaml::quote(node.scalar) + " is not replayed",
                  yaml::nearest(node.scalar, known, ""));
    return Method::linear;
  }

  Precision precision(const Node& node) const {
    constexpr std::string_view kTorch = "torch.";
    std::string_view said = node.scalar;
    if (said.starts_with(kTorch)) said.remove_prefix(kTorch.size());
    std::vector<std::string> known;
    for (const auto& [word, precision] : kPrecisions) {
      if (said == word) return precision;
      known.emplace_back(word);
    }
    fields_.wrong(node.place, "unknown dtype " + yaml::quote(node.scalar),
                  yaml::nearest(node.scalar, known, ""));
    return Precision::stored;
  }

  std::string modelName(const Node& node) const { return fields_.text(node, "a model"); }

  void readModels(const Node& node, Merge& merge) const {
    merge.whole = true;
    merge.slices.push_back({ingredients(node, false), {}});
  }

  void readSlices(const Node& node, Merge& merge) const {
    if (node.kind != Node::Kind::list) {
      return fields_.wrong(node.place, "expected a list of slices, but got " + described(node));
    }
    for (const Node& item : node.items) {
      Slice& slice = merge.slices.emplace_back();
      fields_.eachKnown(
          item, "a slice",
          {{"sources", [&](const Node& list) { slice.ingredients = ingredients(list, true); }},
           {"base_model", [&](const Node& value) { slice.base = modelName(value); }},
           {"parameters", [&](const Node& map) { readSettings(map, slice.settings); }}});
    }
  }

  std::vector<Ingredient> ingredients(const Node& node, bool sliced) const {
    std::vector<Ingredient> list;
    if (node.kind != Node::Kind::list) {
      fields_.wrong(node.place, "expected a list of models, but got " + described(node));
      return list;
    }
    for (const Node& item : node.items) {
      Ingredient& one = list.emplace_back();
      one.place = item.place;
      std::map<std::string, std::function<void(const Node&)>> readers{
          {"model", [&](const Node& value) { one.model = modelName(value); }},
          {"parameters", [&](const Node& value) { readSettings(value, one.settings); }}};
      if (sliced) readers["layer_range"] = [&](const Node& value) { readLayers(value, one); };
      fields_.eachKnown(item, "a model", readers);
      if (item.kind == Node::Kind::map && item.find("model") == nullptr) {
        fields_.wrong(item.place, "'model' is missing");
      }
      if (sliced && item.kind == Node::Kind::map && item.find("layer_range") == nullptr) {
        fields_.wrong(item.place, "'layer_range' is missing", "layer_range: [0, 32]");
      }
    }
    return list;
  }

  void readLayers(const Node& node, Ingredient& one) const {
    const auto number = [](const Node& item) {
      return item.kind == Node::Kind::scalar ? yaml::integerOf(item.scalar) : std::nullopt;
    };
    const bool two = node.kind == Node::Kind::list && node.items.size() == 2;
    const auto first = two ? number(node.items[0]) : std::nullopt;
    const auto end = two ? number(node.items[1]) : std::nullopt;
    if (!first || !end || *first < 0 || *end <= *first ||
        static_cast<std::uint64_t>(*end) > kMostLayers) {
      const bool empty = first && end && *first >= 0 && *end == *first;
      return fields_.wrong(
          node.place,
          empty ? "the layers are none: the second number is the layer behind the last"
                : fmt::format("expected the first layer and the one behind the last, from 0 to {}",
                              kMostLayers),
          "layer_range: [0, 32]");
    }
    one.first = static_cast<std::uint64_t>(*first);
    one.end = static_cast<std::uint64_t>(*end);
  }

  void readSettings(const Node& node, Settings& settings) const {
    fields_.eachKnown(node, "parameters",
                      {{"weight", [&](const Node& value) { settings.weight = setting(value); }},
                       {"t", [&](const Node& value) { settings.t = setting(value); }},
                       {"lambda", [&](const Node& value) { settings.lambda = setting(value); }},
                       {"scale", [&](const Node& value) { settings.scale = setting(value); }},
                       {"normalize", [&](const Node& value) {
                          if (value.scalar == "true" || value.scalar == "false") {
                            settings.normalize = value.scalar == "true";
                          } else {
                            fields_.wrong(value.place,
                                          "expected true or false, but got " + described(value));
                          }
                        }}});
  }

  double number(const Node& node) const {
    const auto value = node.kind == Node::Kind::scalar ? yaml::numberOf(node.scalar) : std::nullopt;
    if (!value) fields_.wrong(node.place, "expected a number, but got " + described(node));
    return value.value_or(0);
  }

  std::vector<double> anchors(const Node& node) const {
    if (node.kind != Node::Kind::list) return {number(node)};
    std::vector<double> list;
    for (const Node& item : node.items) list.push_back(number(item));
    if (list.empty()) fields_.wrong(node.place, "expected numbers, but got none");
    return list;
  }

  Setting setting(const Node& node) const {
    const bool cases = node.kind == Node::Kind::list && !node.items.empty() &&
                       node.items.front().kind == Node::Kind::map;
    if (!cases) return Setting({{"", anchors(node)}});
    std::vector<Setting::Case> list;
    for (const Node& item : node.items) {
      Setting::Case& one = list.emplace_back();
      fields_.eachKnown(item, "a case",
                        {{"filter", [&](const Node& value) { one.filter = value.scalar; }},
                         {"value", [&](const Node& value) { one.anchors = anchors(value); }}});
      if (one.filter == "*") one.filter.clear();
      if (item.kind == Node::Kind::map && item.find("value") == nullptr) {
        fields_.wrong(item.place, "'value' is missing");
      }
    }
    return Setting(std::move(list));
  }

  yaml::Fields fields_;
};

Node scalarOf(std::string text, bool quotes = false) {
  Node node;
  node.kind = Node::Kind::scalar;
  node.scalar = std::move(text);
  node.quotes = quotes;
  return node;
}

Node mapOf(std::vector<std::pair<std::string, Node>> members) {
  Node node;
  node.kind = Node::Kind::map;
  for (auto& member : members) {
    node.members.push_back({scalarOf(std::move(member.first)), std::move(member.second)});
  }
  return node;
}

Node listOf(std::vector<Node> items) {
  Node node;
  node.kind = Node::Kind::list;
  node.items = std::move(items);
  return node;
}

Node anchorsNode(const std::vector<double>& anchors) {
  std::vector<Node> items;
  for (const double anchor : anchors) items.push_back(scalarOf(fmt::format("{}", anchor)));
  return items.size() == 1 ? items.front() : listOf(std::move(items));
}

Node settingNode(const Setting& setting) {
  const auto& cases = setting.cases();
  if (cases.size() == 1 && cases.front().filter.empty()) return anchorsNode(cases.front().anchors);
  std::vector<Node> items;
  for (const Setting::Case& one : cases) {
    std::vector<std::pair<std::string, Node>> members;
    if (!one.filter.empty()) members.emplace_back("filter", scalarOf(one.filter, true));
    members.emplace_back("value", anchorsNode(one.anchors));
    items.push_back(mapOf(std::move(members)));
  }
  return listOf(std::move(items));
}

void addSettings(const Settings& settings, std::vector<std::pair<std::string, Node>>& members) {
  std::vector<std::pair<std::string, Node>> list;
  const auto add = [&](const char* key, const Setting& setting) {
    if (!setting.cases().empty()) list.emplace_back(key, settingNode(setting));
  };
  add("weight", settings.weight);
  add("t", settings.t);
  add("lambda", settings.lambda);
  add("scale", settings.scale);
  if (settings.normalize) {
    list.emplace_back("normalize", scalarOf(*settings.normalize ? "true" : "false"));
  }
  if (!list.empty()) members.emplace_back("parameters", mapOf(std::move(list)));
}

Node ingredientNode(const Ingredient& one) {
  std::vector<std::pair<std::string, Node>> members{{"model", scalarOf(one.model, true)}};
  if (one.end) {
    members.emplace_back("layer_range", listOf({scalarOf(std::to_string(*one.first)),
                                                scalarOf(std::to_string(*one.end))}));
  }
  addSettings(one.settings, members);
  return mapOf(std::move(members));
}

Node ingredientsNode(const Slice& slice) {
  std::vector<Node> items;
  for (const Ingredient& one : slice.ingredients) items.push_back(ingredientNode(one));
  return listOf(std::move(items));
}

}  // namespace

std::optional<double> Setting::at(std::string_view tensor, double depth) const {
  for (const Case& one : cases_) {
    const bool fits = one.filter.empty() || tensor.find(one.filter) != std::string_view::npos;
    if (!fits || one.anchors.empty()) continue;
    const double scaled = depth * static_cast<double>(one.anchors.size() - 1);
    const auto low = std::min(static_cast<std::size_t>(scaled), one.anchors.size() - 1);
    const std::size_t high = std::min(low + 1, one.anchors.size() - 1);
    const double share = scaled - static_cast<double>(low);
    return (1 - share) * one.anchors[low] + share * one.anchors[high];
  }
  return std::nullopt;
}

std::string_view name(Method method) {
  for (const auto& [word, known] : kMethods) {
    if (known == method) return word;
  }
  return "";
}

std::vector<std::string> Merge::models() const {
  std::vector<std::string> list;
  const auto add = [&](const std::string& model) {
    if (!model.empty() && std::find(list.begin(), list.end(), model) == list.end()) {
      list.push_back(model);
    }
  };
  for (const Slice& slice : slices) {
    for (const Ingredient& one : slice.ingredients) add(one.model);
    add(slice.base);
  }
  add(base);
  return list;
}

Merge readMerge(std::string_view text, const std::string& file) {
  yaml::Document document = yaml::readDocument(text, file);
  Merge merge;
  if (document.readable) merge = MergeReader(document.diagnostics).read(document.root);
  yaml::throwIfAny(std::move(document.diagnostics));
  return merge;
}

std::string written(const Merge& merge) {
  std::vector<std::pair<std::string, Node>> members{
      {"merge_method", scalarOf(std::string(name(merge.method)))}};
  if (!merge.base.empty()) members.emplace_back("base_model", scalarOf(merge.base, true));
  if (merge.whole) {
    members.emplace_back("models", ingredientsNode(merge.slices.front()));
  } else {
    std::vector<Node> slices;
    for (const Slice& slice : merge.slices) {
      std::vector<std::pair<std::string, Node>> of_slice{{"sources", ingredientsNode(slice)}};
      if (!slice.base.empty()) of_slice.emplace_back("base_model", scalarOf(slice.base, true));
      addSettings(slice.settings, of_slice);
      slices.push_back(mapOf(std::move(of_slice)));
    }
    members.emplace_back("slices", listOf(std::move(slices)));
  }
  addSettings(merge.settings, members);
  for (const auto& [word, precision] : kPrecisions) {
    if (merge.dtype == precision) members.emplace_back("dtype", scalarOf(word));
  }
  return yaml::emit(mapOf(std::move(members)));
}

}  // namespace kindred::replay
