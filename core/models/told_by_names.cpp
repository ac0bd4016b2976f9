#include "models/told_by_names.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "models/config.hpp"
#include "models/config_remedy.hpp"
#include "models/dtypes.hpp"
#include "models/name_pattern.hpp"
#include "models/role_shapes.hpp"
#include "models/role_views.hpp"
#include "words/letters.hpp"
#include "words/names.hpp"

namespace kindred::models {
namespace {

// In what a model states: why its family is told by names. No config.json has it.
constexpr const char* kToldBy = "kindred_told_because";
// Gauges by name, a space behind each.
constexpr const char* kInDoubt = "kindred_gauges_in_doubt";
constexpr const char* kTurned = "rotary-pair rotary-free ";
constexpr std::string_view kQueryNorm = "attention.q_norm";
constexpr const char* kNoConfig = "config.json is missing";

// Experts after the first few have the names that these have.
constexpr std::uint64_t kExpertsLookedAt = 3;
// Of a layer: fewer roles may have a family's names by chance.
constexpr std::size_t kLeastRoles = 6;
// Norms whose gains are looked at, where families differ in how they are stored.
constexpr std::size_t kNormsLookedAt = 4;
constexpr std::uint64_t kMostGains = 1 << 16;
// What sizes may be in a config.json, too.
constexpr std::uint64_t kMostSize = 2'147'483'647;

bool isNumber(std::string_view word) {
  return !word.empty() && word.size() < 10 && std::all_of(word.begin(), word.end(), words::isDigit);
}

// A name cut at its layer: "model.layers.", "self_attn.q_proj.weight". Nothing before: of no layer.
struct Cut {
  std::string_view before, behind;
};
Cut cutAtLayer(std::string_view name) {
  for (std::size_t at = 0; at < name.size();) {
    const std::size_t end = std::min(name.find('.', at), name.size());
    if (isNumber(name.substr(at, end - at))) {
      return {name.substr(0, at), name.substr(std::min(end + 1, name.size()))};
    }
    at = end + 1;
  }
  return {};
}

// What frameworks compute and save, and scales of activations and of caches: no weights.
bool isBuffer(std::string_view name) {
  const auto ends = [&](std::string_view end) { return name.ends_with(end); };
  return ends("inv_freq") || ends("masked_bias") || ends("attn.bias") || ends("attention.bias") ||
         ends(".scale_input") || ends(".input_scale") || ends(".k_scale") || ends(".v_scale");
}

// The bias of a matrix that has a role moves as its rows do; that of a norm makes it another norm.
bool isBiasOfMatrix(const Architecture& family, const std::string& name) {
  constexpr std::string_view kBias = "bias";
  if (!name.ends_with(".bias")) return false;
  const std::string role = family.roleOf(name.substr(0, name.size() - kBias.size()) + "weight");
  return !role.empty() && role.find("norm") == std::string::npos;
}

// One tensor of each name, layers and most experts left out: what a family is told by.
Checkpoint sampleOf(const Checkpoint& whole) {
  CheckpointParts parts;
  parts.model = whole.model();
  parts.shards = whole.shards();
  std::set<std::pair<std::string_view, std::string_view>> known;
  for (const Tensor& tensor : whole.tensors()) {
    const Cut cut = cutAtLayer(tensor.name);
    const std::string_view behind = cut.behind.empty() ? std::string_view(tensor.name) : cut.behind;
    const std::string_view inner = cutAtLayer(behind).before;
    const std::string expert(behind.substr(inner.size(), behind.find('.', inner.size())));
    if (!inner.empty() && isNumber(expert) && std::stoul(expert) > kExpertsLookedAt) continue;
    if (known.insert({cut.before, behind}).second) parts.tensors.push_back(tensor);
  }
  return Checkpoint(std::move(parts));
}

// How a family's names fit those of a model.
struct FamilyFit {
  Architecture family;      // named as the model is
  std::size_t unknown = 0;  // biases in the model's layers that have no role
  std::size_t missing = 0;  // roles of its layers that the model lacks
  std::size_t names = 0;    // that its roles may have
};

// Roles of layers that have names of their own.
std::set<std::string> rolesOfLayers(const Architecture& family) {
  std::set<std::string> roles;
  for (const std::string& role : family.roles()) {
    for (const std::string& pattern : family.patterns(role)) {
      const bool product = pattern.find(" times ") != std::string::npos;
      if (!product && layerIn(pattern) != std::string::npos) roles.insert(role);
    }
  }
  return roles;
}

// Whether every name of the layers is one of the family's.
bool holdsAll(const Architecture& family, const Checkpoint& checkpoint) {
  std::set<std::string_view> layers;
  for (const Tensor& tensor : checkpoint.tensors()) {
    const auto placement = family.placementOf(tensor.name);
    if (placement && placement->layer >= 0) layers.insert(cutAtLayer(tensor.name).before);
  }
  return std::all_of(
      checkpoint.tensors().begin(), checkpoint.tensors().end(), [&](const Tensor& tensor) {
        const Cut cut = cutAtLayer(tensor.name);
        return !layers.contains(cut.before) || cut.behind.empty() ||
               tensor.encoding == Encoding::part || tensor.encoding == Encoding::companion ||
               isBuffer(tensor.name) || family.placementOf(tensor.name) ||
               isBiasOfMatrix(family, tensor.name) || !family.whyUntested(tensor.name).empty();
      });
}

std::optional<FamilyFit> fitOf(const Architecture& candidate, const Checkpoint& sample) {
  FamilyFit fit{candidate.named(sample)};
  std::set<std::string> there;
  for (const Tensor& tensor : sample.tensors()) {
    const auto placement = fit.family.placementOf(tensor.name);
    if (!placement) fit.unknown += isBiasOfMatrix(fit.family, tensor.name) ? 1 : 0;
    if (!placement || placement->layer < 0) continue;
    for (std::string_view roles = placement->role; !roles.empty();) {
      const std::size_t end = std::min(roles.find('+'), roles.size());
      there.emplace(roles.substr(0, end));
      roles.remove_prefix(std::min(end + 1, roles.size()));
    }
  }
  if (there.size() < kLeastRoles || !there.contains("mlp.down")) return std::nullopt;
  for (const std::string& role : rolesOfLayers(candidate)) {
    if (there.contains(role)) continue;
    // Norms say more of a family than anything else does.
    if (role == role::kAttentionNorm || role == role::kMlpNorm) return std::nullopt;
    ++fit.missing;
  }
  if (!holdsAll(fit.family, sample)) return std::nullopt;
  for (const std::string& role : candidate.roles()) fit.names += candidate.patterns(role).size();
  return fit;
}

// Those that fit best; of these first the one with the fewest names besides, whose norms store
// their gains as they are, and whose positions turn halves.
std::vector<FamilyFit> bestFits(const Checkpoint& sample, const ArchitectureRegistry& registry) {
  std::vector<FamilyFit> fits;
  for (const Architecture& candidate : registry.all()) {
    const Component of = candidate.component();
    if (of == Component::projector || of == Component::decoder) continue;
    if (candidate.modelTypes().empty()) continue;
    if (auto fit = fitOf(candidate, sample)) fits.push_back(std::move(*fit));
  }
  std::stable_sort(fits.begin(), fits.end(), [](const FamilyFit& x, const FamilyFit& y) {
    const auto rank = [](const FamilyFit& fit) {
      return std::tuple(fit.unknown, fit.missing, fit.names, fit.family.gainsPlusOne(),
                        fit.family.rotaryInterleaved());
    };
    return rank(x) < rank(y);
  });
  std::erase_if(fits, [&](const FamilyFit& fit) {
    return fit.unknown > fits.front().unknown || fit.missing > fits.front().missing;
  });
  return fits;
}

// Sizes that shapes give, as config.json spells them.
class Sizes {
 public:
  Sizes(const Checkpoint& checkpoint, const Architecture& family)
      : checkpoint_(checkpoint), family_(family) {}

