#include "models/role_shapes.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>

#include <kindred/model_weights.hpp>

#include "models/architecture_rules.hpp"
#include "models/config.hpp"
#include "models/encoding.hpp"
#include "models/products.hpp"
#include "words/names.hpp"

namespace kindred::models {
namespace {

constexpr std::string_view kSharedGate = "shared.gate", kSharedUp = "shared.up",
                           kSharedDown = "shared.down";

// A model of more layers than this has yet to be made; bounds what a stated or named layer costs.
constexpr std::uint64_t kMostLayers = 10'000;
// Of a part of a head.
constexpr std::uint64_t kMostRows = std::uint64_t{1} << 31;
// Misfits of one role and reason that are named one by one.
constexpr std::size_t kNamed = 16;

// A shape that is wanted; 0: any length.
struct Expected {
  std::vector<std::uint64_t> shape;
  std::string because;
};

std::string text(const std::vector<std::uint64_t>& shape, bool wanted = false) {
  std::vector<std::string> lengths;
  for (const std::uint64_t length : shape) {
    lengths.push_back(wanted && length == 0 ? "n" : std::to_string(length));
  }
  return fmt::format("[{}]", fmt::join(lengths, ", "));
}

bool matches(const std::vector<std::uint64_t>& shape, const Expected& expected) {
  return std::equal(shape.begin(), shape.end(), expected.shape.begin(), expected.shape.end(),
                    [](std::uint64_t length, std::uint64_t wanted) {
                      return wanted == 0 ? length > 0 : length == wanted;
                    });
}

// Why a shape is not the one expected; empty where it is.
std::string mismatch(const TensorInfo& info, const Expected& expected) {
  if (matches(info.shape, expected)) return {};
  const std::string because = expected.because.empty() ? "" : " (" + expected.because + ")";
  const std::vector<std::uint64_t> turned(info.shape.rbegin(), info.shape.rend());
  return fmt::format("{} {}, expected {}{}{}", info.elements == 0 ? "is empty: shape" : "has shape",
                     text(info.shape), text(expected.shape, true), because,
                     turned.size() == 2 && matches(turned, expected) ? ": it is transposed" : "");
}

class Fitter {
 public:
  Fitter(const Checkpoint& checkpoint, const Architecture& architecture)
      : checkpoint_(checkpoint),
        architecture_(architecture),
        stated_(dimensionsOf(checkpoint, architecture.rotaryPart())),
        hidden_(stated_.hidden) {
    for (const std::string_view role : kRead) gather(role);
  }

  RoleShapes run() {
    if (hidden_ == 0) hidden_ = commonWidth();
    const std::string width =
        stated_.hidden > 0 ? fmt::format("hidden_size {}", hidden_) : "the width of most others";
    checkDepth();
    if (hidden_ == 0) leaveOutAll("is left out: nothing says how wide the residual stream is");
    for (const auto role : {role::kEmbedding, role::kOutput}) check(role, {{0, hidden_}, width});
    for (const auto role : {role::kAttentionNorm, role::kMlpNorm, role::kFinalNorm}) {
      check(role, {{hidden_}, width});
    }
    checkAttention(width);
    checkLatents(width);
    checkMlps(role::kGate, role::kUp, role::kDown, width);
    checkMlps(kSharedGate, kSharedUp, kSharedDown, width);
    checkRouters(width);
    if (!architecture_.patterns(role::kUp).empty()) checkPartners(role::kGate, role::kUp);
    checkPartners(kSharedGate, kSharedUp);
    checkPartners(role::kKey, role::kValue);
    for (const ProductRule& rule : architecture_.products()) makeProducts(rule);
    return result();
  }

 private:
  using Index = std::pair<std::int64_t, std::int64_t>;  // layer, expert
  using Views = std::map<Index, View>;

  static constexpr std::array kRead{role::kEmbedding,   role::kOutput,
                                    role::kGate,        role::kUp,
                                    role::kDown,        role::kRouter,
                                    role::kQuery,       role::kKey,
                                    role::kValue,       role::kAttentionOutput,
                                    role::kQueryLatent, role::kKeyValueLatent,
                                    role::kSharedKey,   role::kAttentionNorm,
                                    role::kMlpNorm,     role::kFinalNorm,
                                    kSharedGate,        kSharedUp,
                                    kSharedDown};

  static bool isOfMlp(std::string_view role) {
    return role == role::kMlpNorm || role == role::kGate || role == role::kUp ||
           role == role::kDown;
  }

