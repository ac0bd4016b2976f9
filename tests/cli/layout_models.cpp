#include "family_layouts.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <numeric>
#include <set>
#include <sstream>

#include <kindred/random.hpp>

namespace kindred::clitest {
namespace {

using nlohmann::json;

// Lengths by letter: D the stream, Q queries and K keys of all heads, N a head, U the units of an
// MLP (2U: gates, then ups; EU: those of all experts), E experts, T tokens; or numbers.
const std::map<std::string, std::uint64_t> kLengths{{"D", 64}, {"Q", 64},   {"K", 32},
                                                    {"N", 16}, {"U", 96},   {"2U", 192},
                                                    {"E", 4},  {"EU", 384}, {"T", 256}};

struct Line {
  std::string name;
  std::vector<std::string> axes;
};

std::vector<Line> linesOf(const std::string& text) {
  std::vector<Line> lines;
  std::istringstream stream(text);
  for (std::string row; std::getline(stream, row);) {
    std::istringstream words(row);
    Line line;
    words >> line.name;
    for (std::string axis; words >> axis;) line.axes.push_back(axis);
    if (!line.name.empty()) lines.push_back(std::move(line));
  }
  return lines;
}

// Each name with its axes, for two layers and all experts.
std::vector<Line> expanded(const std::string& text) {
  std::vector<Line> all;
  for (const Line& line : linesOf(text)) {
    const bool layered = line.name.find("{l}") != std::string::npos;
    const bool expert = line.name.find("{e}") != std::string::npos;
    for (int l = 0; l < (layered ? 2 : 1); ++l) {
      for (int e = 0; e < (expert ? 4 : 1); ++e) {
        const std::string of_layer = replaced(line.name, "{l}", std::to_string(l));
        all.push_back({replaced(of_layer, "{e}", std::to_string(e)), line.axes});
      }
    }
  }
  return all;
}

std::uint64_t lengthOf(const std::string& axis) {
  const auto known = kLengths.find(axis);
  return known == kLengths.end() ? std::stoull(axis) : known->second;
}

}  // namespace

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size()) {
    text.replace(at, what.size(), by);
  }
  return text;
}

std::ostream& operator<<(std::ostream& out, const Layout& layout) { return out << layout.family; }

Toy made(const Layout& layout, std::uint64_t seed) {
  Random random(seed);
  const auto normal = [&] {
    return std::sqrt(-2 * std::log(1 - random.unit())) *
           std::cos(6.283185307179586 * random.unit());
  };
  Toy toy;
  for (const Line& line : expanded(layout.tensors + layout.others)) {
    Array array;
    std::uint64_t elements = 1;
    for (const std::string& axis : line.axes) {
      array.shape.push_back(lengthOf(axis));
      elements *= array.shape.back();
    }
    const bool matrix = array.shape.size() > 1;
    const double mean = matrix || line.name.ends_with("bias") ? 0 : 0.5;
    const double size = matrix ? 0.6 / 8 : 0.08;
    for (std::uint64_t i = 0; i < elements; ++i) array.values.push_back(mean + size * normal());
    toy[line.name] = std::move(array);
  }
  return toy;
}

Toy shuffled(const Layout& layout, const Toy& toy) {
  Toy moved = toy;
  std::vector<std::uint64_t> order(kLengths.at("U"));
  std::iota(order.begin(), order.end(), 0u);
  Random random(99);
  for (std::size_t i = order.size(); i > 1; --i) {
    std::swap(order[i - 1],
              order[static_cast<std::size_t>(random.unit() * static_cast<double>(i))]);
  }
  for (const Line& line : expanded(layout.tensors + layout.others)) {
    const Array& from = toy.at(line.name);
    Array& to = moved.at(line.name);
    for (std::size_t axis = 0; axis < line.axes.size(); ++axis) {
      if (!line.axes[axis].ends_with('U')) continue;
      std::uint64_t inner = 1;
      for (std::size_t a = axis + 1; a < from.shape.size(); ++a) inner *= from.shape[a];
      for (std::uint64_t i = 0; i < from.values.size(); ++i) {
        const std::uint64_t at = i / inner % from.shape[axis];
        const std::uint64_t unit = at / order.size() * order.size() + order[at % order.size()];
        to.values[i] = from.values[i - at * inner + unit * inner];
      }
    }
  }
  return moved;
}

void save(const TempDir& dir, const std::string& name, const Layout& layout, const Toy& toy) {
  const std::string sizes =
      R"("hidden_size":64,"num_hidden_layers":2,"num_attention_heads":4,"num_key_value_heads":2,)"
      R"("head_dim":16,"intermediate_size":96,"vocab_size":256)";
  const bool own = layout.config.find("hidden_size") != std::string::npos ||
                   layout.config.find("n_embd") != std::string::npos ||
                   layout.config.find("d_model") != std::string::npos ||
                   layout.config.find("\"dim\"") != std::string::npos ||
                   layout.config.find("model_dim") != std::string::npos ||
                   layout.config.find("attention_head_dim") != std::string::npos;
  saveModel(dir / name, stored(toy), "{" + layout.config + (own ? "" : "," + sizes) + "}");
}

std::set<std::string> namesWithRoles(const Layout& layout) {
  std::set<std::string> names;
  for (const Line& line : expanded(layout.tensors)) names.insert(line.name);
  return names;
}

json comparedAll(const TempDir& dir) {
  TempDir out;
  const RunResult result = support::run({"compare", "--all", dir.path().string(), "--force",
                                         "--out", (out / "out").string(), "--json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return json::parse(result.out);
}

double bestP(const json& report, const std::string& gauge, const std::string& a,
             const std::string& b) {
  double best = 0;
  for (const json& finding : report.at("findings")) {
    if (finding.at("gauge") != gauge || finding.at("log10_p").is_null()) continue;
    const std::set<json> models{finding.at("model_a"), finding.at("model_b")};
    if (!a.empty() && models != std::set<json>{a, b}) continue;
    best = std::min(best, finding.at("log10_p").get<double>());
  }
  return best;
}

}  // namespace kindred::clitest