  void add(nlohmann::json& stated) const {
    const std::uint64_t hidden = commonOf(role::kAttentionNorm, 0);
    state(stated, "hidden_size", hidden);
    state(stated, "n_routed_experts", experts());
    for (const Tensor& tensor : checkpoint_.tensors()) {
      const auto placement = family_.placementOf(tensor.name);
      if (!placement || !placement->all_experts || tensor.shape.size() != 3) continue;
      if (placement->role != role::kDown) continue;
      const std::uint64_t units = tensor.shape[tensor.shape[1] == hidden ? 2 : 1];
      state(stated, "moe_intermediate_size", units);
      break;
    }
  }

  // What tells the size of a head, in words; nothing where nothing does.
  std::string addHeads(nlohmann::json& stated) const {
    std::string by = "norms inside heads";
    std::uint64_t head = only(kQueryNorm, 0);
    const std::uint64_t out = only(role::kAttentionOutput, 1), keys = only(role::kKey, 0);
    if (head == out) head = 0;  // over all heads
    if (head == 0) {
      head = byFrequencies();
      by = "the table of frequencies";
    }
    if (head == 0 || out == 0 || keys == 0 || out % head != 0 || keys % head != 0) return {};
    state(stated, "head_dim", head);
    state(stated, "num_attention_heads", out / head);
    state(stated, "num_key_value_heads", keys / head);
    return by;
  }

