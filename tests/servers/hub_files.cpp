#include "servers/hub_files.hpp"

#include <cstdio>

namespace kindred::servers {

std::uint64_t seeded(std::uint64_t seed, std::string_view text) {
  for (const char c : text) seed = mixed(seed, static_cast<unsigned char>(c));
  return seed;
}

std::string shardName(std::size_t number, std::size_t of, const std::string& stem) {
  char name[64];
  std::snprintf(name, sizeof name, "-%05zu-of-%05zu.safetensors", number, of);
  return stem + name;
}

Content indexContent(std::uint64_t total, const std::map<std::string, std::string>& shard_of) {
  std::string map;
  for (const auto& [tensor, shard] : shard_of) {
    map += (map.empty() ? "\n\"" : ",\n\"") + tensor + "\": \"" + shard + '"';
  }
  return textContent("{\"metadata\": {\"total_size\": " + std::to_string(total) +
                     "}, \"weight_map\": {" + map + "}}");
}

std::string jsonField(const char* name, std::uint64_t value) {
  return std::string(", \"") + name + "\": " + std::to_string(value);
}

}  // namespace kindred::servers
