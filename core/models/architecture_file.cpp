#include "models/architecture_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "models/config.hpp"
#include "models/names.hpp"
#include "models/shipped_architectures.hpp"

namespace kindred::models {
namespace {

std::vector<std::string> roleNames() {
  std::vector<std::string> names;
  for (const RoleName& role : kRoles) names.emplace_back(role.name);
  return names;
}

class Reader {
 public:
  explicit Reader(const YamlFile& yaml) : yaml_(yaml) {}

  ArchitectureFile read(const std::string& stem) {
    const YAML::Node& root = yaml_.root();
    ArchitectureRules& rules = file_.rules;
    yaml_.eachKnown(
        root, "an architecture file",
        {{"name", [&](const auto& node) { readName(node, stem); }},
         {"summary", [&](const auto& node) { rules.summary = yaml_.text(node, "'summary'"); }},
         {"component", [&](const auto& node) { readComponent(node); }},
         {"extends", [&](const auto& node) { readExtends(node); }},
         {"model_type", [&](const auto& node) { readModelTypes(node); }},
         {"classes", [&](const auto& node) { readClasses(node); }},
         {"variant", [&](const auto& node) { readVariant(node); }},
         {"rotary", [&](const auto& node) { readRotary(node); }},
         {"rotary_part", [&](const auto& node) { readRotaryPart(node); }},
         {"gains",
          [&](const auto& node) {
            rules.gains_plus_one = chosen(node, "'gains'", {"plain", "plus_one"}) == "plus_one";
            file_.has_gains = true;
          }},
         {"roles", [&](const auto& node) { readRoles(node); }},
         {"split", [&](const auto& node) { readSplits(node); }},
         {"products", [&](const auto& node) { readProducts(node); }},
         {"gauges", [&](const auto& node) { readGauges(node); }}});
    if (rules.name.empty() && !root["name"]) yaml_.wrong(root, "'name' is missing");
    if (rules.summary.empty() && !root["summary"]) yaml_.wrong(root, "'summary' is missing");
    return std::move(file_);
  }

 private:
  void readName(const YAML::Node& node, const std::string& stem) {
    file_.rules.name = yaml_.text(node, "'name'");
    if (!file_.rules.name.empty() && file_.rules.name != stem) {
      yaml_.wrong(node, fmt::format("'name' is '{}', but the file is named '{}.yaml'",
                                    escaped(file_.rules.name), escaped(stem)));
    }
  }

  void readComponent(const YAML::Node& node) {
    std::vector<std::string> known;
    for (const Component component : kComponents) {
      known.emplace_back(name(component));
      if (known.back() == yaml_.text(node, "'component'")) file_.rules.component = component;
    }
    chosen(node, "'component'", known);
  }

  void readExtends(const YAML::Node& node) {
    file_.extends = yaml_.text(node, "'extends'");
    file_.extends_node = node;
  }

  void readModelTypes(const YAML::Node& node) {
    yaml_.eachText(node, "'model_type'", [&](const std::string& word, const YAML::Node& at) {
      file_.rules.model_types.push_back(word);
      file_.model_type_nodes[word] = at;
    });
  }

  void readClasses(const YAML::Node& node) {
    yaml_.eachText(node, "'classes'", [&](const std::string& word, const YAML::Node&) {
      file_.rules.classes.push_back(word);
    });
  }

  void readVariant(const YAML::Node& node) {
    ArchitectureRules& rules = file_.rules;
    yaml_.eachKnown(
        node, "a variant",
        {{"of", [&](const YAML::Node& value) { rules.variant_of = yaml_.text(value, "'of'"); }},
         {"where", [&](const YAML::Node& value) {
            const std::string text = yaml_.text(value, "'where'");
            if (!text.empty()) rules.where = pattern(text, value);
          }}});
    if (!node.IsMap() || (node["of"] && node["where"])) return;
    yaml_.wrong(node, "a variant needs 'of' and 'where'");
  }

