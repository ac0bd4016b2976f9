// What the streaming pass is compared with: reading alone, and the loop that one would write first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

namespace kindred::bench {

// Time that this thread has had of a processor, in the kernel too: what others do on the machine
// does not count, unless they take its memory's bandwidth.
double threadSeconds();

// Reads both files once, one after the other, and gives the seconds; the fastest ways to read a
// file whose pages are in memory.
double readByCalls(const std::filesystem::path& a, const std::filesystem::path& b);
double readMapped(const std::filesystem::path& a, const std::filesystem::path& b);

struct Figures {
  double cosine = 0, pearson = 0, mad = 0, rms = 0, max = 0, rel_l2 = 0, equal = 0, sign = 0;
};

// One loop over both files of BF16 numbers that widens each to double and sums in doubles.
Figures plainLoop(const std::filesystem::path& a, const std::filesystem::path& b);
// The same in long double, summed in parts, as the reference.
Figures referenceLoop(const std::filesystem::path& a, const std::filesystem::path& b);

}  // namespace kindred::bench
