#include "support/quantised.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>

namespace kindred::support {
namespace {

constexpr std::uint64_t kGroup = 16;  // columns that share a scale

using Codes = std::vector<std::uint32_t>;

// Codes from 0 to 15 of a matrix, row by row, with a scale and a zero for each group of columns.
struct Grouped {
  std::uint64_t rows, columns, groups;
  Codes codes;
  std::vector<double> scales, least;
  Codes zeros;
};

Grouped grouped(const Array& array, bool symmetric) {
  const std::uint64_t rows = array.shape[0], columns = array.shape[1];
  Grouped made{rows, columns, columns / kGroup, Codes(rows * columns), {}, {}, {}};
  for (std::uint64_t g = 0; g < rows * made.groups; ++g) {
    const auto first = array.values.begin() + static_cast<std::ptrdiff_t>(g * kGroup);
    double low = 0, high = 0;
    for (std::uint64_t c = 0; c < kGroup; ++c) {
      low = std::min(low, first[static_cast<std::ptrdiff_t>(c)]);
      high = std::max(high, first[static_cast<std::ptrdiff_t>(c)]);
    }
    if (symmetric) high = std::max(high, -low), low = -high;
    const double scale = (high - low) / 15;
    const auto zero = symmetric ? 8u : static_cast<std::uint32_t>(std::lround(-low / scale));
    for (std::uint64_t c = 0; c < kGroup; ++c) {
      const double code = std::round(first[static_cast<std::ptrdiff_t>(c)] / scale) + zero;
      made.codes[g * kGroup + c] = static_cast<std::uint32_t>(std::clamp(code, 0.0, 15.0));
    }
    made.scales.push_back(scale);
    made.least.push_back(-scale * zero);
    made.zeros.push_back(zero);
  }
  return made;
}

// Eight codes to a little-endian word, the first in the lowest bits.
std::string words(const Codes& codes) {
  std::string bytes;
  for (std::size_t i = 0; i < codes.size(); i += 2) {
    bytes.push_back(static_cast<char>(codes[i] | codes[i + 1] << 4));
  }
  return bytes;
}

template <class T>
std::vector<T> turned(const std::vector<T>& values, std::uint64_t rows, std::uint64_t columns) {
  std::vector<T> other;
  for (std::uint64_t c = 0; c < columns; ++c) {
    for (std::uint64_t r = 0; r < rows; ++r) other.push_back(values[r * columns + c]);
  }
  return other;
}

// The code of the nearest of some values.
std::uint32_t nearest(const std::vector<double>& table, double value) {
  const auto closer = [&](double x, double y) { return std::abs(x - value) < std::abs(y - value); };
  return static_cast<std::uint32_t>(std::min_element(table.begin(), table.end(), closer) -
                                    table.begin());
}

// Small floats of one sign bit, by code; NaN codes become infinite, which nothing is near.
std::vector<double> smallFloats(int exponent_bits, int fraction_bits, int bias, bool has_nan) {
  std::vector<double> table;
  const int one = 1 << fraction_bits, half = 1 << (exponent_bits + fraction_bits);
  for (int code = 0; code < 2 * half; ++code) {
    const int magnitude = code % half, exponent = magnitude / one, fraction = magnitude % one;
    double value = exponent == 0 ? std::ldexp(fraction, 1 - bias - fraction_bits)
                                 : std::ldexp(one + fraction, exponent - bias - fraction_bits);
    if (has_nan && magnitude == half - 1) value = std::numeric_limits<double>::infinity();
    table.push_back(code < half ? value : -value);
  }
  return table;
}

const std::vector<double>& e4m3() {
  static const std::vector<double> table = smallFloats(4, 3, 7, true);
  return table;
}

const std::vector<double>& normalFour() {
  static const std::vector<double> table{-1,       -0.69619, -0.52507, -0.39492, -0.28444, -0.18477,
                                         -0.09105, 0,        0.07958,  0.16093,  0.24611,  0.33792,
                                         0.44071,  0.56262,  0.72296,  1};
  return table;
}

// Names that hold "proj", and GPT-2's others.
bool isCoded(const std::string& name) {
  return name.find("proj") != std::string::npos || name.find("c_attn") != std::string::npos ||
         name.find("c_fc") != std::string::npos;
}

double largest(const std::vector<double>& values) {
  double most = 1e-9;
  for (const double value : values) most = std::max(most, std::abs(value));
  return most;
}

class Quantiser {
 public:
  explicit Quantiser(Quantised how) : how_(how) {}

