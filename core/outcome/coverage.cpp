#include "outcome/coverage.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <kindred/model_weights.hpp>

#include "models/adapter.hpp"
#include "models/component.hpp"
#include "outcome/identity.hpp"
#include "outcome/ranges.hpp"
#include "plan/counterparts.hpp"
#include "words/names.hpp"

namespace kindred::outcome {
namespace {

using models::Tensor;

std::string roleOf(const plan::Model& model, const std::string& tensor) {
  return model.architecture == nullptr ? "" : model.architecture->roleOf(tensor);
}

// By the model's family, or by that of one of its components.
bool isUnderstood(const plan::Model& model, const std::string& tensor) {
  if (model.checkpoint.adapter() != nullptr) return true;  // a factor, or one of its base's
  if (!roleOf(model, tensor).empty()) return true;
  return std::any_of(model.components.begin(), model.components.end(), [&](const auto& part) {
    return part->checkpoint.find(tensor) != nullptr && !roleOf(*part, tensor).empty();
  });
}

// Fewer bits in all may be equal by chance: a norm of few values, a bias that hardly moved.
constexpr double kFewestBits = 128;
// Of tensors that nothing names, what has fewer kinds of values than that is no weight.
constexpr double kFewestBitsEach = 2;

// The parts of a model whose rows a finding is of; an empty name: any.
std::set<std::string> componentsOfTest(const Finding& finding) {
  if (!finding.gauge.gauge()) return {""};
  switch (*finding.gauge.gauge()) {
    case Gauge::mlp_unit:
      return {models::componentOf(role::kUp, "")};
    case Gauge::expert:
      return {models::componentOf(role::kUp, ""), models::componentOf(role::kRouter, "")};
    case Gauge::value_dim:
    case Gauge::rotary_pair:
    case Gauge::rotary_free:
    case Gauge::latent_dim:
    case Gauge::kv_group:
      return {models::componentOf(role::kValue, "")};
    default:
      return {""};
  }
}

// Names as observations spell them.
struct Pair {
  std::string a, b;
  friend auto operator<=>(const Pair&, const Pair&) = default;
};

class Coverer {
 public:
  Coverer(const plan::Model& a, const plan::Model& b, const results::Results& results,
          std::uint64_t budget)
      : a_(a),
        b_(b),
        budget_(budget),
        counterparts_(a, b),
        contents_a_(contentsOf(a, results)),
        contents_b_(contentsOf(b, results)),
        read_a_(a, results),
        read_b_(b, results) {
    for (const Tensor& tensor : b.checkpoint.tensors()) {
      by_name_.emplace(words::escaped(tensor.name), &tensor);
      const auto content = contents_b_.find(tensor.name);
      if (content != contents_b_.end()) {
        holder_in_b_.emplace(content->second->xxh3_128, &tensor);
      }
    }
    for (const Tensor& tensor : a.checkpoint.tensors()) {
      const auto content = contents_a_.find(tensor.name);
      if (content != contents_a_.end()) in_a_.insert(content->second->xxh3_128);
    }
    for (const results::Observation& o : results.observations) look(o);
    for (const results::PlainCosine& cosine : results.cosines) look(cosine);
    for (const evidence::StepFinding& row : results.findings) {
      const bool of_pair = (row.model_a == a.key && row.model_b == b.key) ||
                           (row.model_a == b.key && row.model_b == a.key);
      if (of_pair) tested_.merge(componentsOfTest(row.finding));
    }
    for (const Tensor& tensor : b.checkpoint.tensors()) {
      if (read_b_.any(tensor) && models::shown(tensor) != models::Shown::nothing &&
          !isConstant(contents_b_, tensor)) {
        roles_of_b_.insert(roleOf(b, tensor.name));
      }
    }
  }

