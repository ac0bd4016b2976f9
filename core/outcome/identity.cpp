#include "outcome/identity.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "words/names.hpp"

namespace kindred::outcome {
namespace {

using models::Tensor;
using words::escaped;

constexpr std::size_t kDifferencesNamed = 20;  // differences that are told one by one

const results::TensorContent* storedContent(const Contents& contents, const Tensor& tensor) {
  const auto found = contents.find(tensor.name);
  return found == contents.end() ? nullptr : found->second;
}

std::string shapeText(const Tensor& tensor) {
  return fmt::format("[{}]", fmt::join(tensor.shape, ", "));
}

class Identifier {
 public:
  Identifier(const plan::Model& a, const plan::Model& b, const plan::Counterparts& counterparts,
             const Contents& contents_a, const Contents& contents_b, const Confirmed& confirmed)
      : a_(a),
        b_(b),
        counterparts_(counterparts),
        contents_a_(contents_a),
        contents_b_(contents_b),
        confirmed_(confirmed) {}

  evidence::Identity run() {
    result_.known = allRead(a_, contents_a_) && allRead(b_, contents_b_);
    for (const Tensor& tensor : b_.checkpoint.tensors()) {
      if (const auto* content = storedContent(contents_b_, tensor)) {
        holder_in_b_.emplace(content->xxh3_128, &tensor);
      }
    }
    for (const Tensor& tensor : a_.checkpoint.tensors()) {
      const Tensor* partner = counterparts_.of(tensor);
      if (partner == nullptr) {
        onlyIn(a_, contents_a_, tensor, b_);
      } else {
        compare(tensor, *partner);
      }
    }
    for (const Tensor& tensor : b_.checkpoint.tensors()) {
      if (counterparts_.ofB(tensor) == nullptr) onlyIn(b_, contents_b_, tensor, a_);
    }
    for (const plan::Model* model : {&a_, &b_}) remarkOnFiles(*model);
    return std::move(result_);
  }

 private:
  static bool allRead(const plan::Model& model, const Contents& contents) {
    const auto& tensors = model.checkpoint.tensors();
    return std::all_of(tensors.begin(), tensors.end(), [&](const Tensor& tensor) {
      return tensor.bytes == 0 || storedContent(contents, tensor) != nullptr;
    });
  }

  void differs(std::string what) {
    ++result_.differing;
    if (result_.differences.size() < kDifferencesNamed)
      result_.differences.push_back(std::move(what));
  }

  void compare(const Tensor& a, const Tensor& b) {
    const std::string label =
        a.name == b.name ? escaped(a.name)
                         : fmt::format("{} ({} in {})", escaped(a.name), escaped(b.name), b_.key);
    if (a.shape != b.shape) {
      differs(fmt::format("{} is {} in {} and {} in {}", label, shapeText(a), a_.key, shapeText(b),
                          b_.key));
    } else if (a.dtype != b.dtype) {
      differs(fmt::format("{} is {} in {} and {} in {}", label, name(a.dtype), a_.key,
                          name(b.dtype), b_.key));
    } else if (a.bytes > 0) {
      compareBytes(a, b, label);
    }
  }

  void compareBytes(const Tensor& a, const Tensor& b, const std::string& label) {
    const results::TensorContent* of_a = storedContent(contents_a_, a);
    const results::TensorContent* of_b = storedContent(contents_b_, b);
    if (of_a == nullptr || of_b == nullptr) return;
    if (of_a->xxh3_128 == of_b->xxh3_128) {
      if (!confirmed_(a, b)) result_.known = false;
      return;
    }
    const auto elsewhere = holder_in_b_.find(of_a->xxh3_128);
    differs(elsewhere == holder_in_b_.end()
                ? label + " holds other bytes"
                : fmt::format("{} holds the bytes of {}'s {}", label, b_.key,
                              escaped(elsewhere->second->name)));
  }

  void onlyIn(const plan::Model& model, const Contents& contents, const Tensor& tensor,
              const plan::Model& other) {
    if (isTiedHead(model, contents, tensor) && !hasRole(other, "head")) {
      result_.remarks.push_back(
          fmt::format("{} of {} is its embedding, written out", escaped(tensor.name), model.key));
    } else {
      differs(fmt::format("{} is only in {}", escaped(tensor.name), model.key));
    }
  }

  static std::string roleOf(const plan::Model& model, const Tensor& tensor) {
    return model.architecture == nullptr ? "" : model.architecture->roleOf(tensor.name);
  }

  static bool hasRole(const plan::Model& model, const std::string& role) {
    const auto& tensors = model.checkpoint.tensors();
    return std::any_of(tensors.begin(), tensors.end(),
                       [&](const Tensor& tensor) { return roleOf(model, tensor) == role; });
  }

  static bool isTiedHead(const plan::Model& model, const Contents& contents, const Tensor& head) {
    const results::TensorContent* content = storedContent(contents, head);
    if (roleOf(model, head) != "head" || content == nullptr) return false;
    const auto& tensors = model.checkpoint.tensors();
    return std::any_of(tensors.begin(), tensors.end(), [&](const Tensor& tensor) {
      const results::TensorContent* other = storedContent(contents, tensor);
      return other != nullptr && roleOf(model, tensor) == "embedding" &&
             tensor.shape == head.shape && tensor.dtype == head.dtype &&
             other->xxh3_128 == content->xxh3_128;
    });
  }

  // Which files were left out; where index and shards disagree, a model is not known whole.
  void remarkOnFiles(const plan::Model& model) {
    for (const std::string& note : model.checkpoint.notes()) {
      result_.remarks.push_back(fmt::format("Of {}: {}", model.key, note));
    }
    if (!model.checkpoint.agreesWithIndex()) {
      differs(fmt::format("the files of {} are not what its index names", model.key));
    }
  }

  const plan::Model& a_;
  const plan::Model& b_;
  const plan::Counterparts& counterparts_;
  const Contents& contents_a_;
  const Contents& contents_b_;
  const Confirmed& confirmed_;
  std::map<std::string, const Tensor*> holder_in_b_;  // by content
  evidence::Identity result_;
};

}  // namespace

Contents contentsOf(const plan::Model& model, const results::Results& results) {
  Contents contents;
  auto content = std::lower_bound(
      results.contents.begin(), results.contents.end(), model.filesKey(),
      [](const results::TensorContent& c, const std::string& key) { return c.model < key; });
  for (; content != results.contents.end() && content->model == model.filesKey(); ++content) {
    contents.emplace(content->tensor, &*content);
  }
  return contents;
}

evidence::Identity identityOf(const plan::Model& a, const plan::Model& b,
                              const plan::Counterparts& counterparts, const Contents& contents_a,
                              const Contents& contents_b, const Confirmed& confirmed) {
  return Identifier(a, b, counterparts, contents_a, contents_b, confirmed).run();
}

}  // namespace kindred::outcome