  void add(const std::string& name, const Array& array) {
    if (array.shape.size() != 2 || !isCoded(name)) {
      tensors.push_back(tensorOf(name, DType::BF16, array.shape, array.values));
      return;
    }
    encode(name, name.substr(0, name.rfind('.') + 1), array);
  }

  std::vector<TestTensor> tensors;

 private:
  void put(std::string name, DType dtype, std::vector<std::uint64_t> shape, std::string bytes) {
    tensors.push_back({std::move(name), dtype, std::move(shape), std::move(bytes)});
  }
  void halves(const std::string& name, std::vector<std::uint64_t> shape,
              const std::vector<double>& values) {
    tensors.push_back(tensorOf(name, DType::F16, std::move(shape), values));
  }
  void floats(const std::string& name, std::vector<std::uint64_t> shape,
              const std::vector<double>& values) {
    tensors.push_back(tensorOf(name, DType::F32, std::move(shape), values));
  }

  void encode(const std::string& name, const std::string& module, const Array& array) {
    switch (how_) {
      case Quantised::fp8_blocks:
        return small(name, array, 32, 32, "_scale_inv");
      case Quantised::fp8_rows:
        return small(name, array, 1, array.shape[1], "_scale");
      case Quantised::int8_rows:
        return bytes(name, array, 0);
      case Quantised::int8_shifted:
        return bytes(name, array, 28);
      case Quantised::nf4:
        return table(name, array);
      case Quantised::gptq:
      case Quantised::gptq_shifted:
        return alongInputs(module, array);
      case Quantised::awq:
        return alongOutputs(module, array);
      case Quantised::awq_gemv:
        return rowByRow(module, array);
      case Quantised::packed:
        return packed(name, array);
      case Quantised::mlx:
        return affine(name, module, array);
      case Quantised::nvfp4:
        return pairs(name, array);
      case Quantised::hqq:
        return halvesOfGroups(module, array);
    }
  }

  void small(const std::string& name, const Array& array, std::uint64_t height, std::uint64_t width,
             const std::string& scale_word) {
    const std::uint64_t rows = array.shape[0], columns = array.shape[1];
    const std::uint64_t down = (rows + height - 1) / height, across = (columns + width - 1) / width;
    std::vector<double> scales(down * across, 1e-9);
    const auto scale = [&](std::uint64_t i) -> double& {
      return scales[i / columns / height * across + i % columns / width];
    };
    for (std::uint64_t i = 0; i < rows * columns; ++i) {
      scale(i) = std::max(scale(i), std::abs(array.values[i]) / 448);
    }
    std::string codes;
    for (std::uint64_t i = 0; i < rows * columns; ++i) {
      codes.push_back(static_cast<char>(nearest(e4m3(), array.values[i] / scale(i))));
    }
    put(name, DType::F8_E4M3, array.shape, codes);
    floats(name + scale_word, {down, across}, scales);
  }

  void bytes(const std::string& name, const Array& array, int zero) {
    const std::uint64_t rows = array.shape[0], columns = array.shape[1];
    std::vector<double> scales;
    std::string codes;
    for (std::uint64_t r = 0; r < rows; ++r) {
      const auto first = array.values.begin() + static_cast<std::ptrdiff_t>(r * columns);
      const double most = largest({first, first + static_cast<std::ptrdiff_t>(columns)});
      const double scale = most / (zero == 0 ? 127 : 99);
      scales.push_back(zero == 0 ? most : scale);
      for (std::uint64_t c = 0; c < columns; ++c) {
        const double code = first[static_cast<std::ptrdiff_t>(c)] / scale + zero;
        codes.push_back(static_cast<char>(std::lround(std::clamp(code, -128.0, 127.0))));
      }
    }
    put(name, DType::I8, array.shape, codes);
    if (zero == 0) return floats(name.substr(0, name.rfind('.')) + ".SCB", {rows}, scales);
    floats(name + "_scale", {rows, 1}, scales);
    put(name + "_zero_point", DType::I8, {rows, 1}, std::string(rows, static_cast<char>(zero)));
  }

