#include "servers/gzip.hpp"

#include <algorithm>
#include <boost/crc.hpp>
#include <cstdint>

namespace kindred::servers {
namespace {

void addNumber(std::string& out, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
}

}  // namespace

std::string gzipped(std::string_view text) {
  boost::crc_32_type crc;
  crc.process_bytes(text.data(), text.size());
  const auto size = static_cast<std::uint32_t>(text.size());
  std::string out("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
  do {
    const std::string_view block = text.substr(0, 0xffff);
    text.remove_prefix(block.size());
    out += text.empty() ? '\1' : '\0';  // the last one
    const auto length = static_cast<std::uint32_t>(block.size());
    addNumber(out, length, 2);
    addNumber(out, ~length, 2);
    out += block;
  } while (!text.empty());
  addNumber(out, crc.checksum(), 4);
  addNumber(out, size, 4);
  return out;
}

}  // namespace kindred::servers