  void readRotary(const YAML::Node& node) {
    const std::string word = yaml_.text(node, "'rotary'");
    if (word.empty()) return;
    if (word != "half" && word != "interleaved" && word != "none") {
      yaml_.unknown(node, "layout of rotary pairs", word, {"half", "interleaved", "none"});
    }
    file_.has_rotary = file_.has_rotary_part = true;
    file_.rules.rotary_interleaved = word == "interleaved";
    if (word == "none") file_.rules.rotary_part = 0;
  }

  void readRotaryPart(const YAML::Node& node) {
    const std::string word = yaml_.text(node, "'rotary_part'");
    if (word.empty()) return;
    double part = 0;
    const auto [end, problem] = std::from_chars(word.data(), word.data() + word.size(), part);
    if (problem != std::errc{} || end != word.data() + word.size() || !(part > 0 && part <= 1)) {
      return yaml_.wrong(node, fmt::format("'rotary_part' is '{}'", escaped(word)),
                         "the part of a head that turns, above 0 and at most 1");
    }
    file_.has_rotary_part = true;
    file_.rules.rotary_part = part;
  }

  bool checkRole(const std::string& role, const YAML::Node& node) const {
    const std::vector<std::string> known = roleNames();
    if (std::find(known.begin(), known.end(), role) != known.end()) return true;
    yaml_.unknown(node, "role", role, known);
    return false;
  }

  std::optional<NamePattern> pattern(const std::string& text, const YAML::Node& node) const {
    try {
      return NamePattern(text);
    } catch (const std::invalid_argument& problem) {
      yaml_.wrong(node, fmt::format("pattern '{}': {}", escaped(text), problem.what()));
      return std::nullopt;
    }
  }

  void readRoles(const YAML::Node& node) {
    yaml_.eachPair(node, "'roles'", [&](const YAML::Node& key, const YAML::Node& value) {
      const std::string role = key.Scalar();
      if (!checkRole(role, key)) return;
      if (value.IsNull()) return file_.removed_roles.push_back(role);
      yaml_.eachText(value, "a pattern", [&](const std::string& text, const YAML::Node& at) {
        if (auto good = pattern(text, at)) file_.rules.roles[role].push_back(std::move(*good));
      });
    });
  }

  void readSplits(const YAML::Node& node) {
    file_.has_splits = true;
    if (node.IsNull()) return;  // none of those that are extended
    if (!node.IsSequence()) return yaml_.wrong(node, "'split' must be a list");
    for (const YAML::Node& item : node) readSplit(item);
  }

  void readSplit(const YAML::Node& node) {
    std::vector<NamePattern> from;
    SplitRule rule{NamePattern("-"), {}, {}, {}};
    std::string stored = "rows";
    yaml_.eachKnown(
        node, "a split",
        {{"from",
          [&](const YAML::Node& value) {
            yaml_.eachText(value, "'from'", [&](const auto& text, const auto& at) {
              if (auto good = pattern(text, at)) from.push_back(std::move(*good));
            });
          }},
         {"into", [&](const YAML::Node& value) { readParts(value, rule.parts); }},
         {"experts",
          [&](const YAML::Node& value) { rule.experts = dimension(value, "'experts'"); }},
         {"each", [&](const YAML::Node& value) { rule.each = dimension(value, "'each'"); }},
         {"stored",
          [&](const YAML::Node& value) {
            stored = chosen(value, "'stored'", {"rows", "columns", "either"});
          }},
         {"order", [&](const YAML::Node& value) {
            rule.alternating = chosen(value, "'order'", {"blocks", "alternating"}) == "alternating";
          }}});
    if (!node.IsMap()) return;
    for (const char* key : {"from", "into"}) {
      if (!node[key]) yaml_.wrong(node, fmt::format("a split needs '{}'", key));
    }
    if (rule.experts.empty() && (stored == "either" || rule.alternating)) {
      yaml_.wrong(node, "only matrices of experts may be stored either way, or alternate",
                  "'experts' says how many there are");
    }
    const bool rest = std::any_of(rule.parts.begin(), rule.parts.end(),
                                  [](const SplitPart& part) { return part.factors.empty(); });
    if (rest && !rule.each.empty()) yaml_.wrong(node, "'each' leaves no 'rest'");
    if (!rule.each.empty() && (rule.alternating || !rule.experts.empty())) {
      yaml_.wrong(node, "'each' goes with neither 'experts' nor 'order'");
    }
    for (const NamePattern& each : from) {
      rule.from = each;
      for (const bool transposed : {false, true}) {
        if (stored == (transposed ? "rows" : "columns")) continue;
        rule.transposed = transposed;
        file_.rules.splits.push_back(rule);
      }
    }
  }

