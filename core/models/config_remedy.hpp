// What to do about a configuration that states what cannot be: it may be config.json, or what a
// model's own file says in its place.
#pragma once

#include <string>
#include <string_view>

namespace kindred::models {

inline bool isConfigFile(std::string_view place) { return place.ends_with(".json"); }

inline std::string configRemedy(std::string_view place) {
  const std::string_view name = place.substr(place.find_last_of("/\\") + 1);
  return (isConfigFile(place) ? std::string(name) : "the file") + " is damaged; fetch it again";
}

}  // namespace kindred::models
