// What a tensor's stored elements are: numbers, or codes that only a decoder turns into numbers.
// Decided here and nowhere else, from the dtype, from what stands beside the tensor, and from the
// quantization_config of config.json.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <kindred/dtype.hpp>

namespace kindred::models {

enum class Encoding : std::uint8_t {
  plain,         // floats
  scaled,        // floats under one factor for the tensor
  row_scaled,    // floats under a factor for each row
  block_scaled,  // floats under factors of blocks
  shifted,       // floats with zero points
  exponents,     // powers of two (F8_E8M0)
  complex,
  integers,          // with nothing beside them: counts, indices, masks, or codes without a table
  scaled_integers,   // with scales, and perhaps zero points: int8 of several tools
  laid_over,         // parts of a matrix in the bits of one word, with scales and zeros: HQQ
  packed_words,      // several in a word: compressed-tensors
  transposed_words,  // several in a word along the inputs: GPTQ and AWQ
  grouped_words,     // several in a word under scales and biases of groups: MLX
  table_codes,       // indices into a table: bitsandbytes
  four_bit_floats,   // two in a byte under scales of blocks: NVFP4, MXFP4
  code_books,        // indices of vectors: AQLM, QuIP, EXL and others
  sparse,            // floats without the zeros between them, whose places a mask holds
  companion,         // scales, zero points, tables of another tensor
  blocks,            // of GGUF: codes with their scales
  part               // the same of a tensor that a codec makes numbers of, and read with it
};

// What stored elements show of a matrix without a decoder.
enum class Shown : std::uint8_t {
  nothing,
  signs,   // up to factors of blocks: what changes sign with a row or a column of the weights
  rows,    // up to a factor for each row: directions of rows
  values,  // up to one factor
};
Shown shown(Encoding encoding);

// "4-bit floats in pairs under scales of blocks (NVFP4, MXFP4)"
std::string_view describe(Encoding encoding);

// "stored as U32, integers packed in words under scales and biases (MLX), which are no numbers
// without a decoder". Also of what shows signs or rows alone.
std::string whyNot(Encoding encoding, DType dtype);

struct Tensor;
// Sets the encoding and the companions of each. `config`: the text of config.json, or empty;
// damaged ones say nothing.
void classify(std::vector<Tensor>& tensors, const std::string& config);

}  // namespace kindred::models
