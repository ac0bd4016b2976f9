#include "models/role_views.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "models/encoding.hpp"
#include "words/names.hpp"

namespace kindred::models {
namespace {

// Misfits of one role and reason that are named one by one.
constexpr std::size_t kNamed = 16;

bool isOfMlp(std::string_view role) {
  return role == role::kMlpNorm || role == role::kGate || role == role::kUp || role == role::kDown;
}

}  // namespace

RoleViews::RoleViews(const Checkpoint& checkpoint, const Architecture& architecture) {
  for (const std::string_view role : kReadRoles) gather(checkpoint, architecture, role);
}

void RoleViews::gather(const Checkpoint& checkpoint, const Architecture& architecture,
                       std::string_view role) {
  std::vector<Unsplit> unsplit;
  Views& views = views_[role];
  std::vector<View> found = architecture.resolve(checkpoint, role, unsplit);
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
      leaveOut(view,
               fmt::format("stands for the same as '{}'", words::escaped(known->second.info.name)));
    }
  }
  for (const Unsplit& entry : unsplit) leaveOut(role, entry.tensor->name, entry.problem);
}

void RoleViews::leaveOut(std::string_view role, const std::string& tensor, std::string reason) {
  misfits_[{std::string(role), std::move(reason)}].push_back(tensor);
}

void RoleViews::leaveOutAll(const std::string& reason) {
  for (const std::string_view role : kReadRoles) {
    filter(role, [&](const Index&, const View&) { return reason; });
  }
}

const RoleViews::Views& RoleViews::of(std::string_view role) const {
  static const Views kNone;
  const auto found = views_.find(role);
  return found == views_.end() ? kNone : found->second;
}

const View* RoleViews::find(std::string_view role, const Index& index) const {
  const Views& views = of(role);
  const auto found = views.find(index);
  return found == views.end() ? nullptr : &found->second;
}

bool RoleViews::empty() const {
  return std::all_of(views_.begin(), views_.end(),
                     [](const auto& entry) { return entry.second.empty(); });
}

std::vector<View> RoleViews::take() {
  std::vector<View> all;
  for (const std::string_view role : kReadRoles) {
    for (auto& [index, view] : views_.at(role)) all.push_back(std::move(view));
  }
  views_.clear();
  return all;
}

std::vector<Misfit> RoleViews::misfits() const {
  std::vector<Misfit> misfits;
  for (const auto& [key, tensors] : misfits_) {
    const std::size_t named = tensors.size() > kNamed ? 1 : tensors.size();
    for (std::size_t i = 0; i < named; ++i) {
      std::string tensor = words::escaped(tensors[i]);
      if (named < tensors.size()) tensor += fmt::format(" and {} more", tensors.size() - 1);
      misfits.push_back({key.first, std::move(tensor), key.second});
    }
  }
  std::stable_partition(misfits.begin(), misfits.end(),
                        [](const Misfit& misfit) { return !misfit.role.empty(); });
  return misfits;
}

std::uint64_t mostCommon(const std::map<std::uint64_t, std::size_t>& counts) {
  const auto most =
      std::max_element(counts.begin(), counts.end(),
                       [](const auto& x, const auto& y) { return x.second < y.second; });
  return most == counts.end() ? 0 : most->first;
}

}  // namespace kindred::models
