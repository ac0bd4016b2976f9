#include "models/naming.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <unordered_set>
#include <vector>

#include <fmt/format.h>

#include "words/names.hpp"

namespace kindred::models {
namespace {

// Words that training frameworks put between a module and its parts.
constexpr std::array<std::string_view, 4> kWrappers{"_orig_mod", "_fsdp_wrapped_module",
                                                    "_checkpoint_wrapped_module", "base_layer"};

// Of a prefix that is not the family's own: fewer roles may fit by chance.
constexpr std::size_t kFewestRoles = 4;
// The same of a family without layers, whose names are few.
constexpr std::size_t kFewestOfNoLayers = 2;

std::string withoutWrappers(std::string_view name) {
  std::string kept;
  while (!name.empty()) {
    const std::size_t end = std::min(name.find('.'), name.size() - 1);
    std::string_view word = name.substr(0, end + 1);
    name.remove_prefix(word.size());
    const std::string_view bare = word.ends_with('.') ? word.substr(0, word.size() - 1) : word;
    if (std::find(kWrappers.begin(), kWrappers.end(), bare) == kWrappers.end()) kept += word;
  }
  return kept;
}

// A pattern without the root of the body.
struct Stem {
  NamePattern pattern;
  std::size_t role;  // patterns of one role count once
};

class Namer {
 public:
  Namer(const Checkpoint& checkpoint, const ArchitectureRules& rules) {
    std::vector<std::pair<std::string, std::size_t>> patterns;
    std::size_t role = 0;
    for (const auto& [name, of_role] : rules.roles) {
      for (const NamePattern& pattern : of_role) patterns.emplace_back(pattern.text(), role);
      ++role;
    }
    // Of the roles alone: a family inherits splits of layouts that it does not have.
    root_ = rootOf(patterns);
    for (const SplitRule& split : rules.splits) patterns.emplace_back(split.from.text(), role++);
    layered_ = isLayered(patterns);
    if (!layered_) root_.clear();
    for (const auto& [text, of_role] : patterns) {
      if (!layered_ || (root_.empty() ? isOfLayer(text) : text.starts_with(root_))) {
        body_.push_back({NamePattern(text.substr(root_.size())), of_role});
      } else {
        outer_.push_back({NamePattern(text), of_role});
      }
    }
    for (const Tensor& tensor : checkpoint.tensors()) {
      tensors_.push_back({&tensor, withoutWrappers(tensor.name)});
    }
  }

  void name(std::unordered_map<std::string, std::string>& names, std::string& text) {
    const std::string prefix = bestPrefix();
    std::unordered_set<std::string> taken;
    std::size_t wrapped = 0;
    // Names that no wrapper has touched come first: of two tensors with one name they are it.
    for (const bool touched : {false, true}) {
      for (const Named& named : tensors_) {
        if ((named.name != named.tensor->name) != touched) continue;
        std::string canonical = canonicalOf(named.name, prefix);
        if (!canonical.empty() && !taken.insert(canonical).second) canonical.clear();
        if (!canonical.empty() && touched) ++wrapped;
        if (canonical != named.tensor->name) {
          // Other tensors have no role anyway.
          if (!canonical.empty() || fitsAsItIs(named.tensor->name)) {
            names.emplace(named.tensor->name, std::move(canonical));
          }
        }
      }
    }
    text = inWords(prefix, wrapped);
  }

 private:
  struct Named {
    const Tensor* tensor;
    std::string name;  // without wrappers
  };

  static bool isOfLayer(const std::string& pattern) {
    return layerIn(pattern) != std::string::npos;
  }

  // Whether a role stands in layers alone: in a projector each may stand outside all of them.
  static bool isLayered(const std::vector<std::pair<std::string, std::size_t>>& patterns) {
    std::set<std::size_t> inside, outside;
    for (const auto& [text, role] : patterns) (isOfLayer(text) ? inside : outside).insert(role);
    return std::any_of(inside.begin(), inside.end(),
                       [&](std::size_t role) { return !outside.contains(role); });
  }

