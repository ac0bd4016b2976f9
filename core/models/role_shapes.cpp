#include "models/role_shapes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "models/architecture_rules.hpp"
#include "models/config.hpp"
#include "models/expected_shape.hpp"
#include "models/layer_heads.hpp"
#include "models/role_products.hpp"
#include "models/role_views.hpp"
#include "models/told_by_names.hpp"

namespace kindred::models {
namespace {

class Fitter {
 public:
  Fitter(const Checkpoint& checkpoint, const Architecture& architecture)
      : checkpoint_(checkpoint),
        architecture_(architecture),
        stated_(dimensionsOf(checkpoint, architecture.rotaryPart())),
        views_(checkpoint, architecture),
        hidden_(stated_.hidden) {
    stated_.layers *= architecture.layersOfEach();
  }

  RoleShapes run() {
    if (hidden_ == 0) hidden_ = commonWidth();
    const std::string width =
        stated_.hidden > 0 ? fmt::format("hidden_size {}", hidden_) : "the width of most others";
    checkDepth();
    if (hidden_ == 0) {
      views_.leaveOutAll("is left out: nothing says how wide the residual stream is");
    }
    for (const auto role : {role::kEmbedding, role::kOutput}) {
      views_.check(role, {{0, hidden_}, width});
    }
    for (const auto role : {role::kAttentionNorm, role::kMlpNorm, role::kFinalNorm}) {
      views_.check(role, {{hidden_}, width});
    }
    checkAttention(width);
    checkLatents(width);
    checkMlps(role::kGate, role::kUp, role::kDown, width);
    checkMlps(kSharedGate, kSharedUp, kSharedDown, width);
    checkRouters(width);
    if (!architecture_.patterns(role::kUp).empty()) checkPartners(role::kGate, role::kUp);
    checkPartners(kSharedGate, kSharedUp);
    checkPartners(role::kKey, role::kValue);
    products_ = makeProducts(checkpoint_, architecture_, stated_, views_);
    return result();
  }

 private:
  using Index = RoleViews::Index;

  // Of what reads the residual stream, where config.json does not state it.
  std::uint64_t commonWidth() const {
    std::map<std::uint64_t, std::size_t> counts;
    for (const auto role : {role::kEmbedding, role::kOutput, role::kGate, role::kUp, role::kQuery,
                            role::kKey, role::kValue, role::kQueryLatent, role::kKeyValueLatent,
                            role::kAttentionNorm, role::kMlpNorm, role::kFinalNorm}) {
      const std::size_t axes = role.starts_with("norm.") ? 1 : 2;
      for (const auto& [index, view] : views_.of(role)) {
        if (view.info.shape.size() == axes && view.info.elements > 0) {
          ++counts[view.info.shape.back()];
        }
      }
    }
    return mostCommon(counts);
  }

  // Layers beyond those that config.json states predict further tokens, or are none of its own.
  void checkDepth() {
    const bool credible = stated_.layers > 0 && stated_.layers <= kMostLayers;
    const std::uint64_t most = credible ? stated_.layers : kMostLayers;
    std::set<std::uint64_t> there, beyond;
    views_.dropLayers([&](std::uint64_t layer) {
      (layer < most ? there : beyond).insert(layer);
      return layer >= most;
    });
    depth_ = credible ? most : there.empty() ? 0 : *there.rbegin() + 1;
    for (const std::uint64_t layer : beyond) {
      views_.leaveOut("", fmt::format("layer {}", layer),
                      credible
                          ? fmt::format("lies beyond the {} layers that config.json states", most)
                          : fmt::format("has a number of {} or more", most));
    }
    if (stated_.layers > kMostLayers) {
      views_.leaveOut(
          "", "config.json",
          fmt::format("states {} layers, which is taken for a mistake", stated_.layers));
    }
    for (std::uint64_t layer = 0; layer < depth_; ++layer) {
      if (there.contains(layer)) continue;
      views_.leaveOut(
          "", fmt::format("layer {}", layer),
          fmt::format("is not there; {} layers are {}", depth_, credible ? "stated" : "counted"));
    }
  }

  bool isLatent() const { return !architecture_.patterns(role::kKeyValueLatent).empty(); }

  // A number for each row.
  void checkBiases(std::string_view bias, std::string_view role) {
    views_.filter(bias, [&](const Index& index, const View& view) -> std::string {
      const View* matrix = views_.find(role, index);
      if (matrix == nullptr) return "stands beside no matrix";
      return mismatch(view.info, {{matrix->info.shape.front()}, "the rows beside it"});
    });
  }

