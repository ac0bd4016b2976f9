// The format of gzip, without its compression: what a client must be able to read.
#pragma once

#include <string>
#include <string_view>

namespace kindred::servers {

// A gzip stream that holds `text` in stored blocks (RFC 1951, section 3.2.4; RFC 1952).
std::string gzipped(std::string_view text);

}  // namespace kindred::servers
