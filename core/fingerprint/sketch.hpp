// Sketches: the signs of a row's products with fixed directions. Of a row with the other sign all
// bits are turned, so two sketches agree in more or in fewer than half of their bits as the rows'
// cosine is positive or negative.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace kindred::fingerprint {

struct Sketches {
  std::uint32_t bits = 0;            // of each, a multiple of 64; 0: there are none
  std::vector<std::uint64_t> words;  // one row after the other; bit k of a row: bit k % 64

  std::size_t wordsEach() const { return bits / 64; }
  std::size_t count() const { return bits == 0 ? 0 : words.size() / wordsEach(); }
  const std::uint64_t* row(std::size_t i) const { return words.data() + i * wordsEach(); }
};

// `count` directions of `width` numbers, one after the other: uniform on [-1, 1), the same for
// whoever asks for this width; fewer directions are the first of more.
std::vector<float> directions(std::size_t width, std::size_t count);

// Appends the sketches of rows of `width` numbers: a bit is 1 where the product with its direction
// is above 0. Centred: above the mean of the row's products.
void addSketches(std::span<const float> rows, std::size_t width, std::span<const float> directions,
                 bool centred, Sketches& into);

// The cosine that two rows have, judged by the first `words` words of their sketches; exactly the
// negative where one is turned.
double cosine(const std::uint64_t* a, const std::uint64_t* b, std::size_t words);

// What grows with the cosine (the excess of equal bits, as a share) of one row with each of `count`
// rows that stand `stride` words apart.
void agreements(const std::uint64_t* row, const std::uint64_t* others, std::size_t stride,
                std::size_t count, std::size_t words, float* into);

// Exact inner products of one row of whole numbers with each of `count` rows that stand `stride`
// numbers apart.
void innerProducts(const std::int8_t* row, const std::int8_t* others, std::size_t stride,
                   std::size_t count, std::size_t width, std::int32_t* into);

// The sketches without the bits that are not named, in the order given; bits are filled up to a
// multiple of 64 by leaving out the last of them.
Sketches chosenBits(const Sketches& sketches, std::span<const std::uint32_t> bits);

}  // namespace kindred::fingerprint
