// Every call into a plugin goes through here: whatever it throws becomes an Error that names it.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace kindred::plugin {

// Inside a catch block: throws the current exception again as kindred::Error.
//   an Error                 keeps category (internal becomes plugin), place, message and remedy;
//                            an empty place becomes "plugin 'NAME'"
//   a std::exception         Category::plugin, its text behind "plugin 'NAME'"
//   Stopped                  stays what it is
//   anything else            Category::plugin
// `file` is the plugin's library; where given, it is named with what is the plugin's own mistake.
[[noreturn]] void rethrowNaming(std::string_view plugin, const std::string& file = {});

// guard("cosine", [&] { return accumulator->finish(); })
template <class Call>
decltype(auto) guard(std::string_view plugin, Call&& call) {
  try {
    return std::forward<Call>(call)();
  } catch (...) {
    rethrowNaming(plugin);
  }
}

}  // namespace kindred::plugin
