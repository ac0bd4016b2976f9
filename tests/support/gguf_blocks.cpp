#include "support/gguf_blocks.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <stdexcept>

#include "support/safetensors.hpp"

namespace kindred::support {
namespace {

using Numerals = std::span<const double>;

double largestIn(Numerals values) {
  double most = 1e-12;
  for (const double x : values) most = std::max(most, std::abs(x));
  return most;
}

unsigned codeOf(double value, double least, double most) {
  return static_cast<unsigned>(std::lround(std::clamp(value, least, most)));
}

// A number of half precision: its two bytes are appended, what they mean comes back.
double putHalf(std::string& bytes, double value) {
  const std::uint16_t bits = halfBits(DType::F16, value);
  bytes += {static_cast<char>(bits & 255), static_cast<char>(bits >> 8)};
  const int exponent = bits >> 10 & 31, fraction = bits & 1023;
  return exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
}

void q8_0(Numerals values, std::string& bytes) {
  const double step = std::max(putHalf(bytes, largestIn(values) / 127), 1e-12);
  for (const double x : values) {
    bytes.push_back(static_cast<char>(std::lround(std::clamp(x / step, -127.0, 127.0))));
  }
}

// Sixteen bytes: the codes of the first half of a block in their low bits, of the second above.
template <class Code>
void putHalves(Numerals values, std::string& bytes, const Code& code) {
  for (std::size_t j = 0; j < 16; ++j) {
    bytes.push_back(static_cast<char>(code(values[j]) | code(values[j + 16]) << 4));
  }
}

void q4_0(Numerals values, std::string& bytes) {
  const double step = std::max(putHalf(bytes, largestIn(values) / 7), 1e-12);
  putHalves(values, bytes, [&](double x) { return codeOf(x / step + 8, 0, 15); });
}

// Floats of four bits under a power of two (OCP Microscaling Formats 1.0).
void mxfp4(Numerals values, std::string& bytes) {
  constexpr std::array<double, 8> kFloats = {0, 0.5, 1, 1.5, 2, 3, 4, 6};
  const int exponent = std::ilogb(largestIn(values)) - 2;
  bytes.push_back(static_cast<char>(exponent + 127));
  putHalves(values, bytes, [&](double x) {
    const double size = std::ldexp(std::abs(x), -exponent);
    const auto nearer = [&](double a, double b) { return std::abs(a - size) < std::abs(b - size); };
    const auto nearest = std::min_element(kFloats.begin(), kFloats.end(), nearer);
    return static_cast<unsigned>(nearest - kFloats.begin()) | (x < 0 ? 8U : 0U);
  });
}

// Sub-blocks of values from -offset upwards in even steps; steps and offsets are codes themselves.
struct SubBlocks {
  std::vector<unsigned> steps, offsets, codes;
  std::string head;  // step of the steps, step of the offsets