  // "model." where the names of all layers begin with it.
  static std::string rootOf(const std::vector<std::pair<std::string, std::size_t>>& patterns) {
    std::optional<std::string> root;
    for (const auto& [text, role] : patterns) {
      const std::size_t brace = layerIn(text);
      if (brace == std::string::npos) continue;
      const std::size_t dot = text.find('.');
      const std::string first = dot < brace ? text.substr(0, dot + 1) : std::string();
      if (root && *root != first) return {};
      root = first;
    }
    return root.value_or("");
  }

  static const Stem* fitting(const std::vector<Stem>& stems, std::string_view name) {
    const auto found = std::find_if(stems.begin(), stems.end(), [&](const Stem& stem) {
      return stem.pattern.match(name).has_value();
    });
    return found == stems.end() ? nullptr : &*found;
  }

  // The prefix under which most of the body is there.
  std::string bestPrefix() const {
    struct Fit {
      std::set<std::size_t> roles;
      std::uint64_t elements = 0;
    };
    std::map<std::string, Fit, std::less<>> fits;
    for (const Named& named : tensors_) {
      for (std::size_t at = 0; at < named.name.size();) {
        const std::string_view rest = std::string_view(named.name).substr(at);
        if (const Stem* stem = fitting(body_, rest)) {
          Fit& fit = fits[named.name.substr(0, at)];
          fit.roles.insert(stem->role);
          fit.elements += named.tensor->elements;
        }
        const std::size_t dot = named.name.find('.', at);
        if (dot == std::string::npos) break;
        at = dot + 1;
      }
    }
    const auto rank = [&](const auto& entry) {
      return std::tuple(entry.second.roles.size(), entry.second.elements, entry.first == root_);
    };
    const auto best = std::max_element(
        fits.begin(), fits.end(), [&](const auto& x, const auto& y) { return rank(x) < rank(y); });
    const std::size_t fewest = layered_ ? kFewestRoles : kFewestOfNoLayers;
    if (best == fits.end() || best->second.roles.size() < fewest) return root_;
    return best->first;
  }

  // Where a head may stand: under what the body's root was put, then as near to the body as can be.
  std::vector<std::string_view> outerPrefixes(std::string_view prefix) const {
    std::vector<std::string_view> list;
    if (prefix.ends_with(root_)) list.push_back(prefix.substr(0, prefix.size() - root_.size()));
    list.push_back(prefix);
    for (std::size_t at = prefix.size(); at-- > 0;) {
      if (at == 0 || prefix[at - 1] == '.') list.push_back(prefix.substr(0, at));
    }
    return list;
  }

  std::string canonicalOf(const std::string& name, const std::string& prefix) const {
    if (name.starts_with(prefix)) {
      const std::string rest = name.substr(prefix.size());
      if (fitting(body_, rest) != nullptr) return root_ + rest;
    }
    for (const std::string_view outer : outerPrefixes(prefix)) {
      if (!name.starts_with(outer)) continue;
      const std::string rest = name.substr(outer.size());
      if (fitting(outer_, rest) != nullptr) return rest;
    }
    return {};
  }

  bool fitsAsItIs(const std::string& name) const {
    if (fitting(outer_, name) != nullptr) return true;
    return name.starts_with(root_) && fitting(body_, name.substr(root_.size())) != nullptr;
  }

  std::string inWords(const std::string& prefix, std::size_t wrapped) const {
    std::string text;
    if (prefix != root_) {
      text = prefix.empty()  ? fmt::format("names stand without '{}'", root_)
             : root_.empty() ? fmt::format("names stand behind '{}'", words::escaped(prefix))
                             : fmt::format("'{}' stands for '{}'", words::escaped(prefix), root_);
    }
    if (wrapped > 0) {
      text += fmt::format("{}words of wrappers are left out of {} names", text.empty() ? "" : ", ",
                          wrapped);
    }
    return text;
  }

  std::string root_;
  bool layered_ = true;
  std::vector<Stem> body_, outer_;
  std::vector<Named> tensors_;
};

}  // namespace

Naming::Naming(const Checkpoint& checkpoint, const ArchitectureRules& rules) {
  Namer(checkpoint, rules).name(names_, text_);
}

std::string_view Naming::canonical(std::string_view name) const {
  if (names_.empty()) return name;
  const auto found = names_.find(std::string(name));
  return found == names_.end() ? name : std::string_view(found->second);
}

}  // namespace kindred::models
