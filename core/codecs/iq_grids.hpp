// The code books of GGUF's vector-quantised types: an index stands for 8 (4 for IQ3) magnitudes, of
// IQ1 for 8 values of -1, 0, 1. Constants of the format (ggml-common.h of ggml, MIT licence).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>

namespace kindred::codecs {

template <std::size_t Entries, std::size_t Values>
using Grid = std::array<std::array<std::int8_t, Values>, Entries>;

// Words of `Bits` bits a value, the first value lowest, each an index into the alphabet.
template <std::size_t Entries, std::size_t Values, unsigned Bits>
Grid<Entries, Values> spread(const std::uint16_t (&words)[Entries],
                             std::initializer_list<std::int8_t> alphabet) {
  Grid<Entries, Values> grid{};
  for (std::size_t i = 0; i < Entries; ++i) {
    for (unsigned k = 0; k < Values; ++k) {
      grid[i][k] = alphabet.begin()[(words[i] >> (Bits * k)) & ((1u << Bits) - 1)];
    }
  }
  return grid;
}

const Grid<256, 8>& iq2Xxs();
const Grid<512, 8>& iq2Xs();
const Grid<1024, 8>& iq2S();
const Grid<256, 4>& iq3Xxs();
const Grid<512, 4>& iq3S();
const Grid<2048, 8>& iq1S();

}  // namespace kindred::codecs
