#include "report/coverage.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "checkpoint/component.hpp"
#include "checkpoint/names.hpp"
#include "plan/counterparts.hpp"
#include "report/ranges.hpp"

namespace kindred::report {
namespace {

using checkpoint::Tensor;

std::string roleOf(const plan::Model& model, const std::string& tensor) {
  return model.architecture == nullptr ? "" : model.architecture->roleOf(tensor);
}

// Names as observations spell them.
struct Pair {
  std::string a, b;
  friend auto operator<=>(const Pair&, const Pair&) = default;
};

class Coverer {
 public:
  Coverer(const plan::Model& a, const plan::Model& b, const run::Results& results)
      : a_(a), b_(b), counterparts_(a, b), read_a_(a, results), read_b_(b, results) {
    for (const Tensor& tensor : b.checkpoint.tensors()) {
      by_name_.emplace(checkpoint::escaped(tensor.name), &tensor);
    }
    for (const run::Observation& o : results.observations) look(o);
    for (const run::PlainCosine& cosine : results.cosines) look(cosine);
    for (const run::Note& note : results.notes) look(note);
  }

  verdict::Coverage run() {
    sum(a_, coverage_.tensors_a, coverage_.bytes_a, coverage_.understood_a,
        coverage_.understood_bytes_a);
    sum(b_, coverage_.tensors_b, coverage_.bytes_b, coverage_.understood_b,
        coverage_.understood_bytes_b);
    for (const Tensor& tensor : a_.checkpoint.tensors()) place(tensor);
    plainCosine();
    return std::move(coverage_);
  }

 private:
  static void sum(const plan::Model& model, std::uint64_t& tensors, std::uint64_t& bytes,
                  std::uint64_t& understood, std::uint64_t& understood_bytes) {
    for (const Tensor& tensor : model.checkpoint.tensors()) {
      ++tensors;
      bytes += tensor.bytes;
      if (roleOf(model, tensor.name).empty()) continue;
      ++understood;
      understood_bytes += tensor.bytes;
    }
  }

  void look(const run::Observation& o) {
    const bool in_order = o.model_a == a_.key && o.model_b == b_.key;
    const bool reversed = o.model_a == b_.key && o.model_b == a_.key;
    if (!in_order && !reversed) return;
    const Pair pair = in_order ? Pair{o.tensor_a, o.tensor_b} : Pair{o.tensor_b, o.tensor_a};
    if (o.figure == "byte-hash") {
      hashed_.insert(o.step);
      if (o.value == 1) equal_.emplace(pair.a, pair.b);
    }
  }

  void look(const run::PlainCosine& cosine) {
    const bool in_order = cosine.model_a == a_.key && cosine.model_b == b_.key;
    const bool reversed = cosine.model_a == b_.key && cosine.model_b == a_.key;
    if ((!in_order && !reversed) || !std::isfinite(cosine.value)) return;
    const Pair pair =
        in_order ? Pair{cosine.tensor_a, cosine.tensor_b} : Pair{cosine.tensor_b, cosine.tensor_a};
    if (cosine.matched) matched_.emplace(pair.a, pair.b);
    cosines_.emplace(pair, Cosine{cosine.value, cosine.elements});
  }

  // Notes name tensors and not models: the steps are those that hashed this pair.
  void look(const run::Note& note) {
    if (!hashed_.contains(note.step)) return;
    const auto same = [&](const std::string& x, const std::string& y) {
      const auto found = equal_.find(x);
      return found != equal_.end() && found->second == y;
    };
    const bool in_order = same(note.tensor_a, note.tensor_b);
    if (!in_order && !same(note.tensor_b, note.tensor_a)) return;
    const std::string& name = in_order ? note.tensor_a : note.tensor_b;
    for (const auto& [key, text] : note.texts) {
      if (key == "constant") constant_[name] = text;
      if (key == "sha256_a") hash_[name] = text;
    }
  }