  void table(const std::string& name, const Array& array) {
    constexpr std::size_t kBlock = 64;
    Codes codes;  // the first of two is the high one
    std::vector<double> most;
    for (std::size_t e = 0; e < array.values.size(); e += kBlock) {
      const auto first = array.values.begin() + static_cast<std::ptrdiff_t>(e);
      most.push_back(largest({first, first + kBlock}));
      for (std::size_t i = 0; i < kBlock; ++i) {
        codes.push_back(nearest(normalFour(), array.values[e + (i ^ 1)] / most.back()));
      }
    }
    put(name, DType::U8, {array.values.size() / 2, 1}, words(codes));
    floats(name + ".absmax", {most.size()}, most);
    floats(name + ".quant_map", {16}, normalFour());
    const std::string state = R"({"quant_type":"nf4","blocksize":64,"dtype":"bfloat16","shape":[)" +
                              std::to_string(array.shape[0]) + "," +
                              std::to_string(array.shape[1]) + "]}";
    put(name + ".quant_state.bitsandbytes__nf4", DType::U8, {state.size()}, state);
  }

  void alongInputs(const std::string& module, const Array& array) {
    const Grouped made = grouped(array, how_ == Quantised::gptq);
    Codes codes;  // eight inputs of one output, then the next output
    for (std::uint64_t i = 0; i < made.columns; i += 8) {
      for (std::uint64_t o = 0; o < made.rows; ++o) {
        for (std::uint64_t k = 0; k < 8; ++k) {
          codes.push_back(made.codes[o * made.columns + i + k]);
        }
      }
    }
    Codes zeros = turned(made.zeros, made.rows, made.groups);
    for (std::uint32_t& zero : zeros) zero = (zero - 1) & 15;
    put(module + "qweight", DType::I32, {made.columns / 8, made.rows}, words(codes));
    put(module + "qzeros", DType::I32, {made.groups, made.rows / 8}, words(zeros));
    halves(module + "scales", {made.groups, made.rows},
           turned(made.scales, made.rows, made.groups));
  }

  void alongOutputs(const std::string& module, const Array& array) {
    const Grouped made = grouped(array, false);
    const auto ordered = [](const Codes& natural) {
      constexpr std::size_t kOrder[] = {0, 2, 4, 6, 1, 3, 5, 7};
      Codes codes;
      for (std::size_t i = 0; i < natural.size(); ++i) {
        codes.push_back(natural[i / 8 * 8 + kOrder[i % 8]]);
      }
      return words(codes);
    };
    put(module + "qweight", DType::I32, {made.columns, made.rows / 8},
        ordered(turned(made.codes, made.rows, made.columns)));
    put(module + "qzeros", DType::I32, {made.groups, made.rows / 8},
        ordered(turned(made.zeros, made.rows, made.groups)));
    halves(module + "scales", {made.groups, made.rows},
           turned(made.scales, made.rows, made.groups));
  }

  // Behind each row's scales and zero points stand zeros, up to a whole number of words.
  void rowByRow(const std::string& module, const Array& array) {
    const Grouped made = grouped(array, false);
    const std::uint64_t stored = (made.groups + 7) / 8 * 8;
    Codes zeros(made.rows * stored);
    std::vector<double> scales(made.rows * stored);
    for (std::uint64_t i = 0; i < made.zeros.size(); ++i) {
      const std::uint64_t at = i / made.groups * stored + i % made.groups;
      zeros[at] = made.zeros[i];
      scales[at] = made.scales[i];
    }
    put(module + "qweight", DType::I32, {made.rows, made.columns / 8}, words(made.codes));
    put(module + "qzeros", DType::I32, {made.rows, stored / 8}, words(zeros));
    halves(module + "scales", {made.rows, stored}, scales);
  }

