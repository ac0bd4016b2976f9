// What the files of a checkpoint on a Hub have in common, whatever makes their bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "servers/content.hpp"

namespace kindred::servers {

// Another seed for each text.
std::uint64_t seeded(std::uint64_t seed, std::string_view text);

// "model-00001-of-00004.safetensors"; numbers begin at 1.
std::string shardName(std::size_t number, std::size_t of, const std::string& stem = "model");

// model.safetensors.index.json: bytes in all, and of each tensor the shard that holds it.
Content indexContent(std::uint64_t total, const std::map<std::string, std::string>& shard_of);

// A further field of a JSON object: ", \"name\": value".
std::string jsonField(const char* name, std::uint64_t value);

}  // namespace kindred::servers
