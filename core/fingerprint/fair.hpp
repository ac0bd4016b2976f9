// What of a fingerprint alone may serve as the reference of a test: whose rows are copies of each
// other and share a coin, and whether the signs of its rows are fair given what pairs them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <kindred/analysis/align/coins.hpp>

#include "fingerprint/fingerprint.hpp"

namespace kindred::fingerprint {

// A number for each row; those of rows that are copies of each other are equal.
using Coinage = std::vector<std::uint32_t>;

// Rows more alike, up to sign, than any of so many random ones would be; and like-numbered or
// nearest rows of two layers, or of two experts, whose signs agree more often than chance allows.
Coinage coinageOf(const Rows& rows, std::uint64_t hidden);
Coinage coinageOf(const Bands& bands);

// Why the signs of the rows are no fair coins: in the fingerprint alone they agree too often with
// those of the rows that pair them, or of the rows before them. Empty: nothing speaks against it.
std::string unfair(const Rows& rows, const Coinage& coinage);
std::string unfair(const Bands& bands, const Coinage& coinage);

// The same of coins that were tossed in a fingerprint alone, against what pairs them; `tests`: of
// one kind of rows.
std::string refusal(const align::SignCount& count, const std::string& against,
                    const std::string& what = "rows", double tests = 2);

}  // namespace kindred::fingerprint
