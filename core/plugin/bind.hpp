// From a plugin's parameters as somebody wrote them to the checked, complete set that it gets.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <kindred/parameters.hpp>

#include "plugin/plugin.hpp"

namespace kindred::plugin {

struct Given {
  std::string name;
  std::string value;
  bool is_scalar = true;  // false: a list or map stood there, which no parameter takes
};

// One thing wrong with the parameters given.
struct Misfit {
  enum class Where { name, value, absent } where = Where::name;
  std::size_t index = 0;  // into what was given; meaningless for absent
  std::string message;    // "unknown parameter 'centered' of plugin 'cosine'"
  std::string hint;       // "did you mean 'centred'?", or what is allowed
};

struct Bound {
  Parameters parameters;  // complete with defaults; usable only where misfits is empty
  std::vector<Misfit> misfits;
};

Bound bindParameters(const Plugin& plugin, std::span<const Given> given);

}  // namespace kindred::plugin
