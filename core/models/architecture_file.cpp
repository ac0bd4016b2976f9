#include "models/architecture_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <stdexcept>

#include "models/config.hpp"
#include "models/shipped_architectures.hpp"
#include "words/names.hpp"
#include "yaml/fields.hpp"
#include "yaml/words.hpp"

namespace kindred::models {
namespace {

std::vector<std::string> roleNames() {
  std::vector<std::string> names;
  for (const RoleName& role : kRoles) names.emplace_back(role.name);
  return names;
}

class Reader {
 public:
  explicit Reader(std::vector<yaml::Diagnostic>& diagnostics) : fields_(diagnostics) {}

  ArchitectureFile read(const yaml::Node& root, const std::string& stem) {
    ArchitectureRules& rules = file_.rules;
    fields_.eachKnown(
        root, "an architecture file",
        {{"name", [&](const auto& node) { readName(node, stem); }},
         {"summary", [&](const auto& node) { rules.summary = fields_.text(node, "'summary'"); }},
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
         {"gauges", [&](const auto& node) { readGauges(node); }},
         {"untested", [&](const auto& node) { readUntested(node); }}});
    if (rules.name.empty() && root.find("name") == nullptr)
      fields_.wrong(root.place, "'name' is missing");
    if (rules.summary.empty() && root.find("summary") == nullptr)
      fields_.wrong(root.place, "'summary' is missing");
    return std::move(file_);
  }

 private:
  void readName(const yaml::Node& node, const std::string& stem) {
    file_.rules.name = fields_.text(node, "'name'");
    if (!file_.rules.name.empty() && file_.rules.name != stem) {
      fields_.wrong(node.place,
                    fmt::format("'name' is '{}', but the file is named '{}.yaml'",
                                words::escaped(file_.rules.name), words::escaped(stem)));
    }
  }

  void readComponent(const yaml::Node& node) {
    std::vector<std::string> known;
    for (const Component component : kComponents) {
      known.emplace_back(name(component));
      if (known.back() == fields_.text(node, "'component'")) file_.rules.component = component;
    }
    chosen(node, "'component'", known);
  }

  void readExtends(const yaml::Node& node) {
    file_.extends = fields_.text(node, "'extends'");
    file_.extends_place = node.place;
  }

  void readModelTypes(const yaml::Node& node) {
    fields_.eachText(node, "'model_type'", [&](const std::string& word, const yaml::Node& at) {
      file_.rules.model_types.push_back(word);
      file_.model_type_places[word] = at.place;
    });
  }

  void readClasses(const yaml::Node& node) {
    fields_.eachText(node, "'classes'", [&](const std::string& word, const yaml::Node&) {
      file_.rules.classes.push_back(word);
    });
  }

  void readVariant(const yaml::Node& node) {
    ArchitectureRules& rules = file_.rules;
    fields_.eachKnown(
        node, "a variant",
        {{"of", [&](const yaml::Node& value) { rules.variant_of = fields_.text(value, "'of'"); }},
         {"where", [&](const yaml::Node& value) {
            const std::string text = fields_.text(value, "'where'");
            if (!text.empty()) rules.where = pattern(text, value);
          }}});
    if (node.kind != yaml::Node::Kind::map ||
        (node.find("of") != nullptr && node.find("where") != nullptr))
      return;
    fields_.wrong(node.place, "a variant needs 'of' and 'where'");
  }

  void readRotary(const yaml::Node& node) {
    const std::string word = fields_.text(node, "'rotary'");
    if (word.empty()) return;
    if (word != "half" && word != "interleaved" && word != "none") {
      fields_.unknown(node.place, "layout of rotary pairs", word, {"half", "interleaved", "none"});
    }
    file_.has_rotary = file_.has_rotary_part = true;
    file_.rules.rotary_interleaved = word == "interleaved";
    if (word == "none") file_.rules.rotary_part = 0;
  }

  void readRotaryPart(const yaml::Node& node) {
    const std::string word = fields_.text(node, "'rotary_part'");
    if (word.empty()) return;
    double part = 0;
    const auto [end, problem] = std::from_chars(word.data(), word.data() + word.size(), part);
    if (problem != std::errc{} || end != word.data() + word.size() || !(part > 0 && part <= 1)) {
      return fields_.wrong(node.place, fmt::format("'rotary_part' is '{}'", words::escaped(word)),
                           "the part of a head that turns, above 0 and at most 1");
    }
    file_.has_rotary_part = true;
    file_.rules.rotary_part = part;
  }