 private:
  static void state(nlohmann::json& stated, const char* key, std::uint64_t size) {
    if (size > 0 && size <= kMostSize) stated[key] = size;
  }

  std::vector<View> views(std::string_view role) const {
    std::vector<Unsplit> unsplit;
    return family_.resolve(checkpoint_, role, unsplit);
  }

  std::uint64_t commonOf(std::string_view role, std::size_t axis) const {
    std::map<std::uint64_t, std::size_t> counts;
    for (const View& view : views(role)) {
      if (axis < view.info.shape.size()) ++counts[view.info.shape[axis]];
    }
    return mostCommon(counts);
  }

  // The length that all have; 0: they differ.
  std::uint64_t only(std::string_view role, std::size_t axis) const {
    std::set<std::uint64_t> lengths;
    for (const View& view : views(role)) {
      lengths.insert(axis < view.info.shape.size() ? view.info.shape[axis] : 0);
    }
    return lengths.size() == 1 ? *lengths.begin() : 0;
  }

  std::uint64_t experts() const {
    if (const std::uint64_t rows = commonOf(role::kRouter, 0); rows > 0) return rows;
    for (const Tensor& tensor : checkpoint_.tensors()) {
      const auto placement = family_.placementOf(tensor.name);
      if (placement && placement->all_experts && tensor.shape.size() == 3) return tensor.shape[0];
    }
    return 0;
  }

  // A frequency turns two dimensions.
  std::uint64_t byFrequencies() const {
    std::set<std::uint64_t> lengths;
    for (const Tensor& tensor : checkpoint_.tensors()) {
      if (tensor.name.ends_with("rotary_emb.inv_freq")) lengths.insert(tensor.elements);
    }
    if (lengths.size() != 1 || family_.rotaryPart() != 1) return 0;
    return *lengths.begin() <= kMostSize ? 2 * *lengths.begin() : 0;
  }