  SubBlocks(Numerals values, std::size_t size, unsigned most_code, unsigned most_step) {
    std::vector<double> step, offset;
    for (std::size_t at = 0; at < values.size(); at += size) {
      const auto [low, high] = std::minmax_element(values.begin() + static_cast<long>(at),
                                                   values.begin() + static_cast<long>(at + size));
      offset.push_back(std::max(0.0, -*low));
      step.push_back((std::max(0.0, *high) + offset.back()) / most_code);
    }
    const double by = putHalf(head, largestIn(step) / most_step);
    const double from = putHalf(head, largestIn(offset) / most_step);
    for (std::size_t t = 0; t < step.size(); ++t) {
      steps.push_back(codeOf(step[t] / std::max(by, 1e-12), 0, most_step));
      offsets.push_back(codeOf(offset[t] / std::max(from, 1e-12), 0, most_step));
      for (std::size_t i = t * size; i < (t + 1) * size; ++i) {
        const double width = std::max(by * steps[t], 1e-12);
        codes.push_back(codeOf((values[i] + from * offsets[t]) / width, 0, most_code));
      }
    }
  }
};

void q4_k(Numerals values, std::string& bytes) {
  const SubBlocks made(values, 32, 15, 63);
  bytes += made.head;
  const auto put = [&](unsigned byte) { bytes.push_back(static_cast<char>(byte)); };
  for (std::size_t t = 0; t < 4; ++t) put(made.steps[t] | (made.steps[t + 4] >> 4) << 6);
  for (std::size_t t = 0; t < 4; ++t) put(made.offsets[t] | (made.offsets[t + 4] >> 4) << 6);
  for (std::size_t t = 4; t < 8; ++t) put((made.steps[t] & 15) | (made.offsets[t] & 15) << 4);
  for (std::size_t chunk = 0; chunk < 256; chunk += 64) {
    for (std::size_t j = chunk; j < chunk + 32; ++j) put(made.codes[j] | made.codes[j + 32] << 4);
  }
}

void q2_k(Numerals values, std::string& bytes) {
  const SubBlocks made(values, 16, 3, 15);
  for (std::size_t t = 0; t < 16; ++t) {
    bytes.push_back(static_cast<char>(made.steps[t] | made.offsets[t] << 4));
  }
  for (std::size_t half = 0; half < 256; half += 128) {
    for (std::size_t j = half; j < half + 32; ++j) {
      unsigned byte = 0;
      for (unsigned strip = 0; strip < 4; ++strip) byte |= made.codes[j + 32 * strip] << 2 * strip;
      bytes.push_back(static_cast<char>(byte));
    }
  }
  bytes += made.head;
}

constexpr std::array<int, 16> kUneven = {-127, -104, -83, -65, -49, -35, -22, -10,
                                         1,    13,   25,  38,  53,  69,  89,  113};

unsigned nearestUneven(double value) {
  const auto nearer = [&](int x, int y) { return std::abs(x - value) < std::abs(y - value); };
  return static_cast<unsigned>(std::min_element(kUneven.begin(), kUneven.end(), nearer) -
                               kUneven.begin());
}

void iq4_xs(Numerals values, std::string& bytes) {
  const double by = std::max(putHalf(bytes, largestIn(values) / 113 / 31), 1e-12);
  std::array<unsigned, 8> steps{};
  std::string codes;
  for (std::size_t t = 0; t < 8; ++t) {
    const Numerals part = values.subspan(32 * t, 32);
    const unsigned step = codeOf(largestIn(part) / 113 / by, 1, 31);
    steps[t] = step + 32;
    putHalves(part, codes, [&](double x) { return nearestUneven(x / (by * step)); });
  }
  unsigned high = 0;
  for (unsigned t = 0; t < 8; ++t) high |= (steps[t] >> 4) << 2 * t;
  bytes += {static_cast<char>(high & 255), static_cast<char>(high >> 8)};
  for (std::size_t t = 0; t < 8; t += 2) {
    bytes.push_back(static_cast<char>((steps[t] & 15) | (steps[t + 1] & 15) << 4));
  }
  bytes += codes;
}

}  // namespace

const char* nameOf(GgufType type) {
  switch (type) {
    case GgufType::F16:
      return "F16";
    case GgufType::Q4_0:
      return "Q4_0";
    case GgufType::Q8_0:
      return "Q8_0";
    case GgufType::Q2_K:
      return "Q2_K";
    case GgufType::Q4_K:
      return "Q4_K";
    case GgufType::IQ4_XS:
      return "IQ4_XS";
    case GgufType::MXFP4:
      return "MXFP4";
  }
  throw std::invalid_argument("no such type");
}

std::size_t blockOf(GgufType type) {
  using enum GgufType;
  return type == F16 ? 1 : type == Q8_0 || type == Q4_0 || type == MXFP4 ? 32 : 256;
}

std::string ggufBytes(GgufType type, const std::vector<double>& values) {
  if (type == GgufType::F16) return tensorOf("", DType::F16, {values.size()}, values).bytes;
  const std::size_t block = blockOf(type);
  std::string bytes;
  for (std::size_t at = 0; at < values.size(); at += block) {
    const Numerals part = Numerals(values).subspan(at, block);
    if (type == GgufType::Q4_0) q4_0(part, bytes);
    if (type == GgufType::Q8_0) q8_0(part, bytes);
    if (type == GgufType::Q2_K) q2_k(part, bytes);
    if (type == GgufType::Q4_K) q4_k(part, bytes);
    if (type == GgufType::IQ4_XS) iq4_xs(part, bytes);
    if (type == GgufType::MXFP4) mxfp4(part, bytes);
  }
  return bytes;
}

}  // namespace kindred::support