  void checkAttention(const std::string& width) {
    const Dimensions& d = stated_;
    if (isLatent()) {
      const std::uint64_t in = d.heads * (d.nope_dim + d.rope_dim), out = d.heads * d.value_dim;
      views_.check(role::kQuery, {{in, hidden_}, width});
      views_.check(role::kAttentionOutput, {{hidden_, out}, width});
      checkSharedKey(width);
      return;
    }
    heads_ = LayerHeads(stated_, depth_, views_);
    const std::string by_names = stated_.heads == 0 ? whyToldByNames(checkpoint_) : "";
    const std::string problem =
        by_names.empty() ? heads_.problem(stated_) : by_names + ": number of heads unknown";
    if (!problem.empty()) {
      for (const auto role : {role::kQuery, role::kKey, role::kValue, role::kAttentionOutput}) {
        views_.filter(role, [&](const Index&, const View& view) {
          return fmt::format("has shape {}, but {}", shapeText(view.info.shape), problem);
        });
      }
      return;
    }
    for (const auto role : {role::kQuery, role::kAttentionOutput, role::kKey, role::kValue}) {
      views_.filter(role, [&](const Index& index, const View& view) {
        return headsMismatch(role, heads_.of(index.first), view.info, width);
      });
    }
    checkBiases(kKeyBias, role::kKey);
    checkBiases(kValueBias, role::kValue);
    for (const auto role : {role::kQuery, role::kKey}) {
      views_.filter(role, [&](const Index& index, const View&) {
        return turningProblem(heads_.of(index.first));
      });
    }
  }

  std::string headsMismatch(std::string_view role, const HeadShape& heads, const TensorInfo& info,
                            const std::string& width) const {
    if (heads == HeadShape{}) {
      return fmt::format("has shape {}, and config.json does not say which heads its layer has",
                         shapeText(info.shape));
    }
    const bool of_queries = role == role::kQuery || role == role::kAttentionOutput;
    if (!of_queries && heads.kv_heads == 0) {
      return "is not used: its layer has the keys and values of an earlier one";
    }
    const std::uint64_t rows = rowsOfHeads(heads, role);
    const std::string because =
        fmt::format("{} {} of {} dimensions, {}", of_queries ? heads.heads : heads.kv_heads,
                    of_queries ? "heads" : "key-value heads", headDim(heads, role), width);
    return mismatch(info, role == role::kAttentionOutput ? ExpectedShape{{hidden_, rows}, because}
                                                         : ExpectedShape{{rows, hidden_}, because});
  }

  std::string turningProblem(const HeadShape& heads) const {
    if (stated_.rotary_differs) {
      return "cannot be turned: layers turn different parts of a head";
    }
    if (turnsInPairs(heads)) return {};
    return fmt::format("cannot be turned: {} rotary dimensions are no pairs inside a head of {}",
                       heads.rotary_dim, heads.key_dim);
  }

  // What turns of latent attention's keys is one for all heads, in pairs.
  void checkSharedKey(const std::string& width) {
    const std::uint64_t rows = stated_.rope_dim;
    views_.check(role::kSharedKey,
                 {{rows, hidden_}, fmt::format("qk_rope_head_dim {}, {}", rows, width)});
    views_.filter(role::kSharedKey, [&](const Index&, const View&) {
      return rows % 2 == 0 ? std::string()
                           : fmt::format("cannot be turned: {} rows are no pairs", rows);
    });
  }

  void checkLatents(const std::string& width) {
    for (const auto& [role, stated, key] :
         {std::tuple{role::kQueryLatent, stated_.q_rank, "q_lora_rank"},
          std::tuple{role::kKeyValueLatent, stated_.kv_rank, "kv_lora_rank"}}) {
      std::uint64_t rank = stated;
      if (rank == 0) {
        std::map<std::uint64_t, std::size_t> counts;
        for (const auto& [index, view] : views_.of(role)) {
          if (view.info.shape.size() == 2) ++counts[view.info.shape[0]];
        }
        rank = mostCommon(counts);
      }
      views_.check(
          role,
          {{rank, hidden_},
           (stated > 0 ? fmt::format("{} {}, ", key, rank) : "the rank of most others, ") + width});
    }
  }

  // Units by what most say of gate, up, down and config.json; the gate, then up, where all differ.
  std::uint64_t unitsOf(std::string_view gate, std::string_view up, std::string_view down,
                        const Index& index) const {
    std::vector<std::uint64_t> said;
    for (const auto& [role, axis] : {std::pair{gate, 0u}, std::pair{up, 0u}, std::pair{down, 1u}}) {
      const View* view = views_.find(role, index);
      if (view == nullptr || view->info.shape.size() != 2 || view->info.elements == 0) continue;
      if (view->info.shape[1 - axis] == hidden_) said.push_back(view->info.shape[axis]);
    }
    const std::uint64_t experts =
        stated_.expert_intermediate > 0 ? stated_.expert_intermediate : stated_.intermediate;
    if (gate != kSharedGate) said.push_back(index.second < 0 ? stated_.intermediate : experts);
    std::uint64_t units = 0;
    std::ptrdiff_t most = 0;
    for (const std::uint64_t number : said) {
      const std::ptrdiff_t count = std::count(said.begin(), said.end(), number);
      if (number > 0 && count > most) units = number, most = count;
    }
    return units;
  }

