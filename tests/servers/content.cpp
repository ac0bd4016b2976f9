#include "servers/content.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>

namespace kindred::servers {
namespace {

std::string hex(std::uint64_t value) {
  char text[17];
  std::snprintf(text, sizeof text, "%016lx", value);
  return text;
}

std::string tagOf(std::uint64_t value) { return '"' + hex(value) + '"'; }

}  // namespace

std::uint64_t mixed(std::uint64_t seed, std::uint64_t index) {
  std::uint64_t z = seed * 0x9e3779b97f4a7c15U + index;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

Content textContent(std::string text) {
  std::uint64_t tag = text.size();
  for (const char c : text) tag = mixed(tag, static_cast<unsigned char>(c));
  const auto shared = std::make_shared<const std::string>(std::move(text));
  return {shared->size(),
          [shared](std::uint64_t offset, std::span<std::byte> into) {
            std::memcpy(into.data(), shared->data() + offset, into.size());
          },
          tagOf(tag),
          {}};
}

Content randomContent(std::uint64_t size, std::uint64_t seed) {
  const auto fill = [seed](std::uint64_t offset, std::span<std::byte> into) {
    for (std::size_t i = 0; i < into.size();) {
      const std::uint64_t at = offset + i;
      const std::uint64_t word = mixed(seed, at / 8);
      const std::size_t n = std::min<std::size_t>(8 - at % 8, into.size() - i);
      std::memcpy(into.data() + i, reinterpret_cast<const char*>(&word) + at % 8, n);
      i += n;
    }
  };
  const std::string tag = hex(mixed(seed, size));
  return {size, fill, '"' + tag + '"', tag + tag + tag + tag};
}

Content fileContent(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return textContent(std::string(std::istreambuf_iterator<char>(in), {}));
}

std::string bytesOf(const Content& content, std::uint64_t offset, std::uint64_t length) {
  std::string text(length, '\0');
  if (length > 0) content.fill(offset, std::as_writable_bytes(std::span(text)));
  return text;
}

}  // namespace kindred::servers