  evidence::Coverage run() {
    sum(a_, coverage_.tensors_a, coverage_.bytes_a, coverage_.understood_a,
        coverage_.understood_bytes_a, coverage_.elements_a);
    sum(b_, coverage_.tensors_b, coverage_.bytes_b, coverage_.understood_b,
        coverage_.understood_bytes_b, coverage_.elements_b);
    if (std::max(coverage_.bytes_a, coverage_.bytes_b) > budget_) coverage_.budget = budget_;
    for (const Tensor& tensor : a_.checkpoint.tensors()) place(tensor);
    for (const Tensor& tensor : b_.checkpoint.tensors()) placeOfB(tensor);
    plainCosine();
    coverage_.identity = identityOf(a_, b_, counterparts_, contents_a_, contents_b_,
                                    [&](const Tensor& of_a, const Tensor& of_b) {
                                      return confirmed_a_.contains(words::escaped(of_a.name)) ||
                                             confirmed_b_.contains(words::escaped(of_b.name));
                                    });
    return std::move(coverage_);
  }

 private:
  static void sum(const plan::Model& model, std::uint64_t& tensors, std::uint64_t& bytes,
                  std::uint64_t& understood, std::uint64_t& understood_bytes,
                  std::uint64_t& elements) {
    for (const Tensor& tensor : model.checkpoint.tensors()) {
      ++tensors;
      bytes += tensor.bytes;
      if (tensor.encoding != models::Encoding::part) elements += tensor.elements;
      const bool part = tensor.encoding == models::Encoding::part;
      if (!part && !isUnderstood(model, tensor.name)) continue;
      ++understood;
      understood_bytes += tensor.bytes;
    }
  }

  void look(const results::Observation& o) {
    const bool in_order = o.model_a == a_.filesKey() && o.model_b == b_.filesKey();
    const bool reversed = o.model_a == b_.filesKey() && o.model_b == a_.filesKey();
    if (!in_order && !reversed) return;
    const Pair pair = in_order ? Pair{o.tensor_a, o.tensor_b} : Pair{o.tensor_b, o.tensor_a};
    if (o.same_bytes) (in_order ? confirmed_a_ : confirmed_b_).insert(in_order ? pair.a : pair.b);
  }

  void look(const results::PlainCosine& cosine) {
    const bool in_order = cosine.model_a == a_.filesKey() && cosine.model_b == b_.filesKey();
    const bool reversed = cosine.model_a == b_.filesKey() && cosine.model_b == a_.filesKey();
    if ((!in_order && !reversed) || !std::isfinite(cosine.value)) return;
    const Pair pair =
        in_order ? Pair{cosine.tensor_a, cosine.tensor_b} : Pair{cosine.tensor_b, cosine.tensor_a};
    if (cosine.matched) matched_.emplace(pair.a, pair.b);
    cosines_.emplace(pair, Cosine{cosine.value, cosine.elements});
  }

  const results::TensorContent* contentOf(const Contents& contents, const Tensor& tensor) const {
    const auto found = contents.find(tensor.name);
    return found == contents.end() ? nullptr : found->second;
  }

  // Zeros, one value, no numbers: where either side is so nothing was compared.
  bool isConstant(const Contents& contents, const Tensor& tensor) const {
    const results::TensorContent* content = contentOf(contents, tensor);
    return content != nullptr && !content->constant.empty();
  }

  // Every tensor of A goes to one component's count, and is compared or left out for one reason.
  void place(const Tensor& tensor) {
    const std::string role = roleOf(a_, tensor.name);
    const Tensor* partner = partnerOf(tensor);
    const auto parts = partner == nullptr ? counterparts_.parts(tensor)
                                          : std::vector<plan::Counterparts::PartPair>();
    for (const auto& [of_a, of_b] : parts) {
      in_parts_.insert({words::escaped(of_a.info.name), words::escaped(of_b.info.name)});
    }
    if (countBytes(tensor, role, partner, !parts.empty())) return;
    if (tensor.encoding == models::Encoding::part) {
      addCompared(tensor, role, read_a_.any(tensor));
    } else if (models::shown(tensor) == models::Shown::nothing ||
               (partner != nullptr && models::shown(*partner) == models::Shown::nothing)) {
      coverage_.left_out["stored as codes"].add(tensor.bytes);
    } else if (isConstant(contents_a_, tensor) ||
               (partner != nullptr && isConstant(contents_b_, *partner))) {
      coverage_.left_out["constant"].add(tensor.bytes);
    } else if (!parts.empty()) {
      const bool read = read_a_.any(tensor) &&
                        std::all_of(parts.begin(), parts.end(),
                                    [&](const auto& pair) { return read_b_.any(*pair.b.tensor); });
      addCompared(tensor, role, read);
    } else if (partner != nullptr && partner->shape == tensor.shape) {
      addCompared(tensor, role, read_a_.any(tensor) && read_b_.any(*partner));
    } else if (isTested(tensor, role)) {
      addCompared(tensor, role, true);
    } else {
      coverage_.left_out[partner == nullptr ? "no counterpart" : "other shape"].add(tensor.bytes);
    }
  }

