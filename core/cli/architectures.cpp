// kindred architectures: lists model families, or shows the roles and gauges of one.
#include "models/architecture.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

#include <kindred/error.hpp>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "models/architecture_rules.hpp"
#include "report/text.hpp"
#include "words/near.hpp"

namespace kindred::cli {
namespace {

using models::Architecture;
using models::GaugeRule;
using models::RoleAxis;
using Json = nlohmann::ordered_json;

constexpr Option kArchitecturesOptions[] = {kJson};
constexpr std::size_t kRoleColumns = 24;

std::size_t columns() { return outputColumns().value_or(report::kWidth); }

// A name in a line of its own, broken behind dots where it is longer than that.
std::string inLines(const std::string& name, std::size_t indent) {
  std::string text, line(indent, ' ');
  for (std::size_t at = 0; at < name.size();) {
    const std::size_t end = std::min(name.find('.', at), name.size() - 1) + 1;
    if (line.size() > indent + 2 && line.size() + end - at > columns()) {
      text += line + '\n';
      line.assign(indent + 2, ' ');
    }
    line += name.substr(at, end - at);
    at = end;
  }
  return text + line + '\n';
}

// The words in lines that the terminal holds, all but the first indented.
std::string wrapped(const std::string& first, std::size_t indent,
                    const std::vector<std::string>& words, const std::string& separator = "") {
  std::string text, line = first;
  line.resize(std::max(line.size() + 1, indent), ' ');
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string word = words[i] + (i + 1 < words.size() ? separator : "");
    if (line.size() > indent && line.size() + word.size() > columns()) {
      text += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
      line.assign(indent, ' ');
    }
    line += word + ' ';
  }
  return text + line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
}

std::vector<std::string> wordsOf(const std::string& sentence) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < sentence.size();) {
    const std::size_t end = std::min(sentence.find(' ', at), sentence.size());
    if (end > at) words.push_back(sentence.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

template <typename Thing>  // with a text()
std::vector<std::string> texts(const std::vector<Thing>& things) {
  std::vector<std::string> list;
  for (const Thing& thing : things) list.push_back(thing.text());
  return list;
}

std::string describe(const GaugeRule& rule) {
  std::string text = fmt::format("  {}", kindred::name(rule.which));
  if (rule.scope != models::Scope::each) {
    text += fmt::format(" (moves {})", models::name(rule.scope));
  }
  text += '\n';
  const bool refused = rule.sign.empty() && rule.permutation.empty();
  if (!rule.permutation.empty()) {
    text += wrapped("    permutation", 17, texts(rule.permutation), ",");
  }
  if (!rule.sign.empty()) text += wrapped("    sign", 17, texts(rule.sign), ",");
  if (refused) text += wrapped("    refused", 17, texts(rule.refused), ",");
  return text + wrapped("    because", 17, wordsOf(rule.because));
}

// How rotary pairs lie, in the file's word or for people.
std::string_view rotaryOf(const Architecture& architecture, bool for_people) {
  if (architecture.rotaryPart() == 0) return "none";
  if (architecture.rotaryInterleaved()) return for_people ? "neighbours" : "interleaved";
  return for_people ? "half the width apart" : "half";
}

std::string describe(const Architecture& architecture) {
  std::string text = wrapped(architecture.name() + ":", 2, wordsOf(architecture.summary()));
  text += wrapped("model_type:", 2, architecture.modelTypes(), ",");
  text += fmt::format("rotary pairs: {}\n\nroles:\n", rotaryOf(architecture, true));
  for (const std::string& role : architecture.roles()) {
    for (const std::string& pattern : architecture.patterns(role)) {
      const bool fits = kRoleColumns + pattern.size() <= columns();
      text += fits ? wrapped("  " + role, kRoleColumns, {pattern})
                   : "  " + role + "\n" + inLines(pattern, 6);
    }
  }
  text += "\ngauges:\n";
  for (const GaugeRule& rule : architecture.rules()) text += describe(rule);
  if (!architecture.untested().empty()) text += "\nuntested:\n";
  for (const models::UntestedRule& rule : architecture.untested()) {
    text += wrapped("  names", 17, texts(rule.names), ",");
    text += wrapped("    because", 17, wordsOf(rule.because));
  }
  return text;
}

Json toJson(const Architecture& architecture) {
  Json roles = Json::object(), gauges = Json::array(), untested = Json::array();
  for (const std::string& role : architecture.roles()) roles[role] = architecture.patterns(role);
  for (const GaugeRule& rule : architecture.rules()) {
    gauges.push_back({{"name", kindred::name(rule.which)},
                      {"moves", models::name(rule.scope)},
                      {"permutation", texts(rule.permutation)},
                      {"sign", texts(rule.sign)},
                      {"refused", texts(rule.refused)},
                      {"because", rule.because}});
  }
  for (const models::UntestedRule& rule : architecture.untested()) {
    untested.push_back({{"names", texts(rule.names)}, {"because", rule.because}});
  }
  return {{"name", architecture.name()},
          {"summary", architecture.summary()},
          {"model_type", architecture.modelTypes()},
          {"rotary", rotaryOf(architecture, false)},
          {"roles", roles},
          {"gauges", gauges},
          {"untested", untested}};
}

const Architecture& named(const models::ArchitectureRegistry& registry, const std::string& name) {
  if (const Architecture* found = registry.named(name)) return *found;
  std::vector<std::string> known;
  for (const Architecture& each : registry.all()) known.push_back(each.name());
  const std::vector<std::string> near = words::near(name, known, 1);
  throw inputError("", fmt::format("there is no architecture '{}'", name),
                   near.empty() ? fmt::format("known: {}", fmt::join(known, ", "))
                                : fmt::format("did you mean '{}'?", near.front()));
}

int architecturesVerb(const Invocation& invocation) {
  const models::ArchitectureRegistry registry(models::architectureFolder(invocation.executable));
  const bool json = invocation.has("json");
  if (!invocation.positional.empty()) {
    const Architecture& found = named(registry, invocation.positional.front());
    output() << (json ? toJson(found).dump(2) + '\n' : describe(found));
    return kDone;
  }
  Json all = Json::array();
  for (const Architecture& each : registry.all()) {
    if (json) {
      all.push_back(toJson(each));
    } else {
      output() << wrapped(each.name(), 16, wordsOf(each.summary()));
    }
  }
  if (json) output() << Json{{"architectures", all}}.dump(2) << '\n';
  return kDone;
}

}  // namespace

const Command kArchitecturesCommand{"architectures",
                                    "[ARCHITECTURE]",
                                    "List model families, or show the roles and gauges of one",
                                    0,
                                    1,
                                    kArchitecturesOptions,
                                    architecturesVerb};

}  // namespace kindred::cli