  void gather(std::string_view role) {
    std::vector<Unsplit> unsplit;
    Views& views = views_[role];
    std::vector<View> found = architecture_.resolve(checkpoint_, role, unsplit);
    // An MLP outside all layers (a projector's) is that of one more layer, behind the others.
    constexpr auto kMost = static_cast<std::int64_t>(kMostLayers);
    const std::int64_t behind = found.empty() ? 0 : std::min(found.back().info.layer, kMost) + 1;
    for (View& view : found) {
      // Codes are no weights until something decodes them: see plan/codes.hpp.
      if (shown(*view.tensor) == Shown::nothing) continue;
      if (view.info.layer < 0 && isOfMlp(role)) view.info.layer = behind;
      const Index index{view.info.layer, view.info.expert};
      const auto [known, fresh] = views.try_emplace(index, view);
      if (!fresh) {
        leaveOut(view, fmt::format("stands for the same as '{}'",
                                   words::escaped(known->second.info.name)));
      }
    }
    for (const Unsplit& entry : unsplit) leaveOut(role, entry.tensor->name, entry.problem);
  }

  void leaveOut(std::string_view role, const std::string& tensor, std::string reason) {
    misfits_[{std::string(role), std::move(reason)}].push_back(tensor);
  }
  void leaveOut(const View& view, std::string reason) {
    leaveOut(view.info.role, view.info.name, std::move(reason));
  }

  // Leaves out the views of a role for which `reason` has something to say.
  template <class Reason>
  void filter(std::string_view role, Reason&& reason) {
    std::erase_if(views_[role], [&](const auto& entry) {
      std::string text = reason(entry.first, entry.second);
      if (text.empty()) return false;
      leaveOut(entry.second, std::move(text));
      return true;
    });
  }
  void check(std::string_view role, const Expected& expected) {
    filter(role, [&](const Index&, const View& view) { return mismatch(view.info, expected); });
  }

  void leaveOutAll(const std::string& reason) {
    for (const std::string_view role : kRead) {
      filter(role, [&](const Index&, const View&) { return reason; });
    }
  }

  static std::uint64_t mostCommon(const std::map<std::uint64_t, std::size_t>& counts) {
    const auto most =
        std::max_element(counts.begin(), counts.end(),
                         [](const auto& x, const auto& y) { return x.second < y.second; });
    return most == counts.end() ? 0 : most->first;
  }