  // Tests look for the like of it in all layers and experts of the other, and in smaller ones.
  bool isTested(const Tensor& tensor, const std::string& role) const {
    return !role.empty() && read_a_.any(tensor) && roles_of_b_.contains(role) &&
           (tested_.contains("") || tested_.contains(models::componentOf(role, tensor.name)));
  }

  void addCompared(const Tensor& tensor, const std::string& role, bool read) {
    if (!read) {
      coverage_.left_out[reasonNotRead(role)].add(tensor.bytes);
      return;
    }
    coverage_.compared.add(read_a_.bytes(tensor));
    coverage_.compared_size += tensor.bytes;
  }

  std::string reasonNotRead(const std::string& role) const {
    if (role.empty()) return "unknown role";
    return coverage_.budget > 0 ? "over budget" : "not read";
  }

  // What became of a tensor whose bytes were read; true: it is no evidence, and left out as such.
  bool countBytes(const Tensor& tensor, const std::string& role, const Tensor* partner,
                  bool in_parts) {
    const results::TensorContent* content = contentOf(contents_a_, tensor);
    const bool absent = !in_parts && (partner == nullptr || partner->shape != tensor.shape);
    if (content == nullptr || contents_b_.empty()) return false;
    evidence::ComponentCount& count = coverage_.components[models::componentOf(role, tensor.name)];
    const bool equal = tensor.bytes > 0 && holder_in_b_.contains(content->xxh3_128);
    if (!equal) {
      if (absent) {
        ++count.absent;
      } else if ((in_parts || contentOf(contents_b_, *partner) != nullptr) && tensor.bytes > 0) {
        ++count.changed;
      }
      return false;
    }
    const std::string constant = ofTheirBases(tensor) ? "held whole by both adapters, and may be "
                                                        "their base's"
                                                      : noEvidence(tensor, *content);
    if (!constant.empty()) {
      ++count.constant;
      coverage_.no_evidence.push_back({words::escaped(tensor.name), constant});
      coverage_.left_out["constant"].add(tensor.bytes);
      return true;
    }
    if (const auto [first, fresh] = first_of_hash_.emplace(content->xxh3_128, &tensor); !fresh) {
      ++count.tied;
      coverage_.no_evidence.push_back(
          {words::escaped(tensor.name),
           "tied: the same bytes as " + words::escaped(first->second->name)});
      coverage_.left_out["tied"].add(tensor.bytes);
      return true;
    }
    ++count.equal;
    addShared(tensor, role, *content);
    return false;
  }

  // What adapters hold besides factors, often as their base has it.
  bool ofTheirBases(const Tensor& tensor) const {
    const models::Adapter* adapter = a_.checkpoint.adapter();
    if (adapter == nullptr || b_.checkpoint.adapter() == nullptr) return false;
    return std::any_of(adapter->whole.begin(), adapter->whole.end(),
                       [&](const auto& whole) { return whole.tensor == tensor.name; });
  }

  static std::string noEvidence(const Tensor& tensor, const results::TensorContent& content) {
    if (!content.constant.empty()) return content.constant;
    const std::uint64_t stored = tensor.numbers ? tensor.numbers->stored_elements : tensor.elements;
    return content.bits * static_cast<double>(stored) < kFewestBits
               ? "so few values that they may agree by chance"
               : "";
  }

