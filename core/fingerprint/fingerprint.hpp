// What a model is told apart by, in a file of a megabyte: sketches of rows that no shuffle makes
// others of, and what it was made of. docs/fingerprints.md describes the file.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <kindred/gauge.hpp>

#include "fingerprint/sketch.hpp"

namespace kindred::fingerprint {

inline constexpr int kVersion = 1;
inline constexpr const char* kEnding = ".kfp";

// Rows of one kind, by layer and in a layer the largest first: units of MLPs, or dimensions of
// values. Every list has an entry a row; sketches may be missing as a whole.
struct Rows {
  std::vector<std::int32_t> layer;
  std::vector<std::int32_t> part;    // expert (-1: dense, -2: shared), or key-value head
  std::vector<std::int32_t> number;  // of the row in its matrix, or in its head
  std::vector<float> size;
  Sketches own;         // of the rows whose signs are coins
  Sketches pairing;     // of gates; values have none
  Sketches own_tokens;  // of products with the embeddings of Fingerprint::tokens
  Sketches pairing_tokens;

  std::size_t count() const { return layer.size(); }
};

// The first coordinates of columns of the down matrix, a vector a unit.
struct Bands {
  std::vector<std::int32_t> layer, part, number;
  std::uint32_t width = 0;
  std::vector<std::int8_t> values;  // count() * width

  std::size_t count() const { return layer.size(); }
};

// Cosines inside each layer, of its first (largest) units: no rotation of the stream changes one.
// Times the root of the width and kGramScale, within 127.
inline constexpr double kGramScale = 4;
struct Grams {
  std::vector<std::int32_t> layer;    // ascending, each once
  std::vector<std::int32_t> units;    // how many: the first rows of this layer in `units`
  std::vector<std::int8_t> gates;     // of gate row i with gate row j: units^2 a layer
  std::vector<std::int8_t> ups;       // of up row i with gate row j
  std::uint32_t width = 0;            // numbers of a unit in `extremes`
  std::vector<std::int8_t> extremes;  // the smallest and largest cosines of its gate row, sorted

  std::size_t count() const { return layer.size(); }
};

// What lies along the stream, at `coordinates` of its coordinates, evenly spread: maps of the
// stream into itself, coordinates^2 numbers each, or gains of norms.
enum class Along : std::int32_t { embedding, mlp, attention, last };
struct Streams {
  std::vector<std::int32_t> kind, layer;
  std::uint32_t coordinates = 0;
  std::vector<std::int8_t> values;

  std::size_t count() const { return layer.size(); }
};

// What the architecture says of the signs that are tossed.
struct Grant {
  bool sign = false;
  std::string reason;      // why it holds, or why not
  std::string unverified;  // whose word it is, where not the program's
  std::string asymmetry;   // why numbers do not come in pairs x and -x; empty: they do
};

struct FileRead {
  std::string file;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges;  // offset, length
  std::string xxh3_128;  // of the hashes of what was read, one after the other
};

struct Fingerprint {
  std::string model;  // its name
  std::string address, revision;
  std::string family;                        // of the architecture file
  std::string component = "language model";  // what of a model it holds
  std::uint64_t layers = 0, hidden = 0, heads = 0, kv_heads = 0, head_dim = 0, vocabulary = 0;
  std::uint64_t parameters = 0, bytes = 0;  // of all tensors
  bool whole = true;                        // no matrix was read in part
  std::string config_xxh3, tokenizer_xxh3;
  std::vector<FileRead> read;
  std::map<Gauge, Grant> grants;

  std::vector<std::uint64_t> tokens;  // hashes of their texts, ascending
  Rows units, values;
  Bands bands;
  Grams grams;
  Streams maps;   // of embedding, MLPs and attention; diagonals are 0
  Streams norms;  // gains less their mean, in standard deviations; the last one's layer is -1

  // Of a composite: its other components that have signs to hold, each by itself.
  std::vector<Fingerprint> others;
};

}  // namespace kindred::fingerprint
