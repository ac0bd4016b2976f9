// A model's matrices by the role they may play, and those that can't: each is here until a check
// finds something wrong with it, then it is a misfit with that reason.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <kindred/model_weights.hpp>

#include "models/architecture.hpp"
#include "models/expected_shape.hpp"
#include "models/role_shapes.hpp"

namespace kindred::models {

inline constexpr std::string_view kSharedGate = "shared.gate", kSharedUp = "shared.up",
                                  kSharedDown = "shared.down";
// They turn with their rows (kindred/analysis/align/biases.hpp).
inline constexpr std::string_view kKeyBias = "attention.k_bias", kValueBias = "attention.v_bias";

// The roles whose matrices tests read.
inline constexpr std::array kReadRoles{role::kEmbedding,   role::kOutput,
                                       role::kGate,        role::kUp,
                                       role::kDown,        role::kRouter,
                                       role::kQuery,       role::kKey,
                                       role::kValue,       role::kAttentionOutput,
                                       role::kQueryLatent, role::kKeyValueLatent,
                                       role::kSharedKey,   role::kAttentionNorm,
                                       role::kMlpNorm,     role::kFinalNorm,
                                       kSharedGate,        kSharedUp,
                                       kSharedDown,        kKeyBias,
                                       kValueBias};

// A model of more layers than this has yet to be made; bounds what a stated or named layer costs.
inline constexpr std::uint64_t kMostLayers = 10'000;

class RoleViews {
 public:
  using Index = std::pair<std::int64_t, std::int64_t>;  // layer, expert
  using Views = std::map<Index, View>;

  // All that the architecture's patterns find; twice in one place: the first alone.
  RoleViews(const Checkpoint& checkpoint, const Architecture& architecture);

  // None of what is not one of kReadRoles.
  const Views& of(std::string_view role) const;
  const View* find(std::string_view role, const Index& index) const;
  bool empty() const;

  void add(std::string_view role, const Index& index, View view) {
    views_.at(role).try_emplace(index, std::move(view));
  }
  void leaveOut(std::string_view role, const std::string& tensor, std::string reason);
  void leaveOut(const View& view, std::string reason) {
    leaveOut(view.info.role, view.info.name, std::move(reason));
  }
  void leaveOutAll(const std::string& reason);
  // Those of a role for which `reason(index, view)` has something to say.
  template <class Reason>
  void filter(std::string_view role, Reason&& reason) {
    std::erase_if(views_.at(role), [&](const auto& entry) {
      std::string text = reason(entry.first, entry.second);
      if (text.empty()) return false;
      leaveOut(entry.second, std::move(text));
      return true;
    });
  }
  // Those of a role that have another shape.
  void check(std::string_view role, const ExpectedShape& expected) {
    filter(role, [&](const Index&, const View& view) { return mismatch(view.info, expected); });
  }
  // Those of layers for which `gone(layer)` holds, as no misfits of their own.
  template <class Gone>
  void dropLayers(Gone&& gone) {
    for (auto& [role, views] : views_) {
      std::erase_if(views, [&](const auto& entry) {
        return entry.first.first >= 0 && gone(static_cast<std::uint64_t>(entry.first.first));
      });
    }
  }

  // All that is left, by role, layer and expert.
  std::vector<View> take();
  // Those of roles first, those of whole layers after them; many of one reason as one.
  std::vector<Misfit> misfits() const;

 private:
  void gather(const Checkpoint& checkpoint, const Architecture& architecture,
              std::string_view role);

  std::map<std::string_view, Views> views_;
  // By role and reason: the tensors' names.
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> misfits_;
};

// The key that most have; 0: there is none.
std::uint64_t mostCommon(const std::map<std::uint64_t, std::size_t>& counts);

}  // namespace kindred::models