  void readProducts(const YAML::Node& node) {
    file_.has_products = true;
    if (node.IsNull()) return;  // none of those that are extended
    if (!node.IsSequence()) return yaml_.wrong(node, "'products' must be a list");
    for (const YAML::Node& item : node) readProduct(item);
  }

  void readProduct(const YAML::Node& node) {
    ProductRule rule;
    const auto role = [&](const YAML::Node& value, std::string_view what, std::string& into) {
      into = yaml_.text(value, what);
      if (!into.empty()) checkRole(into, value);
    };
    yaml_.eachKnown(
        node, "a product",
        {{"of", [&](const YAML::Node& value) { role(value, "'of'", rule.of); }},
         {"gains", [&](const YAML::Node& value) { role(value, "'gains'", rule.gains); }},
         {"times", [&](const YAML::Node& value) { role(value, "'times'", rule.times); }},
         {"each", [&](const YAML::Node& value) { rule.each = dimension(value, "'each'"); }},
         {"into", [&](const YAML::Node& value) { readParts(value, rule.parts); }}});
    if (!node.IsMap()) return;
    for (const char* key : {"of", "times", "each", "into"}) {
      if (!node[key]) yaml_.wrong(node, fmt::format("a product needs '{}'", key));
    }
    for (const SplitPart& part : rule.parts) {
      if (part.factors.empty()) yaml_.wrong(node, "'each' leaves no 'rest'");
    }
    file_.rules.products.push_back(std::move(rule));
  }

  std::string dimension(const YAML::Node& node, std::string_view what) const {
    const std::vector<std::string> counted = factors(node);
    if (counted.size() == 1) return counted.front();
    yaml_.wrong(node, fmt::format("{} is one dimension", what));
    return {};
  }

  // One of some words; the first where another stands there.
  std::string chosen(const YAML::Node& node, std::string_view what,
                     const std::vector<std::string>& words) const {
    std::string word = yaml_.text(node, what);
    if (std::find(words.begin(), words.end(), word) != words.end()) return word;
    if (!word.empty()) yaml_.unknown(node, what, word, words);
    return words.front();
  }

  // A list, because the order of the rows counts: [attention.q: heads * head_dim, ...]
  void readParts(const YAML::Node& node, std::vector<SplitPart>& parts) {
    if (!node.IsSequence()) return yaml_.wrong(node, "'into' must be a list of ROLE: ROWS");
    for (const YAML::Node& item : node) {
      yaml_.eachPair(item, "a part of a split", [&](const YAML::Node& key, const YAML::Node& rows) {
        if (!checkRole(key.Scalar(), key)) return;
        const bool rest = rows.IsScalar() && rows.Scalar() == "rest";
        parts.push_back({key.Scalar(), rest ? std::vector<std::string>{} : factors(rows)});
      });
    }
  }

  std::vector<std::string> factors(const YAML::Node& node) const {
    std::vector<std::string> known, list;
    for (const DimensionName& dimension : dimensionNames()) known.emplace_back(dimension.name);
    std::string rest = yaml_.text(node, "the number of rows");
    while (!rest.empty()) {
      const std::size_t star = rest.find('*');
      std::string word = rest.substr(0, star);
      rest = star == std::string::npos ? "" : rest.substr(star + 1);
      word.erase(0, word.find_first_not_of(' '));
      word.erase(word.find_last_not_of(' ') + 1);
      if (std::find(known.begin(), known.end(), word) != known.end()) {
        list.push_back(word);
      } else {
        yaml_.unknown(node, "dimension", word, known);
      }
    }
    return list;
  }