  void checkMlps(std::string_view gate, std::string_view up, std::string_view down,
                 const std::string& width) {
    std::map<Index, std::uint64_t> units;
    for (const auto role : {gate, up, down}) {
      for (const auto& [index, view] : views_.of(role)) units[index] = 0;
    }
    for (auto& [index, count] : units) count = unitsOf(gate, up, down, index);
    for (const auto role : {gate, up, down}) {
      views_.filter(role, [&](const Index& index, const View& view) {
        const std::uint64_t count = units.at(index);
        const std::string because = "units of its MLP, " + width;
        return mismatch(view.info, role == down ? ExpectedShape{{hidden_, count}, because}
                                                : ExpectedShape{{count, hidden_}, because});
      });
    }
  }

  void checkRouters(const std::string& width) {
    const std::uint64_t experts = stated_.experts;
    views_.check(
        role::kRouter,
        {{experts, hidden_}, (experts > 0 ? fmt::format("{} experts, ", experts) : "") + width});
    for (const auto role : {role::kGate, role::kUp, role::kDown}) {
      views_.filter(role, [&](const Index& index, const View&) {
        if (index.second < 0) return std::string();
        const View* router = views_.find(role::kRouter, {index.first, -1});
        const std::uint64_t most = experts > 0         ? experts
                                   : router != nullptr ? router->info.shape[0]
                                                       : ~std::uint64_t{0};
        return static_cast<std::uint64_t>(index.second) < most
                   ? std::string()
                   : fmt::format("has an expert number beyond the {} that {}", most,
                                 experts > 0 ? "config.json states" : "the router chooses from");
      });
    }
  }

  // One of the two says nothing without the other.
  void checkPartners(std::string_view first, std::string_view second) {
    for (const auto& [role, other] : {std::pair{first, second}, std::pair{second, first}}) {
      for (const auto& [index, view] : views_.of(role)) {
        if (role == role::kKey && heads_.valuesAreKeys(index.first)) continue;
        if (views_.find(other, index) == nullptr) {
          views_.leaveOut(
              view,
              fmt::format("is not tested: the {} that belongs to it is not there or does not fit",
                          other));
        }
      }
    }
  }

  Dimensions dimensions() const {
    const auto any = [&](std::initializer_list<std::string_view> roles) {
      return std::any_of(roles.begin(), roles.end(),
                         [&](std::string_view role) { return !views_.of(role).empty(); });
    };
    Dimensions d = stated_;
    d.layers = depth_;
    d.hidden = views_.empty() ? 0 : hidden_;
    d.heads = d.kv_heads = d.head_dim = d.rotary_dim = 0;
    d.heads_by_layer.clear();
    std::vector<HeadShape> by_layer;
    if (isLatent()) {
      by_layer.assign(products_.heads == HeadShape{} ? 0 : depth_, products_.heads);
      d.group = products_.heads == HeadShape{} ? d.group : 1;
    } else if (any({role::kQuery, role::kKey, role::kValue})) {
      by_layer = heads_.there(views_);
    }
    HeadShape common;
    bool alike = true;
    for (HeadShape& of : by_layer) {
      if (of == HeadShape{}) continue;  // a layer without attention
      if (!turnsInPairs(of) || of.key_dim == 0) of.rotary_dim = 0;
      d.heads = std::max(d.heads, of.heads);
      d.kv_heads = std::max(d.kv_heads, of.kv_heads);
      d.head_dim = std::max({d.head_dim, of.key_dim, of.value_dim});
      d.rotary_dim = std::max(d.rotary_dim, of.rotary_dim);
      if (common == HeadShape{}) common = of;
      alike = alike && of == common && of.key_dim == of.value_dim;
    }
    if (!alike) d.heads_by_layer = std::move(by_layer);
    return d;
  }

  RoleShapes result() {
    RoleShapes shapes;
    shapes.dimensions = dimensions();
    shapes.misfits = views_.misfits();
    shapes.views = views_.take();
    shapes.made = std::move(products_.made);
    return shapes;
  }

  const Checkpoint& checkpoint_;
  const Architecture& architecture_;
  Dimensions stated_;
  RoleViews views_;
  std::uint64_t hidden_;
  std::uint64_t depth_ = 0;
  LayerHeads heads_;
  RoleProducts products_;
};

}  // namespace

RoleShapes roleShapes(const Checkpoint& checkpoint, const Architecture& architecture) {
  return Fitter(checkpoint, architecture).run();
}

std::string summary(const std::vector<Misfit>& misfits) {
  if (misfits.empty()) return {};
  const Misfit& first = misfits.front();
  std::string text = first.tensor + " " + first.reason;
  if (misfits.size() > 1) text += fmt::format("; and {} more", misfits.size() - 1);
  return text;
}

}  // namespace kindred::models
