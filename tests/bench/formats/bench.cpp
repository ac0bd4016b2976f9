// How fast codes become numbers, and how long a large catalogue takes to open.
//
//   bench_formats
//
// Each codec decodes the same bytes as a loop in plain.cpp that was written straight from the
// format's description and compiled with the same options; the values must be equal bit for bit.
// Ratios are of the best of rounds taken in turns on one thread; above 1 the codec is the faster.
// A catalogue of 40,000 tensors is opened as a safetensors file of plain numbers and as one of FP8
// under scales, in memory; the ratio is what finding the codecs adds.
#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>

#include <kindred/random.hpp>

#include "bench/formats/plain.hpp"
#include "codecs/bitsandbytes.hpp"
#include "codecs/rows.hpp"
#include "codecs/scaled.hpp"
#include "reading/open.hpp"
#include "support/open_model.hpp"
#include "support/safetensors.hpp"
#include "support/sources.hpp"

namespace kindred::bench {
namespace {

constexpr std::size_t kRows = 1024, kColumns = 4096, kElements = kRows * kColumns;
constexpr int kRounds = 15;

double secondsOf(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// The best time of each, in turns.
std::pair<double, double> bestOf(const std::function<void()>& first,
                                 const std::function<void()>& second) {
  double a = std::numeric_limits<double>::infinity(), b = a;
  for (int round = 0; round < kRounds; ++round) {
    a = std::min(a, secondsOf(first));
    b = std::min(b, secondsOf(second));
  }
  return {a, b};
}

// Bytes without the codes of NaN and with halves of moderate size at the head of each block.
std::vector<std::byte> codesOf(std::size_t bytes, std::size_t block, std::size_t halves) {
  Random random(7);
  std::vector<std::byte> codes(bytes);
  for (std::byte& byte : codes) byte = static_cast<std::byte>(random() % 127);
  for (std::size_t at = 0; block != 0 && at < bytes; at += block) {
    for (std::size_t h = 0; h < halves; ++h) codes[at + 2 * h + 1] = std::byte{0x1c};
  }
  return codes;
}

struct Reader {
  const char* name;
  std::unique_ptr<codecs::Codec> codec;
  std::vector<std::vector<std::byte>> parts;
  std::function<void(float*)> plain;
};

bool measure(const Reader& reader) {
  std::vector<codecs::Bytes> bytes;
  for (const codecs::Piece& piece : reader.codec->pieces(0, kRows)) {
    bytes.push_back(codecs::Bytes(reader.parts.at(piece.part)).subspan(piece.offset, piece.length));
  }
  std::vector<float> ours(kElements), theirs(kElements);
  const auto [codec, plain] = bestOf([&] { reader.codec->decode(0, kRows, bytes, ours); },
                                     [&] { reader.plain(theirs.data()); });
  const bool equal = std::memcmp(ours.data(), theirs.data(), kElements * sizeof(float)) == 0;
  fmt::print("{:<22} {:7.0f} M/s  plain loop {:7.0f} M/s  ratio {:5.2f}  {}\n", reader.name,
             kElements / codec / 1e6, kElements / plain / 1e6, plain / codec,
             equal ? "values equal" : "VALUES DIFFER");
  return equal;
}

const std::uint8_t* raw(const std::vector<std::byte>& bytes) {
  return reinterpret_cast<const std::uint8_t*>(bytes.data());
}

std::vector<std::byte> bytesOf(const std::vector<float>& values) {
  const auto bytes = std::as_bytes(std::span(values));
  return {bytes.begin(), bytes.end()};
}

const codecs::BlockType& typeOf(const char* name) { return *codecs::blockType(name); }

bool decoding() {
  const auto q4 = codesOf(kElements / 256 * 144, 144, 2), q8 = codesOf(kElements / 32 * 34, 34, 1);
  const auto nibbles = codesOf(kElements / 2, 0, 0), eights = codesOf(kElements, 0, 0);
  std::vector<float> table(16), magnitudes(kElements / 64), scales(kElements / 128 / 128);
  for (std::size_t i = 0; i < 16; ++i) table[i] = std::sin(static_cast<float>(i));
  for (std::size_t i = 0; i < magnitudes.size(); ++i) {
    magnitudes[i] = 1 + std::sin(static_cast<float>(i));
  }
  for (std::size_t i = 0; i < scales.size(); ++i) scales[i] = magnitudes[i];
  std::vector<Reader> readers;
  readers.push_back(
      {"GGUF Q4_K", codecs::blockRows(typeOf("Q4_K"), kRows, kColumns), {q4}, [&](float* out) {
         plainQ4K(raw(q4), kElements / 256, out);
       }});
  readers.push_back(
      {"GGUF Q8_0", codecs::blockRows(typeOf("Q8_0"), kRows, kColumns), {q8}, [&](float* out) {
         plainQ8_0(raw(q8), kElements / 32, out);
       }});
  readers.push_back(
      {"nf4",
       codecs::bitsAndBytes4(
           {{DType::U8, {kElements / 2, 1}}, {DType::F32, {16}}, {DType::F32, {kElements / 64}}},
           {kRows, kColumns, 64, 0, 0}),
       {nibbles, bytesOf(table), bytesOf(magnitudes)},
       [&](float* out) {
         plainNf4(raw(nibbles), table.data(), magnitudes.data(), kElements, out);
       }});
  readers.push_back(
      {"FP8, blocks of 128",
       codecs::scaled({DType::F8_E4M3, {kRows, kColumns}},
                      {DType::F32, {kRows / 128, kColumns / 128}}),
       {eights, bytesOf(scales)},
       [&](float* out) { plainFp8(raw(eights), scales.data(), kRows, kColumns, out); }});
  bool equal = true;
  for (const Reader& reader : readers) equal = measure(reader) && equal;
  return equal;
}

// 40,000 tensors in one file: experts' matrices, which are small here.
std::string catalogue(bool coded) {
  std::vector<support::TestTensor> tensors;
  for (int i = 0; i < (coded ? 20000 : 40000); ++i) {
    const std::string name =
        fmt::format("model.layers.{}.mlp.experts.{}.up_proj.weight", i / 256, i % 256);
    const std::string bytes(coded ? 4 : 8, '\1');
    tensors.push_back({name, coded ? DType::F8_E4M3 : DType::BF16, {2, 2}, bytes});
    if (coded) tensors.push_back({name + "_scale_inv", DType::F32, {1, 1}, bytes});
  }
  return support::safetensorsBytes(tensors);
}

void opening() {
  support::MemorySource source;
  for (const bool coded : {false, true}) {
    source.put(coded ? "coded" : "plain", "model.safetensors", catalogue(coded));
  }
  const auto open = [&](const char* model) {
    const auto location = source.open(model);
    if (reading::openCheckpoint(model, source, *location, support::builtFormats())
            .tensors()
            .size() != 40000)
      std::abort();
  };
  const auto [plain, coded] = bestOf([&] { open("plain"); }, [&] { open("coded"); });
  fmt::print(
      "40,000 tensors open in {:.0f} ms as plain numbers, in {:.0f} ms as FP8 under scales: "
      "ratio {:.2f}\n",
      1e3 * plain, 1e3 * coded, coded / plain);
}

}  // namespace
}  // namespace kindred::bench

int main() {
  const bool equal = kindred::bench::decoding();
  kindred::bench::opening();
  return equal ? 0 : 1;
}