  void readGauges(const YAML::Node& node) {
    yaml_.eachPair(node, "'gauges'", [&](const YAML::Node& key, const YAML::Node& value) {
      if (value.IsNull()) return file_.removed_gauges.push_back(key.Scalar());
      readGauge(key, value);
    });
  }

  void readGauge(const YAML::Node& key, const YAML::Node& node) {
    GaugeRule rule;
    rule.name = key.Scalar();
    yaml_.eachKnown(
        node, "a gauge",
        {{"sign", [&](const YAML::Node& value) { readAxes(value, rule.sign); }},
         {"permutation", [&](const YAML::Node& value) { readAxes(value, rule.permutation); }},
         {"refused", [&](const YAML::Node& value) { readAxes(value, rule.refused); }},
         {"moves", [&](const YAML::Node& value) { readScope(value, rule.scope); }},
         {"unless", [&](const YAML::Node& value) { rule.unless = dimension(value, "'unless'"); }},
         {"otherwise",
          [&](const YAML::Node& value) { rule.otherwise = yaml_.text(value, "'otherwise'"); }},
         {"because",
          [&](const YAML::Node& value) { rule.because = yaml_.text(value, "'because'"); }}});
    if (!node.IsMap()) return;
    if (!node["because"]) yaml_.wrong(key, fmt::format("gauge '{}' needs 'because'", rule.name));
    const bool granted = node["sign"] || node["permutation"];
    if (granted == static_cast<bool>(node["refused"])) {
      yaml_.wrong(key, fmt::format("gauge '{}' must have 'sign' or 'permutation', or 'refused'",
                                   rule.name));
    }
    if (static_cast<bool>(node["unless"]) != static_cast<bool>(node["otherwise"])) {
      yaml_.wrong(key, fmt::format("gauge '{}' needs both 'unless' and 'otherwise'", rule.name),
                  "why it does not hold where the dimension is more than one");
    }
    file_.rules.gauges.push_back(std::move(rule));
  }

  void readScope(const YAML::Node& node, Scope& scope) const {
    const std::string word = yaml_.text(node, "'moves'");
    std::vector<std::string> known;
    for (int i = 0; i <= static_cast<int>(Scope::whole_groups); ++i) {
      known.emplace_back(name(static_cast<Scope>(i)));
      if (known.back() == word) scope = static_cast<Scope>(i);
    }
    if (!word.empty() && name(scope) != word) yaml_.unknown(node, "'moves'", word, known);
  }

  // "mlp.up rows"
  void readAxes(const YAML::Node& node, std::vector<RoleAxis>& axes) const {
    yaml_.eachText(node, "an axis", [&](const std::string& text, const YAML::Node& at) {
      const std::size_t space = text.find(' ');
      const std::string role = text.substr(0, space);
      const std::string axis = space == std::string::npos ? "" : text.substr(space + 1);
      if (axis != "rows" && axis != "columns") {
        return yaml_.wrong(at, fmt::format("'{}' is no axis", escaped(text)),
                           "ROLE rows, or ROLE columns");
      }
      if (checkRole(role, at)) axes.push_back({role, axis == "rows" ? 0u : 1u});
    });
  }

  const YamlFile& yaml_;
  ArchitectureFile file_;
};

}  // namespace

ArchitectureFile readArchitectureFile(const std::filesystem::path& path, YamlIssues& issues) {
  const auto yaml = std::make_shared<YamlFile>(path, issues);
  ArchitectureFile file;
  if (yaml->root().IsMap()) file = Reader(*yaml).read(path.stem().string());
  file.rules.name = path.stem().string();  // what others extend, even where 'name' is wrong
  std::ifstream stream(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (!isShipped(file.rules.name, text)) file.rules.foreign[file.rules.name] = std::move(text);
  file.yaml = yaml;
  return file;
}

}  // namespace kindred::models