  // Every tensor of A goes to one component's count, and is compared or left out for one reason.
  void place(const Tensor& tensor) {
    const std::string name = checkpoint::escaped(tensor.name);
    const std::string role = roleOf(a_, tensor.name);
    const Tensor* partner = partnerOf(tensor, name);
    const bool same_shape = partner != nullptr && partner->shape == tensor.shape;
    const bool equal = equal_.contains(name);
    verdict::ComponentCount ignored;
    verdict::ComponentCount& count =
        hashed_.empty() ? ignored
                        : coverage_.components[checkpoint::componentOf(role, tensor.name)];
    const auto constant = constant_.find(name);
    if (equal && constant != constant_.end()) {
      ++count.constant;
      coverage_.no_evidence.push_back({name, constant->second});
      coverage_.left_out["constant"].add(tensor.bytes);
      return;
    }
    if (equal && isTied(name)) {
      ++count.tied;
      coverage_.left_out["tied"].add(tensor.bytes);
      return;
    }
    const auto parts = partner == nullptr ? counterparts_.parts(tensor)
                                          : std::vector<plan::Counterparts::PartPair>();
    const bool in_parts = !parts.empty();
    ++(equal ? count.equal : same_shape || in_parts ? count.changed : count.absent);
    for (const auto& [of_a, of_b] : parts) {
      in_parts_.insert({checkpoint::escaped(of_a.info.name), checkpoint::escaped(of_b.info.name)});
    }
    if (checkpoint::shown(tensor.encoding) == checkpoint::Shown::nothing) {
      coverage_.left_out["stored as codes"].add(tensor.bytes);
    } else if (in_parts) {
      const bool read = read_a_.any(tensor) &&
                        std::all_of(parts.begin(), parts.end(),
                                    [&](const auto& pair) { return read_b_.any(*pair.b.tensor); });
      (read ? coverage_.compared : coverage_.left_out["over budget"]).add(tensor.bytes);
    } else if (partner == nullptr) {
      coverage_.left_out["no counterpart"].add(tensor.bytes);
    } else if (!same_shape) {
      coverage_.left_out["other shape"].add(tensor.bytes);
    } else if (!read_a_.any(tensor) || !read_b_.any(*partner)) {
      coverage_.left_out[role.empty() ? "unknown role" : "over budget"].add(tensor.bytes);
    } else {
      coverage_.compared.add(tensor.bytes);
    }
  }

  const Tensor* partnerOf(const Tensor& tensor, const std::string& name) const {
    for (const auto* found_in : {&equal_, &matched_}) {
      const auto found = found_in->find(name);
      if (found == found_in->end()) continue;
      const auto partner = by_name_.find(found->second);
      if (partner != by_name_.end()) return partner->second;
    }
    return counterparts_.of(tensor);
  }

  // Equal tensors that another tensor of A holds too: an output that is the embedding.
  bool isTied(const std::string& name) {
    const auto hash = hash_.find(name);
    if (hash == hash_.end()) return false;
    const auto [first, fresh] = first_of_hash_.emplace(hash->second, name);
    if (fresh) return false;
    coverage_.no_evidence.push_back({name, "tied: the same bytes as " + first->second});
    return true;
  }

  void plainCosine() {
    double sum = 0;
    for (const auto& [pair, cosine] : cosines_) {
      if (in_parts_.contains(pair)) {
        sum += cosine.value * static_cast<double>(cosine.elements);
        coverage_.plain_parameters += cosine.elements;
        continue;
      }
      const Tensor* of_a = a_.checkpoint.find(pair.a);
      if (of_a == nullptr || constant_.contains(pair.a)) continue;
      const Tensor* partner = partnerOf(*of_a, pair.a);
      if (partner == nullptr || checkpoint::escaped(partner->name) != pair.b) continue;
      sum += cosine.value * static_cast<double>(cosine.elements);
      coverage_.plain_parameters += cosine.elements;
    }
    if (coverage_.plain_parameters == 0) return;
    coverage_.plain_cosine = sum / static_cast<double>(coverage_.plain_parameters);
  }

  struct Cosine {
    double value;
    std::uint64_t elements;
  };

  const plan::Model& a_;
  const plan::Model& b_;
  plan::Counterparts counterparts_;
  ReadRanges read_a_, read_b_;
  std::map<std::string, const Tensor*> by_name_;  // of b
  std::set<std::string> hashed_;                  // steps that compared the pair by content
  std::map<std::string, std::string> equal_;      // tensor of a -> tensor of b with the same bytes
  std::map<std::string, std::string> matched_;    // -> the one that a test took for its counterpart
  std::map<std::string, std::string> constant_;   // -> why it is no evidence
  std::map<std::string, std::string> hash_, first_of_hash_;
  std::map<Pair, Cosine> cosines_;
  std::set<Pair> in_parts_;  // parts of fused tensors with their counterparts
  verdict::Coverage coverage_;
};

}  // namespace

verdict::Coverage coverageOf(const plan::Model& a, const plan::Model& b,
                             const run::Results& results) {
  return Coverer(a, b, results).run();
}

}  // namespace kindred::report