  bool checkRole(const std::string& role, const yaml::Node& node) const {
    const std::vector<std::string> known = roleNames();
    if (std::find(known.begin(), known.end(), role) != known.end()) return true;
    fields_.unknown(node.place, "role", role, known);
    return false;
  }

  template <typename Pattern = NamePattern>
  std::optional<Pattern> pattern(const std::string& text, const yaml::Node& node) const {
    try {
      return Pattern(text);
    } catch (const std::invalid_argument& problem) {
      fields_.wrong(node.place,
                    fmt::format("pattern '{}': {}", words::escaped(text), problem.what()));
      return std::nullopt;
    }
  }

  void readRoles(const yaml::Node& node) {
    fields_.eachPair(node, "'roles'", [&](const yaml::Node& key, const yaml::Node& value) {
      const std::string role = key.scalar;
      if (!checkRole(role, key)) return;
      if (value.kind == yaml::Node::Kind::null) return file_.removed_roles.push_back(role);
      fields_.eachText(value, "a pattern", [&](const std::string& text, const yaml::Node& at) {
        if (auto good = pattern(text, at)) file_.rules.roles[role].push_back(std::move(*good));
      });
    });
  }

  void readSplits(const yaml::Node& node) {
    file_.has_splits = true;
    if (node.kind == yaml::Node::Kind::null) return;  // none of those that are extended
    if (node.kind != yaml::Node::Kind::list)
      return fields_.wrong(node.place, "'split' must be a list");
    for (const yaml::Node& item : node.items) readSplit(item);
  }

  static bool isOfExpert(const NamePattern& pattern) {
    return pattern.text().find("{expert}") != std::string::npos;
  }

