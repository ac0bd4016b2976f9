// Metrics: plugins that turn one tensor, a pair, or two sets of tensors into figures.
//
// Tensors flow past in tiles that fit in cache; nothing is ever held whole. The host cuts the
// sample of a tensor into fixed segments (whatever the number of threads), gives each segment to a
// fresh accumulator, and merges the accumulators in order, so that results do not depend on
// threads.
//
// Every tile starts at a multiple of kBlock elements of the segment and, but for the segment's
// last, is a multiple of kBlock long. An accumulator that sums per block and combines the block
// sums in order therefore gives the same bits under any tiling.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <kindred/plugin.hpp>
#include <kindred/tensor.hpp>

namespace kindred {

inline constexpr std::size_t kBlock = 2048;  // elements

// A run of one tensor's elements: floats where float holds the dtype exactly, else doubles.
struct Values {
  std::span<const float> narrow;
  std::span<const double> wide;

  std::size_t size() const { return narrow.empty() ? wide.size() : narrow.size(); }
  double operator[](std::size_t i) const { return narrow.empty() ? wide[i] : narrow[i]; }
};

// The same elements of two tensors. Either both are narrow or both are wide.
struct PairTile {
  Values a;
  Values b;
  std::uint64_t position = 0;  // of the first element in the sample

  std::size_t size() const { return a.size(); }
  // Calls f(span a, span b) with both as float or both as double.
  template <class F>
  void visit(F&& f) const {
    if (a.wide.empty()) {
      f(a.narrow, b.narrow);
    } else {
      f(a.wide, b.wide);
    }
  }
  // The same for each block in order; only the sample's last block may be shorter than kBlock. Sums
  // kept per block come out with the same bits whatever the tiles.
  template <class F>
  void eachBlock(F&& f) const {
    visit([&](auto all_a, auto all_b) {
      for (std::size_t at = 0; at < all_a.size(); at += kBlock) {
        const std::size_t count = std::min(kBlock, all_a.size() - at);
        f(all_a.subspan(at, count), all_b.subspan(at, count));
      }
    });
  }
};

struct TensorTile {
  Values values;
  std::uint64_t position = 0;  // of the first element in the sample
};

struct Pair {
  const TensorInfo& a;
  const TensorInfo& b;
  std::uint64_t elements;  // in the sample
};

class KINDRED_EXPORT PairAccumulator {
 public:
  virtual ~PairAccumulator() = default;
  virtual void add(const PairTile& tile) = 0;
  // Takes over what `next` saw; `next` saw the elements right behind this one's and is of the same
  // class. It is not used again.
  virtual void merge(PairAccumulator& next) = 0;
  // One value a figure, in the order declared. NaN where a figure is undefined.
  virtual std::vector<double> finish() = 0;
};

// Compares a pair of tensors of equal shape, element by element.
class KINDRED_EXPORT PairMetric {
 public:
  virtual ~PairMetric() = default;
  // A fresh accumulator. [any-thread]
  virtual std::unique_ptr<PairAccumulator> start(const Pair& pair) const = 0;
};

class KINDRED_EXPORT TensorAccumulator {
 public:
  virtual ~TensorAccumulator() = default;
  virtual void add(const TensorTile& tile) = 0;
  virtual void merge(TensorAccumulator& next) = 0;
  virtual std::vector<double> finish() = 0;
};

// Describes one tensor.
class KINDRED_EXPORT TensorMetric {
 public:
  virtual ~TensorMetric() = default;
  // [any-thread]
  virtual std::unique_ptr<TensorAccumulator> start(const TensorInfo& tensor,
                                                   std::uint64_t elements) const = 0;
};

// Summarises one tensor of a set; stays alive until the sets are matched. The whole tensor goes
// through one digest, in order.
class KINDRED_EXPORT TensorDigest {
 public:
  virtual ~TensorDigest() = default;
  virtual void add(std::span<const std::byte> raw) = 0;
  virtual void finish() = 0;
};

struct SetMatch {
  std::size_t a;                                           // index into the first set
  std::size_t b;                                           // index into the second set
  std::vector<double> figures;                             // in the order declared
  std::vector<std::pair<std::string, std::string>> notes;  // for report.json
};

// Compares two sets of tensors and finds itself which belong together. Reads raw bytes.
class KINDRED_EXPORT SetMetric {
 public:
  virtual ~SetMetric() = default;
  // [any-thread]
  virtual std::unique_ptr<TensorDigest> start(const TensorInfo& tensor) const = 0;
  struct Member {
    const TensorInfo& tensor;
    const TensorDigest& digest;
  };
  virtual std::vector<SetMatch> match(std::span<const Member> a,
                                      std::span<const Member> b) const = 0;
};

}  // namespace kindred

#define KINDRED_METRIC(CLASS, NAME, VERSION, SUMMARY, ...)                                  \
  KINDRED_PLUGIN(::kindred::Kind::pair_metric, ::kindred::PairMetric, CLASS, NAME, VERSION, \
                 SUMMARY __VA_OPT__(, ) __VA_ARGS__)
#define KINDRED_TENSOR_METRIC(CLASS, NAME, VERSION, SUMMARY, ...)                               \
  KINDRED_PLUGIN(::kindred::Kind::tensor_metric, ::kindred::TensorMetric, CLASS, NAME, VERSION, \
                 SUMMARY __VA_OPT__(, ) __VA_ARGS__)
#define KINDRED_SET_METRIC(CLASS, NAME, VERSION, SUMMARY, ...)                            \
  KINDRED_PLUGIN(::kindred::Kind::set_metric, ::kindred::SetMetric, CLASS, NAME, VERSION, \
                 SUMMARY __VA_OPT__(, ) __VA_ARGS__)
