#include "support/safetensors.hpp"

#include <bit>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <limits>
#include <numeric>
#include <stdexcept>

#include <kindred/random.hpp>

namespace kindred::support {
namespace {

template <class T>
void append(std::string& bytes, T value) {
  char raw[sizeof(T)];
  std::memcpy(raw, &value, sizeof(T));
  bytes.append(raw, sizeof(T));
}

void appendNumber(std::string& bytes, DType dtype, double value) {
  switch (dtype) {
    case DType::F64:
      return append(bytes, value);
    case DType::F32:
      return append(bytes, static_cast<float>(value));
    case DType::F16:
    case DType::BF16:
      return append(bytes, halfBits(dtype, value));
    case DType::I8:
      return append(bytes, static_cast<std::int8_t>(value));
    default:
      throw std::invalid_argument("tensorOf: " + std::string(name(dtype)));
  }
}

std::uint64_t product(const std::vector<std::uint64_t>& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::uint64_t{1}, std::multiplies<>());
}

std::string shardName(std::size_t index, std::size_t count) {
  char name[64];
  std::snprintf(name, sizeof name, "model-%05zu-of-%05zu.safetensors", index + 1, count);
  return name;
}

}  // namespace

std::uint16_t halfBits(DType dtype, double value) {
  const int exponent_bits = dtype == DType::F16 ? 5 : 8;
  const int fraction_bits = 15 - exponent_bits;
  const int bias = (1 << (exponent_bits - 1)) - 1;
  const int infinity = ((1 << exponent_bits) - 1) << fraction_bits;
  const int sign = std::signbit(value) ? 0x8000 : 0;
  if (std::isnan(value)) return static_cast<std::uint16_t>(sign | infinity | 1);
  if (std::isinf(value)) return static_cast<std::uint16_t>(sign | infinity);
  if (value == 0) return static_cast<std::uint16_t>(sign);
  // Steps of the last place at this magnitude; subnormal numbers share the smallest exponent.
  const int exponent = std::max(std::ilogb(value), 1 - bias);
  const double steps = std::nearbyint(std::ldexp(std::fabs(value), fraction_bits - exponent));
  // A carry out of the fraction moves into the exponent by itself, up to infinity.
  const auto bits =
      static_cast<long>(steps) + (static_cast<long>(exponent + bias - 1) << fraction_bits);
  return static_cast<std::uint16_t>(sign | std::min<long>(bits, infinity));
}

double halfValue(DType dtype, std::uint16_t bits) {
  const int exponent_bits = dtype == DType::F16 ? 5 : 8;
  const int fraction_bits = 15 - exponent_bits;
  const int bias = (1 << (exponent_bits - 1)) - 1;
  const int exponent = (bits & 0x7fff) >> fraction_bits;
  const int fraction = bits & ((1 << fraction_bits) - 1);
  double size = std::ldexp((1 << fraction_bits) + fraction, exponent - bias - fraction_bits);
  if (exponent == 0) size = std::ldexp(fraction, 1 - bias - fraction_bits);
  if (exponent == (1 << exponent_bits) - 1) {
    size = fraction == 0 ? std::numeric_limits<double>::infinity()
                         : std::numeric_limits<double>::quiet_NaN();
  }
  return bits & 0x8000 ? -size : size;
}

TestTensor tensorOf(std::string name, DType dtype, std::vector<std::uint64_t> shape,
                    const std::vector<double>& values) {
  if (product(shape) != values.size()) throw std::invalid_argument("tensorOf: shape of " + name);
  TestTensor tensor{std::move(name), dtype, std::move(shape), {}};
  for (const double value : values) appendNumber(tensor.bytes, dtype, value);
  return tensor;
}

TestTensor randomTensor(std::string name, DType dtype, std::vector<std::uint64_t> shape,
                        std::uint64_t seed) {
  Random random(seed);
  const std::uint64_t elements = product(shape);
  TestTensor tensor{std::move(name), dtype, std::move(shape), {}};
  const bool floating =
      dtype == DType::F64 || dtype == DType::F32 || dtype == DType::F16 || dtype == DType::BF16;
  if (floating) {
    for (std::uint64_t i = 0; i < elements; ++i) {
      const double radius = std::sqrt(-2 * std::log(1 - random.unit()));
      appendNumber(tensor.bytes, dtype,
                   0.02 * radius * std::cos(6.283185307179586 * random.unit()));
    }
  } else {
    for (std::uint64_t i = 0; i < elements * info(dtype).bits / 8; ++i) {
      tensor.bytes.push_back(static_cast<char>(dtype == DType::BOOL ? random() & 1 : random()));
    }
  }
  return tensor;
}

std::string jsonString(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
      result += escape;
    } else {
      result += c;
    }
  }
  return result + '"';
}

std::string safetensorsHeader(const std::vector<TestTensor>& tensors) {
  std::string header = R"({"__metadata__":{"format":"pt"})";
  std::uint64_t offset = 0;
  for (const TestTensor& tensor : tensors) {
    std::string shape;
    for (const std::uint64_t extent : tensor.shape) {
      shape += (shape.empty() ? "" : ",") + std::to_string(extent);
    }
    header += "," + jsonString(tensor.name) + R"(:{"dtype":")" + std::string(name(tensor.dtype)) +
              R"(","shape":[)" + shape + R"(],"data_offsets":[)" + std::to_string(offset) + "," +
              std::to_string(offset + tensor.bytes.size()) + "]}";
    offset += tensor.bytes.size();
  }
  header += "}";
  header.resize((header.size() + 7) / 8 * 8, ' ');
  return header;
}

std::string safetensorsBytes(std::string_view header, std::string_view data) {
  std::string bytes;
  append(bytes, std::uint64_t{header.size()});
  bytes += header;
  bytes += data;
  return bytes;
}

std::string safetensorsBytes(const std::vector<TestTensor>& tensors) {
  std::string data;
  for (const TestTensor& tensor : tensors) data += tensor.bytes;
  return safetensorsBytes(safetensorsHeader(tensors), data);
}

void writeSafetensors(const std::filesystem::path& file, const std::vector<TestTensor>& tensors) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream out(file, std::ios::binary);
  const std::string bytes = safetensorsBytes(tensors);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out) throw std::runtime_error("cannot write " + file.string());
}

void writeShards(const std::filesystem::path& folder,
                 const std::vector<std::vector<TestTensor>>& shards) {
  std::string map;
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < shards.size(); ++i) {
    const std::string file = shardName(i, shards.size());
    writeSafetensors(folder / file, shards[i]);
    for (const TestTensor& tensor : shards[i]) {
      map += (map.empty() ? "" : ",") + jsonString(tensor.name) + ":" + jsonString(file);
      total += tensor.bytes.size();
    }
  }
  std::ofstream out(folder / "model.safetensors.index.json");
  out << R"({"metadata":{"total_size":)" << total << R"(},"weight_map":{)" << map << "}}";
}

}  // namespace kindred::support