  // A role says that a tensor is trained; without one, its values must.
  void addShared(const Tensor& tensor, const std::string& role,
                 const results::TensorContent& content) {
    const Tensor& holder = *holder_in_b_.at(content.xxh3_128);
    const bool known = !role.empty() || !roleOf(b_, holder.name).empty();
    if (!known && (content.ordered || content.bits < kFewestBitsEach)) return;
    evidence::SharedBytes& shared = known ? coverage_.shared_known : coverage_.shared_unknown;
    ++shared.tensors;
    shared.elements += tensor.elements;
  }

  void placeOfB(const Tensor& tensor) {
    const results::TensorContent* content = contentOf(contents_b_, tensor);
    if (content == nullptr || contents_a_.empty() || in_a_.contains(content->xxh3_128)) return;
    const Tensor* partner = counterparts_.ofB(tensor);
    if (partner != nullptr && partner->shape == tensor.shape) return;
    const std::string role = roleOf(b_, tensor.name);
    ++coverage_.components[models::componentOf(role, tensor.name)].only_b;
  }

  // Of a tensor whose bytes are found elsewhere, the one that holds them.
  const Tensor* partnerOf(const Tensor& tensor) const {
    if (const results::TensorContent* content = contentOf(contents_a_, tensor)) {
      const Tensor* counterpart = counterparts_.of(tensor);
      const results::TensorContent* there =
          counterpart == nullptr ? nullptr : contentOf(contents_b_, *counterpart);
      if (there != nullptr && there->xxh3_128 == content->xxh3_128) return counterpart;
      const auto holder = holder_in_b_.find(content->xxh3_128);
      if (tensor.bytes > 0 && holder != holder_in_b_.end()) return holder->second;
    }
    const auto matched = matched_.find(words::escaped(tensor.name));
    if (matched != matched_.end()) {
      const auto partner = by_name_.find(matched->second);
      if (partner != by_name_.end()) return partner->second;
    }
    return counterparts_.of(tensor);
  }

  void plainCosine() {
    evidence::PlainCosine& plain = coverage_.plain_cosine;
    double sum = 0;
    for (const auto& [pair, cosine] : cosines_) {
      if (in_parts_.contains(pair)) {
        sum += cosine.value * static_cast<double>(cosine.elements);
        plain.parameters += cosine.elements;
        continue;
      }
      const Tensor* of_a = a_.checkpoint.find(pair.a);
      if (of_a == nullptr) continue;
      const results::TensorContent* content = contentOf(contents_a_, *of_a);
      if (content != nullptr && !content->constant.empty()) continue;
      const Tensor* partner = partnerOf(*of_a);
      if (partner == nullptr || words::escaped(partner->name) != pair.b) continue;
      sum += cosine.value * static_cast<double>(cosine.elements);
      plain.parameters += cosine.elements;
    }
    if (plain.parameters > 0) plain.value = sum / static_cast<double>(plain.parameters);
  }

  struct Cosine {
    double value;
    std::uint64_t elements;
  };

  const plan::Model& a_;
  const plan::Model& b_;
  std::uint64_t budget_;
  plan::Counterparts counterparts_;
  Contents contents_a_, contents_b_;
  ReadRanges read_a_, read_b_;
  std::map<std::string, const Tensor*> by_name_;        // of b
  std::map<std::string, const Tensor*> holder_in_b_;    // by content
  std::set<std::string> in_a_;                          // contents
  std::set<std::string> confirmed_a_, confirmed_b_;     // tensors whose bytes the other holds
  std::map<std::string, std::string> matched_;          // -> taken for its counterpart by a test
  std::map<std::string, const Tensor*> first_of_hash_;  // of a
  std::map<Pair, Cosine> cosines_;
  std::set<std::string> tested_;      // components of which a test gave a finding; "": of any
  std::set<std::string> roles_of_b_;  // that were read in numbers
  std::set<Pair> in_parts_;           // parts of fused tensors with their counterparts
  evidence::Coverage coverage_;
};

}  // namespace

evidence::Coverage coverageOf(const plan::Model& a, const plan::Model& b,
                              const results::Results& results, std::uint64_t budget) {
  return Coverer(a, b, results, budget).run();
}

}  // namespace kindred::outcome
