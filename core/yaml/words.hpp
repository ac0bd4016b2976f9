// How diagnostics put things into words: quoting, near misses, and scalars read strictly.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kindred::yaml {

// 'text' for a message: control characters escaped, cut after 60 bytes.
std::string quote(std::string_view text);

// The closest of `known` to `word` if near enough to be a slip of the pen, else empty.
std::string didYouMean(std::string_view word, const std::vector<std::string>& known);
// "did you mean 'metrics'?", else "known: a, b" (or `none` where nothing is known).
std::string nearest(std::string_view word, const std::vector<std::string>& known,
                    std::string_view none);

// Scalars, all of the text or nothing. Numbers are decimal and finite.
std::optional<std::int64_t> integerOf(std::string_view text);
std::optional<double> numberOf(std::string_view text);

}  // namespace kindred::yaml