  // Of what reads the residual stream, where config.json does not state it.
  std::uint64_t commonWidth() const {
    std::map<std::uint64_t, std::size_t> counts;
    for (const auto role : {role::kEmbedding, role::kOutput, role::kGate, role::kUp, role::kQuery,
                            role::kKey, role::kValue, role::kQueryLatent, role::kKeyValueLatent,
                            role::kAttentionNorm, role::kMlpNorm, role::kFinalNorm}) {
      const std::size_t axes = role.starts_with("norm.") ? 1 : 2;
      for (const auto& [index, view] : views_.at(role)) {
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
    for (const std::string_view role : kRead) {
      std::erase_if(views_[role], [&](const auto& entry) {
        if (entry.first.first < 0) return false;
        const auto layer = static_cast<std::uint64_t>(entry.first.first);
        (layer < most ? there : beyond).insert(layer);
        return layer >= most;
      });
    }
    depth_ = credible ? most : there.empty() ? 0 : *there.rbegin() + 1;
    for (const std::uint64_t layer : beyond) {
      leaveOut("", fmt::format("layer {}", layer),
               credible ? fmt::format("lies beyond the {} layers that config.json states", most)
                        : fmt::format("has a number of {} or more", most));
    }
    if (stated_.layers > kMostLayers) {
      leaveOut("", "config.json",
               fmt::format("states {} layers, which is taken for a mistake", stated_.layers));
    }
    for (std::uint64_t layer = 0; layer < depth_; ++layer) {
      if (there.contains(layer)) continue;
      leaveOut(
          "", fmt::format("layer {}", layer),
          fmt::format("is not there; {} layers are {}", depth_, credible ? "stated" : "counted"));
    }
  }

  // What is wrong with the numbers of heads that config.json states; empty: nothing.
  std::string headsProblem() const {
    const Dimensions& d = stated_;
    if (d.heads == 0) return "config.json does not state num_attention_heads";
    if (d.head_dim == 0 && d.hidden == 0) {
      return "config.json states neither hidden_size nor head_dim";
    }
    if (d.head_dim == 0) {
      return fmt::format("{} heads leave no dimension of hidden_size {}", d.heads, d.hidden);
    }
    for (const HeadShape& of : kinds_) {
      if (of.kv_heads == 0 || of.heads % of.kv_heads == 0) continue;
      return fmt::format("{} query heads cannot share {} key-value heads", of.heads, of.kv_heads);
    }
    return {};
  }

  // Queries and keys turn in pairs of dimensions.
  static bool turnsInPairs(const HeadShape& heads) {
    return heads.rotary_dim <= heads.key_dim && heads.rotary_dim % 2 == 0;
  }

  bool isLatent() const { return !architecture_.patterns(role::kKeyValueLatent).empty(); }

  // Rows of queries, keys and values, columns of the output.
  static std::uint64_t rowsOfHeads(const HeadShape& heads, std::string_view role) {
    const bool of_queries = role == role::kQuery || role == role::kAttentionOutput;
    return (of_queries ? heads.heads : heads.kv_heads) * headDim(heads, role);
  }

  bool fits(std::int64_t layer, const HeadShape& heads) const {
    for (const auto role : {role::kQuery, role::kKey, role::kValue, role::kAttentionOutput}) {
      const View* view = find(role, {layer, -1});
      if (view == nullptr || view->info.shape.size() != 2) continue;
      const std::size_t axis = role == role::kAttentionOutput ? 1 : 0;
      if (view->info.shape[axis] != rowsOfHeads(heads, role)) return false;
    }
    return true;
  }

  // The kind of heads that config.json states for a layer, or that its matrices have; null: several
  // would do.
  const HeadShape* kindOf(std::int64_t layer) const {
    const auto at = static_cast<std::size_t>(layer);
    if (at < stated_.kind_of_layer.size() && stated_.kind_of_layer[at] < kinds_.size()) {
      return &kinds_[stated_.kind_of_layer[at]];
    }
    const HeadShape* found = nullptr;
    for (const HeadShape& kind : kinds_) {
      if (!fits(layer, kind)) continue;
      if (found != nullptr) return nullptr;
      found = &kind;
    }
    return found != nullptr ? found : &kinds_.front();
  }

  void chooseHeads() {
    const Dimensions& d = stated_;
    kinds_ = d.head_kinds;
    if (kinds_.empty()) {
      kinds_.push_back({d.heads, d.kv_heads, d.head_dim, d.head_dim, d.rotary_dim});
    }
    for (std::uint64_t l = 0; l < depth_; ++l) {
      const auto layer = static_cast<std::int64_t>(l);
      const HeadShape* kind = kindOf(layer);
      heads_.push_back(kind == nullptr ? HeadShape{} : *kind);
      HeadShape& heads = heads_.back();
      if (l + d.layers_that_share >= depth_) heads.kv_heads = 0;
      const bool no_values = find(role::kValue, {layer, -1}) == nullptr;
      if (d.keys_are_values && no_values && find(role::kKey, {layer, -1}) != nullptr) {
        values_are_keys_.insert(layer);
      }
    }
  }

  const HeadShape& headsOf(std::int64_t layer) const {
    static constexpr HeadShape kNone;
    const auto at = static_cast<std::size_t>(layer);
    return layer >= 0 && at < heads_.size() ? heads_[at] : kNone;
  }

  void checkAttention(const std::string& width) {
    const Dimensions& d = stated_;
    if (isLatent()) {
      const std::uint64_t in = d.heads * (d.nope_dim + d.rope_dim), out = d.heads * d.value_dim;
      check(role::kQuery, {{in, hidden_}, width});
      check(role::kAttentionOutput, {{hidden_, out}, width});
      checkSharedKey(width);
      return;
    }
    chooseHeads();
    if (const std::string problem = headsProblem(); !problem.empty()) {
      for (const auto role : {role::kQuery, role::kKey, role::kValue, role::kAttentionOutput}) {
        filter(role, [&](const Index&, const View& view) {
          return fmt::format("has shape {}, but {}", text(view.info.shape), problem);
        });
      }
      return;
    }
    for (const auto role : {role::kQuery, role::kAttentionOutput, role::kKey, role::kValue}) {
      filter(role, [&](const Index& index, const View& view) {
        return headsMismatch(role, headsOf(index.first), view.info, width);
      });
    }
    for (const auto role : {role::kQuery, role::kKey}) {
      filter(role,
             [&](const Index& index, const View&) { return turningProblem(headsOf(index.first)); });
    }
  }

  std::string headsMismatch(std::string_view role, const HeadShape& heads, const TensorInfo& info,
                            const std::string& width) const {
    if (heads == HeadShape{}) {
      return fmt::format("has shape {}, and config.json does not say which heads its layer has",
                         text(info.shape));
    }
    const bool of_queries = role == role::kQuery || role == role::kAttentionOutput;
    if (!of_queries && heads.kv_heads == 0) {
      return "is not used: its layer has the keys and values of an earlier one";
    }
    const std::uint64_t rows = rowsOfHeads(heads, role);
    const std::string because =
        fmt::format("{} {} of {} dimensions, {}", of_queries ? heads.heads : heads.kv_heads,
                    of_queries ? "heads" : "key-value heads", headDim(heads, role), width);
    return mismatch(info, role == role::kAttentionOutput ? Expected{{hidden_, rows}, because}
                                                         : Expected{{rows, hidden_}, because});
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
    check(role::kSharedKey, {{rows, hidden_}, fmt::format("qk_rope_head_dim {}, {}", rows, width)});
    filter(role::kSharedKey, [&](const Index&, const View&) {
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
        for (const auto& [index, view] : views_[role]) {
          if (view.info.shape.size() == 2) ++counts[view.info.shape[0]];
        }
        rank = mostCommon(counts);
      }
      check(role, {{rank, hidden_},
                   (stated > 0 ? fmt::format("{} {}, ", key, rank) : "the rank of most others, ") +
                       width});
    }
  }

  const View* find(std::string_view role, const Index& index) const {
    const auto found = views_.at(role).find(index);
    return found == views_.at(role).end() ? nullptr : &found->second;
  }

  // Units by what most say of gate, up, down and config.json; the gate, then up, where all differ.
  std::uint64_t unitsOf(std::string_view gate, std::string_view up, std::string_view down,
                        const Index& index) const {
    std::vector<std::uint64_t> said;
    for (const auto& [role, axis] : {std::pair{gate, 0u}, std::pair{up, 0u}, std::pair{down, 1u}}) {
      const View* view = find(role, index);
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
      for (const auto& [index, view] : views_[role]) units[index] = 0;
    }
    for (auto& [index, count] : units) count = unitsOf(gate, up, down, index);
    for (const auto role : {gate, up, down}) {
      filter(role, [&](const Index& index, const View& view) {
        const std::uint64_t count = units.at(index);
        const std::string because = "units of its MLP, " + width;
        return mismatch(view.info, role == down ? Expected{{hidden_, count}, because}
                                                : Expected{{count, hidden_}, because});
      });
    }
  }

  void checkRouters(const std::string& width) {
    const std::uint64_t experts = stated_.experts;
    check(role::kRouter,
          {{experts, hidden_}, (experts > 0 ? fmt::format("{} experts, ", experts) : "") + width});
    for (const auto role : {role::kGate, role::kUp, role::kDown}) {
      filter(role, [&](const Index& index, const View&) {
        if (index.second < 0) return std::string();
        const View* router = find(role::kRouter, {index.first, -1});
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
      for (const auto& [index, view] : views_[role]) {
        if (role == role::kKey && values_are_keys_.contains(index.first)) continue;
        if (find(other, index) == nullptr) {
          leaveOut(
              view,
              fmt::format("is not tested: the {} that belongs to it is not there or does not fit",
                          other));
        }
      }
    }
  }

  std::uint64_t stated(const std::string& dimension) const {
    for (const DimensionName& known : dimensionNames()) {
      if (known.name == dimension) return stated_.*known.value;
    }
    return 0;
  }
  std::uint64_t rowsOf(const SplitPart& part) const {
    std::uint64_t rows = 1;
    for (const std::string& factor : part.factors) {
      if (__builtin_mul_overflow(rows, stated(factor), &rows) || rows > kMostRows) return 0;
    }
    return rows;
  }

  void makeProducts(const ProductRule& rule) {
    Product product;
    product.gains_plus_one = architecture_.gainsPlusOne();
    for (const SplitPart& part : rule.parts) product.block += rowsOf(part);
    std::vector<Unsplit> unsplit;
    const auto indexed = [&](const std::string& role) {
      Views views;
      if (role.empty()) return views;
      for (View& view : architecture_.resolve(checkpoint_, role, unsplit)) {
        if (shown(*view.tensor) == Shown::nothing) continue;
        views.try_emplace({view.info.layer, view.info.expert}, view);
      }
      return views;
    };
    const Views all = indexed(rule.of), gains = indexed(rule.gains);
    for (const auto& [index, times] : views_[rule.times]) {
      const auto of = all.find(index), gain = gains.find(index);
      if (of == all.end()) continue;
      product.of = of->second;
      product.times = times;
      product.gains = gain == gains.end() ? nullptr : &gain->second;
      makeParts(rule, product, index);
    }
  }

  void makeParts(const ProductRule& rule, Product& product, const Index& index) {
    const std::uint64_t heads = stated(rule.each);
    product.first = product.count = 0;
    for (const SplitPart& part : rule.parts) {
      product.first += product.count;
      product.count = rowsOf(part);
      const auto role = std::find(kRead.begin(), kRead.end(), part.role);
      if (role == kRead.end()) continue;  // nobody asks for it
      MadeMatrix made;
      if (heads == 0 || product.block == 0) {
        made.problem = "is not made: config.json does not state its heads";
      } else if (product.of.info.shape.front() / product.block != heads) {
        made.problem =
            fmt::format("is not made: '{}' has shape {}, not {} heads of {} rows",
                        product.of.info.name, text(product.of.info.shape), heads, product.block);
      } else {
        made = productOf(product);
      }
      if (made.shard == nullptr) {
        leaveOut(part.role, product.of.info.name, made.problem);
      } else {
        made.view.info.role = part.role;
        views_[*role].try_emplace(index, made.view);
        made_.push_back(std::move(made.shard));
        // Each head has keys and values of its own, which nothing turns.
        made_heads_.heads = made_heads_.kv_heads = heads;
        (part.role == role::kValue ? made_heads_.value_dim : made_heads_.key_dim) = product.count;
      }
    }
  }

  // Sizes that no matrix of the layer rests on are 0.
  void keepWhatIsThere(std::size_t layer, HeadShape& heads) const {
    const auto has = [&](std::string_view role) {
      return find(role, {static_cast<std::int64_t>(layer), -1}) != nullptr;
    };
    const bool q = has(role::kQuery), k = has(role::kKey);
    const bool v = has(role::kValue), o = has(role::kAttentionOutput);
    if (!q && !k) heads.key_dim = heads.rotary_dim = 0;
    if (!v && !o) heads.value_dim = 0;
    if (!q && !k && !v && !o) heads = {};
  }

  Dimensions dimensions() const {
    const auto any = [&](std::initializer_list<std::string_view> roles) {
      return std::any_of(roles.begin(), roles.end(),
                         [&](std::string_view role) { return !views_.at(role).empty(); });
    };
    Dimensions d = stated_;
    d.layers = depth_;
    d.hidden = std::any_of(views_.begin(), views_.end(),
                           [](const auto& entry) { return !entry.second.empty(); })
                   ? hidden_
                   : 0;
    d.heads = d.kv_heads = d.head_dim = d.rotary_dim = 0;
    d.heads_by_layer.clear();
    std::vector<HeadShape> by_layer;
    if (isLatent()) {
      by_layer.assign(made_heads_ == HeadShape{} ? 0 : depth_, made_heads_);
      d.group = made_heads_ == HeadShape{} ? d.group : 1;
    } else if (any({role::kQuery, role::kKey, role::kValue})) {
      by_layer = heads_;
      for (const std::int64_t layer : values_are_keys_) {
        by_layer[static_cast<std::size_t>(layer)].value_dim = 0;
      }
    }
    if (!isLatent()) {
      for (std::size_t l = 0; l < by_layer.size(); ++l) keepWhatIsThere(l, by_layer[l]);
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
    for (const std::string_view role : kRead) {
      for (auto& [index, view] : views_[role]) shapes.views.push_back(std::move(view));
    }
    shapes.made = std::move(made_);
    for (const auto& [key, tensors] : misfits_) {
      const std::size_t named = tensors.size() > kNamed ? 1 : tensors.size();
      for (std::size_t i = 0; i < named; ++i) {
        std::string tensor = words::escaped(tensors[i]);
        if (named < tensors.size()) tensor += fmt::format(" and {} more", tensors.size() - 1);
        shapes.misfits.push_back({key.first, std::move(tensor), key.second});
      }
    }
    std::stable_partition(shapes.misfits.begin(), shapes.misfits.end(),
                          [](const Misfit& misfit) { return !misfit.role.empty(); });
    return shapes;
  }

  const Checkpoint& checkpoint_;
  const Architecture& architecture_;
  Dimensions stated_;
  std::uint64_t hidden_;
  std::uint64_t depth_ = 0;
  HeadShape made_heads_;                    // of those that are products
  std::vector<HeadShape> kinds_;            // that layers may have
  std::vector<HeadShape> heads_;            // that each layer has
  std::set<std::int64_t> values_are_keys_;  // layers of which there are keys and no values
  std::vector<std::shared_ptr<const Shard>> made_;
  std::map<std::string_view, Views> views_;
  // By role and reason.
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> misfits_;
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