  void readSplit(const yaml::Node& node) {
    std::vector<NamePattern> from;
    SplitRule rule{NamePattern("-"), {}, {}, {}};
    std::string stored = "rows";
    fields_.eachKnown(
        node, "a split",
        {{"from",
          [&](const yaml::Node& value) {
            fields_.eachText(value, "'from'", [&](const auto& text, const auto& at) {
              if (auto good = pattern(text, at)) from.push_back(std::move(*good));
            });
          }},
         {"into", [&](const yaml::Node& value) { readParts(value, rule.parts); }},
         {"experts",
          [&](const yaml::Node& value) { rule.experts = dimension(value, "'experts'"); }},
         {"each", [&](const yaml::Node& value) { rule.each = dimension(value, "'each'"); }},
         {"stored",
          [&](const yaml::Node& value) {
            stored = chosen(value, "'stored'", {"rows", "columns", "either"});
          }},
         {"order", [&](const yaml::Node& value) {
            rule.alternating = chosen(value, "'order'", {"blocks", "alternating"}) == "alternating";
          }}});
    if (node.kind != yaml::Node::Kind::map) return;
    for (const char* key : {"from", "into"}) {
      if (node.find(key) == nullptr)
        fields_.wrong(node.place, fmt::format("a split needs '{}'", key));
    }
    const bool of_experts =
        !rule.experts.empty() || std::any_of(from.begin(), from.end(), isOfExpert);
    if ((rule.experts.empty() && stored == "either") || (rule.alternating && !of_experts)) {
      fields_.wrong(node.place, "only matrices of experts may be stored either way, or alternate",
                    "'experts' says how many there are");
    }
    const bool rest = std::any_of(rule.parts.begin(), rule.parts.end(),
                                  [](const SplitPart& part) { return part.factors.empty(); });
    if (rest && !rule.each.empty()) fields_.wrong(node.place, "'each' leaves no 'rest'");
    if (!rule.each.empty() && (rule.alternating || !rule.experts.empty())) {
      fields_.wrong(node.place, "'each' goes with neither 'experts' nor 'order'");
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

  void readProducts(const yaml::Node& node) {
    file_.has_products = true;
    if (node.kind == yaml::Node::Kind::null) return;  // none of those that are extended
    if (node.kind != yaml::Node::Kind::list)
      return fields_.wrong(node.place, "'products' must be a list");
    for (const yaml::Node& item : node.items) readProduct(item);
  }

  void readProduct(const yaml::Node& node) {
    ProductRule rule;
    const auto role = [&](const yaml::Node& value, std::string_view what, std::string& into) {
      into = fields_.text(value, what);
      if (!into.empty()) checkRole(into, value);
    };
    fields_.eachKnown(
        node, "a product",
        {{"of", [&](const yaml::Node& value) { role(value, "'of'", rule.of); }},
         {"gains", [&](const yaml::Node& value) { role(value, "'gains'", rule.gains); }},
         {"times", [&](const yaml::Node& value) { role(value, "'times'", rule.times); }},
         {"each", [&](const yaml::Node& value) { rule.each = dimension(value, "'each'"); }},
         {"into", [&](const yaml::Node& value) { readParts(value, rule.parts); }}});
    if (node.kind != yaml::Node::Kind::map) return;
    for (const char* key : {"of", "times", "each", "into"}) {
      if (node.find(key) == nullptr)
        fields_.wrong(node.place, fmt::format("a product needs '{}'", key));
    }
    for (const SplitPart& part : rule.parts) {
      if (part.factors.empty()) fields_.wrong(node.place, "'each' leaves no 'rest'");
    }
    file_.rules.products.push_back(std::move(rule));
  }

  std::string dimension(const yaml::Node& node, std::string_view what) const {
    const std::vector<std::string> counted = factors(node);
    if (counted.size() == 1) return counted.front();
    fields_.wrong(node.place, fmt::format("{} is one dimension", what));
    return {};
  }

  // One of some words; the first where another stands there.
  std::string chosen(const yaml::Node& node, std::string_view what,
                     const std::vector<std::string>& words) const {
    std::string word = fields_.text(node, what);
    if (std::find(words.begin(), words.end(), word) != words.end()) return word;
    if (!word.empty()) fields_.unknown(node.place, what, word, words);
    return words.front();
  }

  // A list, because the order of the rows counts: [attention.q: heads * head_dim, ...]
  void readParts(const yaml::Node& node, std::vector<SplitPart>& parts) {
    if (node.kind != yaml::Node::Kind::list)
      return fields_.wrong(node.place, "'into' must be a list of ROLE: ROWS");
    for (const yaml::Node& item : node.items) {
      fields_.eachPair(
          item, "a part of a split", [&](const yaml::Node& key, const yaml::Node& rows) {
            if (key.scalar != kOther && !checkRole(key.scalar, key)) return;
            const bool rest = rows.kind == yaml::Node::Kind::scalar && rows.scalar == "rest";
            parts.push_back({key.scalar, rest ? std::vector<std::string>{} : factors(rows)});
          });
    }
  }

  std::vector<std::string> factors(const yaml::Node& node) const {
    std::vector<std::string> known, list;
    for (const DimensionName& dimension : dimensionNames()) known.emplace_back(dimension.name);
    std::string rest = fields_.text(node, "the number of rows");
    while (!rest.empty()) {
      const std::size_t star = rest.find('*');
      std::string word = rest.substr(0, star);
      rest = star == std::string::npos ? "" : rest.substr(star + 1);
      word.erase(0, word.find_first_not_of(' '));
      word.erase(word.find_last_not_of(' ') + 1);
      if (std::find(known.begin(), known.end(), word) != known.end()) {
        list.push_back(word);
      } else {
        fields_.unknown(node.place, "dimension", word, known);
      }
    }
    return list;
  }

  void readGauges(const yaml::Node& node) {
    fields_.eachPair(node, "'gauges'", [&](const yaml::Node& key, const yaml::Node& value) {
      const std::optional<Gauge> known = gaugeNamed(key.scalar);
      if (!known || known == Gauge::none) {
        return fields_.unknown(key.place, "gauge", key.scalar,
                               {kGaugeNames.begin(), kGaugeNames.end() - 1});
      }
      if (value.kind == yaml::Node::Kind::null) return file_.removed_gauges.push_back(*known);
      readGauge(*known, key, value);
    });
  }

  void readGauge(Gauge which, const yaml::Node& key, const yaml::Node& node) {
    GaugeRule rule;
    rule.which = which;
    fields_.eachKnown(
        node, "a gauge",
        {{"sign", [&](const yaml::Node& value) { readAxes(value, rule.sign); }},
         {"permutation", [&](const yaml::Node& value) { readAxes(value, rule.permutation); }},
         {"refused", [&](const yaml::Node& value) { readAxes(value, rule.refused); }},
         {"moves", [&](const yaml::Node& value) { readScope(value, rule.scope); }},
         {"unless", [&](const yaml::Node& value) { rule.unless = dimension(value, "'unless'"); }},
         {"otherwise",
          [&](const yaml::Node& value) { rule.otherwise = fields_.text(value, "'otherwise'"); }},
         {"because",
          [&](const yaml::Node& value) { rule.because = fields_.text(value, "'because'"); }}});
    if (node.kind != yaml::Node::Kind::map) return;
    if (node.find("because") == nullptr)
      fields_.wrong(key.place, fmt::format("gauge '{}' needs 'because'", key.scalar));
    const bool granted = node.find("sign") != nullptr || node.find("permutation") != nullptr;
    if (granted == (node.find("refused") != nullptr)) {
      fields_.wrong(
          key.place,
          fmt::format("gauge '{}' must have 'sign' or 'permutation', or 'refused'", key.scalar));
    }
    if ((node.find("unless") == nullptr) != (node.find("otherwise") == nullptr)) {
      fields_.wrong(key.place,
                    fmt::format("gauge '{}' needs both 'unless' and 'otherwise'", key.scalar),
                    "why it does not hold where the dimension is more than one");
    }
    file_.rules.gauges.push_back(std::move(rule));
  }

  void readUntested(const yaml::Node& node) {
    if (node.kind != yaml::Node::Kind::list)
      return fields_.wrong(node.place, "'untested' must be a list");
    for (const yaml::Node& item : node.items) {
      UntestedRule rule;
      fields_.eachKnown(
          item, "what is untested",
          {{"names",
            [&](const yaml::Node& value) {
              fields_.eachText(value, "'names'", [&](const std::string& text, const auto& at) {
                if (auto good = pattern<words::Pattern>(text, at)) rule.names.push_back(*good);
              });
            }},
           {"because",
            [&](const yaml::Node& value) { rule.because = fields_.text(value, "'because'"); }}});
      if (item.kind != yaml::Node::Kind::map) continue;
      for (const char* key : {"names", "because"}) {
        if (item.find(key) == nullptr)
          fields_.wrong(item.place, fmt::format("what is untested needs '{}'", key));
      }
      file_.rules.untested.push_back(std::move(rule));
    }
  }

  void readScope(const yaml::Node& node, Scope& scope) const {
    const std::string word = fields_.text(node, "'moves'");
    std::vector<std::string> known;
    for (int i = 0; i <= static_cast<int>(Scope::whole_groups); ++i) {
      known.emplace_back(name(static_cast<Scope>(i)));
      if (known.back() == word) scope = static_cast<Scope>(i);
    }
    if (!word.empty() && name(scope) != word) fields_.unknown(node.place, "'moves'", word, known);
  }

  // "mlp.up rows"
  void readAxes(const yaml::Node& node, std::vector<RoleAxis>& axes) const {
    fields_.eachText(node, "an axis", [&](const std::string& text, const yaml::Node& at) {
      const std::size_t space = text.find(' ');
      const std::string role = text.substr(0, space);
      const std::string axis = space == std::string::npos ? "" : text.substr(space + 1);
      if (axis != "rows" && axis != "columns") {
        return fields_.wrong(at.place, fmt::format("'{}' is no axis", words::escaped(text)),
                             "ROLE rows, or ROLE columns");
      }
      if (checkRole(role, at)) axes.push_back({role, axis == "rows" ? 0u : 1u});
    });
  }

  yaml::Fields fields_;
  ArchitectureFile file_;
};

}  // namespace

ArchitectureFile readArchitectureFile(const std::filesystem::path& path,
                                      std::vector<yaml::Diagnostic>& diagnostics) {
  const std::string stem = path.stem().string();
  ArchitectureFile file;
  file.rules.name = stem;  // what others extend, even where 'name' is wrong
  const std::optional<std::string> text = yaml::readText(path);
  if (!text) {
    diagnostics.push_back({{path.string()}, "the file cannot be read", "check its permissions"});
    return file;
  }
  const yaml::Document document = yaml::readDocument(*text, path.string());
  diagnostics.insert(diagnostics.end(), document.diagnostics.begin(), document.diagnostics.end());
  if (!document.readable) return file;
  if (document.root.kind != yaml::Node::Kind::map) {
    diagnostics.push_back({document.root.place, "the file is not a map of keys", ""});
    return file;
  }
  file = Reader(diagnostics).read(document.root, stem);
  file.rules.name = stem;
  if (!isShipped(stem, *text)) file.rules.foreign[stem] = *text;
  return file;
}

}  // namespace kindred::models