  const Checkpoint& checkpoint_;
  const Architecture& family_;
};

// Gauges that the family grants and another of the same names does not: they are not granted here.
std::string inDoubt(const std::vector<FamilyFit>& fits) {
  std::set<std::string> names;
  for (const std::string& role : fits.front().family.roles()) {
    for (const unsigned axis : {0u, 1u}) {
      for (const StatedGauge& own : fits.front().family.gauges(role, axis)) {
        const bool agreed = std::all_of(fits.begin(), fits.end(), [&](const FamilyFit& fit) {
          const std::vector<StatedGauge> stated = fit.family.gauges(role, axis);
          return fit.family.patterns(role).empty() ||
                 std::any_of(stated.begin(), stated.end(), [&](const StatedGauge& other) {
                   return other.which == own.which && other.sign >= own.sign &&
                          other.permutation >= own.permutation;
                 });
        });
        if (!agreed) names.emplace(kindred::name(own.which));
      }
    }
  }
  std::string text;
  for (const std::string& name : names) text += name + ' ';
  return text;
}

// Whether positions turn the same dimensions in all of them.
bool turnAlike(const std::vector<FamilyFit>& fits) {
  return std::all_of(fits.begin(), fits.end(), [&](const FamilyFit& fit) {
    return fit.family.rotaryPart() == fits.front().family.rotaryPart() &&
           fit.family.rotaryInterleaved() == fits.front().family.rotaryInterleaved();
  });
}

// A model type that is the family's alone; empty: there is none.
std::string typeOf(const Architecture& family, const ArchitectureRegistry& registry) {
  for (const std::string& type : family.modelTypes()) {
    CheckpointParts parts;
    parts.config = nlohmann::json{{"model_type", type}}.dump();
    const auto found = registry.recognise(Checkpoint(std::move(parts)));
    if (found != nullptr && found->name() == family.name()) return type;
  }
  return {};
}

// Why the family is not the one that config.json names: there is none, or it names none that is
// known.
std::string whyByNames(const Checkpoint& checkpoint) {
  if (checkpoint.config().empty()) return kNoConfig;
  const std::vector<std::string> types = readConfig(checkpoint).model_types;
  const char* where = isConfigFile(checkpoint.configPlace()) ? "config.json" : "the file";
  return types.empty() ? fmt::format("{} names no model_type", where)
                       : fmt::format("{} names the model_type '{}', which is unknown", where,
                                     words::escaped(types.back(), 40));
}

std::string noteOn(const std::vector<FamilyFit>& fits, const std::string& because,
                   const std::string& heads_by) {
  std::vector<std::string> others;
  for (std::size_t i = 1; i < fits.size(); ++i) others.push_back(fits[i].family.name());
  return fmt::format(
      "{}: the family '{}' is told by the names of the tensors{}, sizes are told by shapes; {}",
      because, fits.front().family.name(),
      others.empty() ? "" : fmt::format(" (those of {} are the same)", fmt::join(others, ", ")),
      heads_by.empty() ? "how many heads there are is unknown" : "those of heads by " + heads_by);
}

// What config.json says with what is stated before it: of two values of a key the first counts.
std::string before(const std::string& config, const nlohmann::json& stated) {
  const std::size_t open = config.find('{');
  std::string text = stated.dump();
  if (open == std::string::npos) return text;
  const std::size_t first = config.find_first_not_of(" \t\r\n", open + 1);
  text.back() = first != std::string::npos && config[first] == '}' ? ' ' : ',';
  return text + config.substr(open + 1);
}

// The checkpoint with what is stated of it.
Checkpoint stating(const Checkpoint& checkpoint, const nlohmann::json& stated) {
  CheckpointParts parts;
  parts.model = checkpoint.model();
  parts.tensors = checkpoint.tensors();
  parts.shards = checkpoint.shards();
  parts.config = before(checkpoint.config(), stated);
  parts.config_place = checkpoint.configPlace();
  return Checkpoint(std::move(parts));
}

// What a family says of the model's sizes, and how many matrices then have the shapes that they
// must have.
struct Told {
  nlohmann::json stated, without_heads;
  std::string heads_by;
  std::size_t matrices = 0;
};

Told toldBy(const Checkpoint& checkpoint, const Architecture& family, const std::string& type,
            const std::string& because) {
  Told told;
  const Architecture named = family.named(checkpoint);
  const Sizes sizes(checkpoint, named);
  told.without_heads = {{"model_type", type}, {kToldBy, because}};
  sizes.add(told.without_heads);
  told.stated = told.without_heads;
  const bool known = dimensionsOf(checkpoint, family.rotaryPart()).heads > 0;
  told.heads_by = known ? "config.json" : sizes.addHeads(told.stated);
  const Checkpoint as_told = stating(checkpoint, told.stated);
  told.matrices = roleShapes(as_told, family.named(as_told)).views.size();
  return told;
}

// Whether a tenth of the gains of the first norms lies below zero: what a gain exceeds one by may,
// a gain does not.
bool storesLessOne(const Checkpoint& checkpoint, const Architecture& family) {
  std::size_t norms = 0, gains = 0, below = 0;
  for (const Tensor& tensor : checkpoint.tensors()) {
    const std::string role = family.roleOf(tensor.name);
    if (role != role::kAttentionNorm && role != role::kMlpNorm) continue;
    if (tensor.encoding != Encoding::plain || tensor.numbers != nullptr) continue;
    if (tensor.shape.size() != 1 || tensor.elements > kMostGains) continue;
    std::vector<std::byte> raw(tensor.bytes);
    checkpoint.shards()[tensor.shard].file->read(tensor.offset, raw);
    std::vector<double> values(tensor.elements);
    toDouble(tensor.dtype, raw, values);
    gains += values.size();
    below += static_cast<std::size_t>(
        std::count_if(values.begin(), values.end(), [](double gain) { return gain < 0; }));
    if (++norms == kNormsLookedAt) break;
  }
  return 10 * below > gains;
}

// Names do not say how gains are stored; the gains do.
void leaveThoseOfSuchGains(const Checkpoint& checkpoint, std::vector<FamilyFit>& fits) {
  const auto less_one = [](const FamilyFit& fit) { return fit.family.gainsPlusOne(); };
  if (std::all_of(fits.begin(), fits.end(), less_one)) return;
  if (std::none_of(fits.begin(), fits.end(), less_one)) return;
  const bool stored = storesLessOne(checkpoint, fits.front().family);
  std::erase_if(fits, [&](const FamilyFit& fit) { return less_one(fit) != stored; });
}

}  // namespace

void stateByNames(Checkpoint& checkpoint, const ArchitectureRegistry& registry) {
  if (checkpoint.config().empty() && !checkpoint.configPlace().empty()) return;
  if (checkpoint.adapter() != nullptr || checkpoint.tensors().empty()) return;
  if (!checkpoint.config().empty() && registry.recognise(checkpoint) != nullptr) return;
  const std::string because = whyByNames(checkpoint);
  std::vector<FamilyFit> fits = bestFits(sampleOf(checkpoint), registry);
  std::map<std::string, Told> told;
  std::size_t most = 0;
  for (const FamilyFit& fit : fits) {
    const std::string& name = fit.family.name();
    const std::string type = typeOf(fit.family, registry);
    if (type.empty()) continue;
    told[name] = toldBy(checkpoint, *registry.named(name), type, because);
    most = std::max(most, told[name].matrices);
  }
  // Names alone may be those of several; shapes are not.
  std::erase_if(fits, [&](const FamilyFit& fit) {
    const auto found = told.find(fit.family.name());
    return found == told.end() || found->second.matrices < most;
  });
  if (fits.empty() || most == 0) return;
  leaveThoseOfSuchGains(checkpoint, fits);
  const std::string& name = fits.front().family.name();
  if (!holdsAll(registry.named(name)->named(checkpoint), checkpoint)) return;
  const bool alike = turnAlike(fits);
  const bool heads = alike || told[name].stated == told[name].without_heads;
  nlohmann::json stated = heads ? told[name].stated : told[name].without_heads;
  stated[kInDoubt] = inDoubt(fits) + (alike ? "" : kTurned);
  const std::string place =
      checkpoint.config().empty()
          ? checkpoint.shards()[checkpoint.tensors().front().shard].file->place()
          : checkpoint.configPlace();
  checkpoint.state(before(checkpoint.config(), stated), place,
                   noteOn(fits, because, heads ? told[name].heads_by : ""));
}

std::string whyToldByNames(const Checkpoint& checkpoint) {
  const ModelConfig config = readConfig(checkpoint);
  const auto found = config.values.find(kToldBy);
  if (found == config.values.end() || found->second.size() < 2) return {};
  return found->second.substr(1, found->second.size() - 2);
}

std::string whyInDoubt(const Checkpoint& checkpoint, const GaugeRule& rule) {
  const ModelConfig config = readConfig(checkpoint);
  const auto found = config.values.find(kInDoubt);
  if (found == config.values.end()) return {};
  const std::string because = whyToldByNames(checkpoint);
  if (!rule.unless.empty()) return fmt::format("{}: '{}' is unknown", because, rule.unless);
  const bool named =
      found->second.find(std::string(kindred::name(rule.which)) + ' ') != std::string::npos;
  return named ? because + ", and families of the same names differ in this" : "";
}

}  // namespace kindred::models
