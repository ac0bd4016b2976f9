#include "plan/pairing.hpp"

#include <algorithm>
#include <functional>
#include <map>

#include <kindred/error.hpp>

namespace kindred::plan {
namespace {

using recipe::Pairing;

std::string shapeText(const TensorInfo& info) {
  std::string text = "[";
  for (const std::uint64_t d : info.shape)
    text += (text.size() > 1 ? ", " : "") + std::to_string(d);
  return text + "]";
}

// Why the elements can't be laid over each other, or empty: shapes must be equal, or, for a sample
// of the first N, the rows.
std::string mismatch(const TensorInfo& a, const TensorInfo& b, const recipe::Sample& sample) {
  if (a.dtype == DType::C64 || b.dtype == DType::C64) return "complex numbers are not compared";
  if (a.shape == b.shape) return {};
  const bool equal_rows = a.shape.size() == b.shape.size() && !a.shape.empty() &&
                          std::equal(a.shape.begin() + 1, a.shape.end(), b.shape.begin() + 1);
  if (sample.kind == recipe::Sample::Kind::head && equal_rows &&
      sample.count <= std::min(a.elements, b.elements)) {
    return {};
  }
  return "shapes differ: " + shapeText(a) + " and " + shapeText(b);
}

class Pairer {
 public:
  Pairer(const recipe::Meeting& rule, const recipe::Sample& sample, const Model& model_a,
         const std::vector<Selected>& a, const Model& model_b, const std::vector<Selected>& b)
      : rule_(rule), sample_(sample), model_a_(model_a), model_b_(model_b), a_(a), b_(b) {}

  Pairs run() {
    switch (rule_.by) {
      case Pairing::content:
      case Pairing::counterparts:
        break;
      case Pairing::map:
        byMap();
        break;
      case Pairing::same_name:
      case Pairing::same_layer:
        byIdentity();
        break;
      case Pairing::within:
        byGroup([](std::int64_t i, std::int64_t j) { return i < j; });
        break;
      case Pairing::all_layers:
        byGroup([](std::int64_t, std::int64_t) { return true; });
        break;
      case Pairing::against_layers:
        byGroup([this](std::int64_t, std::int64_t j) {
          return std::find(rule_.layers.begin(), rule_.layers.end(), j) != rule_.layers.end();
        });
        break;
    }
    return std::move(pairs_);
  }

 private:
  void leaveOut(const Selected* a, const Selected* b, std::string reason) {
    LeftOut left;
    left.reason = std::move(reason);
    if (a != nullptr) {
      left.model_a = a->view.info.model;
      left.tensor_a = a->view.info.name;
    }
    if (b != nullptr) {
      left.model_b = b->view.info.model;
      left.tensor_b = b->view.info.name;
    }
    pairs_.left_out.push_back(std::move(left));
  }

  void add(std::size_t a, std::size_t b) {
    std::string reason = mismatch(a_[a].view.info, b_[b].view.info, sample_);
    if (reason.empty()) {
      pairs_.pairs.push_back({a, b});
    } else {
      leaveOut(&a_[a], &b_[b], std::move(reason));
    }
  }

  // Patterns pair tensors of one name; roles pair by role, layer and expert, whatever the names.
  void byIdentity() {
    std::map<std::string, std::size_t> partners;
    for (std::size_t j = 0; j < b_.size(); ++j) partners.emplace(b_[j].identity, j);
    for (std::size_t i = 0; i < a_.size(); ++i) {
      const auto found = partners.find(a_[i].identity);
      if (found == partners.end()) {
        leaveOut(&a_[i], nullptr, "no counterpart in " + model_b_.key);
        continue;
      }
      add(i, found->second);
      partners.erase(found);
    }
    for (std::size_t j = 0; j < b_.size(); ++j) {
      if (!partners.contains(b_[j].identity)) continue;
      leaveOut(nullptr, &b_[j], "no counterpart in " + model_a_.key);
    }
  }

  // Layers of one against layers of the other, within one pattern or role.
  void byGroup(const std::function<bool(std::int64_t, std::int64_t)>& wanted) {
    std::map<std::string, std::vector<std::size_t>> groups;
    for (std::size_t j = 0; j < b_.size(); ++j) groups[b_[j].group].push_back(j);
    for (std::size_t i = 0; i < a_.size(); ++i) {
      for (const std::size_t j : groups[a_[i].group]) {
        if (wanted(a_[i].view.info.layer, b_[j].view.info.layer)) add(i, j);
      }
    }
  }

  static std::size_t named(const std::vector<Selected>& among, const std::string& name,
                           const recipe::Place& place) {
    const auto found = std::find_if(among.begin(), among.end(),
                                    [&](const Selected& s) { return s.view.info.name == name; });
    if (found != among.end()) return static_cast<std::size_t>(found - among.begin());
    std::vector<std::string> known;
    for (const Selected& s : among) known.push_back(s.view.info.name);
    const std::string near = recipe::didYouMean(name, known);
    throw inputError(recipe::text(place),
                     "the map names tensor '" + name + "', which is not among those selected",
                     near.empty() ? "kindred inspect lists them" : "did you mean '" + near + "'?");
  }

  void byMap() {
    for (std::size_t k = 0; k < rule_.map.size(); ++k) {
      const recipe::Place& place = rule_.map_places.at(k);
      add(named(a_, rule_.map[k].first, place), named(b_, rule_.map[k].second, place));
    }
  }

  const recipe::Meeting& rule_;
  const recipe::Sample& sample_;
  const Model& model_a_;
  const Model& model_b_;
  const std::vector<Selected>& a_;
  const std::vector<Selected>& b_;
  Pairs pairs_;
};

}  // namespace

Pairs pair(const recipe::Meeting& rule, const recipe::Sample& sample, const Model& model_a,
           const std::vector<Selected>& a, const Model& model_b, const std::vector<Selected>& b) {
  return Pairer(rule, sample, model_a, a, model_b, b).run();
}

}  // namespace kindred::plan