  void packed(const std::string& name, const Array& array) {
    const Grouped made = grouped(array, true);
    put(name + "_packed", DType::I32, {made.rows, made.columns / 8}, words(made.codes));
    halves(name + "_scale", {made.rows, made.groups}, made.scales);
    std::string shape(16, '\0');
    std::memcpy(shape.data(), array.shape.data(), 16);
    put(name + "_shape", DType::I64, {2}, shape);
  }

  void affine(const std::string& name, const std::string& module, const Array& array) {
    const Grouped made = grouped(array, false);
    put(name, DType::U32, {made.rows, made.columns / 8}, words(made.codes));
    halves(module + "scales", {made.rows, made.groups}, made.scales);
    halves(module + "biases", {made.rows, made.groups}, made.least);
  }

  void pairs(const std::string& name, const Array& array) {
    static const std::vector<double> four = smallFloats(2, 1, 1, false);
    const std::uint64_t rows = array.shape[0], columns = array.shape[1];
    const double global = largest(array.values) / (6 * 448);
    Codes codes;
    std::string scales;
    for (std::size_t e = 0; e < array.values.size(); e += kGroup) {
      const auto first = array.values.begin() + static_cast<std::ptrdiff_t>(e);
      const std::uint32_t code = nearest(e4m3(), largest({first, first + kGroup}) / 6 / global);
      scales.push_back(static_cast<char>(code));
      for (std::uint64_t c = 0; c < kGroup; ++c) {
        codes.push_back(nearest(four, array.values[e + c] / (e4m3()[code] * global)));
      }
    }
    put(name, DType::U8, {rows, columns / 2}, words(codes));
    put(name + "_scale", DType::F8_E4M3, {rows, columns / kGroup}, scales);
    floats(name + "_scale_2", {}, {global});
  }

  // Groups one below the other; the upper half of them lies in the high nibbles.
  void halvesOfGroups(const std::string& module, const Array& array) {
    const Grouped made = grouped(array, false);
    const std::uint64_t groups = made.rows * made.groups, half = made.codes.size() / 2;
    std::string codes;
    for (std::uint64_t i = 0; i < half; ++i) {
      codes.push_back(static_cast<char>(made.codes[i] << 4 | made.codes[half + i]));
    }
    put(module + "W_q", DType::U8, {groups / 2, kGroup}, codes);
    halves(module + "scale", {groups, 1}, made.scales);
    halves(module + "zero", {groups, 1}, {made.zeros.begin(), made.zeros.end()});
    std::string shape(16, '\0');
    std::memcpy(shape.data(), array.shape.data(), 16);
    put(module + "shape", DType::I64, {2}, shape);
  }

  Quantised how_;
};

}  // namespace

const char* nameOf(Quantised how) {
  constexpr const char* kNames[] = {
      "fp8_blocks", "fp8_rows", "int8_rows", "int8_shifted", "nf4",   "gptq", "gptq_shifted",
      "awq",        "awq_gemv", "packed",    "mlx",          "nvfp4", "hqq"};
  return kNames[static_cast<std::size_t>(how)];
}

std::vector<TestTensor> quantised(const Arrays& arrays, Quantised how) {
  Quantiser quantiser(how);
  for (const auto& [name, array] : arrays) quantiser.add(name, array);
  return std::move(quantiser.tensors);
}

std::string quantisedConfig(const std::string& config, Quantised how) {
  std::string settings = R"("quantization_config":{"quant_method":")";
  switch (how) {
    case Quantised::fp8_blocks:
      settings += R"(fp8","weight_block_size":[32,32]})";
      break;
    case Quantised::gptq:
    case Quantised::gptq_shifted:
      settings += R"(gptq","bits":4,"group_size":16,"checkpoint_format":"gptq"})";
      break;
    case Quantised::awq:
      settings += R"(awq","bits":4,"group_size":16,"version":"gemm"})";
      break;
    case Quantised::awq_gemv:
      settings += R"(awq","bits":4,"group_size":16,"version":"gemv"})";
      break;
    case Quantised::mlx:
      settings = R"("quantization":{"group_size":16,"bits":4})";
      break;
    default:
      settings += R"(named"})";
  }
  return config.substr(0, config.rfind('}')) + "," + settings + "}";
}

}  // namespace kindred::support
