// What a test server hands out: bytes by offset, so that a file may be larger than any memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

namespace kindred::servers {

struct Content {
  std::uint64_t size = 0;
  std::function<void(std::uint64_t offset, std::span<std::byte> into)> fill;
  std::string etag;    // as sent, quotes included
  std::string sha256;  // where a Hub would publish one; such files are answered by redirect
};

Content textContent(std::string text);
// Pseudo-random bytes; the same seed gives the same bytes.
Content randomContent(std::uint64_t size, std::uint64_t seed);
Content fileContent(const std::filesystem::path& file);

// Bytes [offset, offset + length) of it.
std::string bytesOf(const Content& content, std::uint64_t offset, std::uint64_t length);

// A well-mixed 64-bit word from two numbers (the finaliser of splitmix64).
std::uint64_t mixed(std::uint64_t seed, std::uint64_t index);

}  // namespace kindred::servers
