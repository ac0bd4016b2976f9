// Checks of metrics that stream: pair metrics and tensor metrics.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include <kindred/conformance/report.hpp>
#include <kindred/conformance/subject.hpp>
#include <kindred/metric.hpp>
#include <kindred/random.hpp>

namespace kindred::conformance {

// What a metric is shown: two tensors' elements (a tensor metric sees the first only).
struct Numbers {
  std::vector<float> a, b;
  std::size_t size() const { return a.size(); }
};

// How the two kinds start an accumulator and how they are given elements [at, at + count).
struct PairStream {
  using Metric = PairMetric;
  using Accumulator = PairAccumulator;
  static std::unique_ptr<Accumulator> start(const Metric& metric, const TensorInfo& tensor,
                                            std::size_t elements) {
    return metric.start({tensor, tensor, elements});
  }
  static void add(Accumulator& to, const Numbers& numbers, std::size_t at, std::size_t count,
                  bool wide) {
    if (wide) {
      const std::vector<double> a(numbers.a.begin() + at, numbers.a.begin() + at + count);
      const std::vector<double> b(numbers.b.begin() + at, numbers.b.begin() + at + count);
      return to.add({{{}, a}, {{}, b}, at});
    }
    to.add({{std::span(numbers.a).subspan(at, count), {}},
            {std::span(numbers.b).subspan(at, count), {}},
            at});
  }
};

struct TensorStream {
  using Metric = TensorMetric;
  using Accumulator = TensorAccumulator;
  static std::unique_ptr<Accumulator> start(const Metric& metric, const TensorInfo& tensor,
                                            std::size_t elements) {
    return metric.start(tensor, elements);
  }
  static void add(Accumulator& to, const Numbers& numbers, std::size_t at, std::size_t count,
                  bool wide) {
    const auto values = std::span(numbers.a).subspan(at, count);
    if (wide) {
      const std::vector<double> doubles(values.begin(), values.end());
      return to.add({{{}, doubles}, at});
    }
    to.add({{values, {}}, at});
  }
};

namespace detail {

inline constexpr std::size_t kSample = 11 * kBlock + 37;  // the last block is not full

// Small normal-like numbers, the second a noisy copy of the first. From `louder_from` on they are
// eight times as large, so that a part that is left out shows in the figures.
inline Numbers randomNumbers(std::size_t count, std::uint64_t seed,
                             std::size_t louder_from = kSample) {
  Random random(seed);
  const auto bell = [&] { return random.unit() + random.unit() + random.unit() - 1.5; };
  Numbers numbers;
  for (std::size_t i = 0; i < count; ++i) {
    const double scale = i < louder_from ? 0.02 : 0.16;
    const double value = bell();
    numbers.a.push_back(static_cast<float>(scale * value));
    numbers.b.push_back(static_cast<float>(scale * (0.8 * value + 0.3 * bell())));
  }
  return numbers;
}

inline Numbers filled(std::size_t count, float value) {
  return {std::vector<float>(count, value), std::vector<float>(count, value)};
}

inline bool sameBits(double x, double y) {
  return std::bit_cast<std::uint64_t>(x) == std::bit_cast<std::uint64_t>(y) ||
         (std::isnan(x) && std::isnan(y));
}

inline bool near(double x, double y, double tolerance) {
  if (std::isnan(x) || std::isnan(y)) return std::isnan(x) && std::isnan(y);
  return x == y || std::abs(x - y) <= tolerance * std::max({1.0, std::abs(x), std::abs(y)});
}

template <class Stream>
class StreamTester {
 public:
  using Metric = typename Stream::Metric;
  using Accumulator = typename Stream::Accumulator;
  using Tiles = std::vector<std::size_t>;  // sizes, repeated as long as there are elements

  explicit StreamTester(const Subject& subject)
      : figures_(figuresOf(subject.descriptor())), metric_(subject.make<Metric>()) {}

  std::unique_ptr<Accumulator> start(std::size_t elements) {
    tensor_.shape = {elements};
    tensor_.elements = elements;
    auto accumulator = Stream::start(*metric_, tensor_, elements);
    if (!accumulator) throw std::runtime_error("start() gave no accumulator");
    return accumulator;
  }

  void add(Accumulator& to, const Numbers& numbers, std::size_t at, std::size_t count,
           bool wide = false) const {
    Stream::add(to, numbers, at, count, wide);
  }

  // Feeds elements [begin, end) in tiles.
  void feed(Accumulator& to, const Numbers& numbers, std::size_t begin, std::size_t end,
            const Tiles& tiles, bool wide = false) const {
    for (std::size_t at = begin, i = 0; at < end; ++i) {
      const std::size_t count = std::min(tiles[i % tiles.size()], end - at);
      add(to, numbers, at, count, wide);
      at += count;
    }
  }

  std::vector<double> whole(const Numbers& numbers, const Tiles& tiles = {4 * kBlock},
                            bool wide = false) {
    const auto accumulator = start(numbers.size());
    feed(*accumulator, numbers, 0, numbers.size(), tiles, wide);
    return accumulator->finish();
  }

  // One accumulator a segment, merged in order.
  std::vector<double> merged(const Numbers& numbers, const std::vector<std::size_t>& ends,
                             const Tiles& tiles = {2 * kBlock}) {
    auto first = start(numbers.size());
    feed(*first, numbers, 0, ends[0], tiles);
    for (std::size_t i = 1; i < ends.size(); ++i) {
      auto next = start(numbers.size());
      feed(*next, numbers, ends[i - 1], ends[i], tiles);
      first->merge(*next);
    }
    return first->finish();
  }

  // An error for the first figure whose bits differ.
  void same(const std::vector<double>& x, const std::vector<double>& y, const std::string& when,
            const std::string& cause, const std::string& cure, Findings& found) const {
    for (std::size_t i = 0; i < std::min(x.size(), y.size()); ++i) {
      if (sameBits(x[i], y[i])) continue;
      return found.error(
          when + ": figure '" + nameOf(i) + "' is " + exact(x[i]) + ", then " + exact(y[i]), cause,
          cure);
    }
  }

  // An error for the first figure outside its declared range, but for rounding.
  void within(const std::vector<double>& figures, const std::string& when, Findings& found) const {
    for (std::size_t i = 0; i < std::min(figures.size(), figures_.size()); ++i) {
      const Entry& entry = figures_[i];
      if (inRange(entry, figures[i])) continue;
      return found.error(when + ": figure '" + nameOf(i) + "' is " + exact(figures[i]) +
                             ", and its range is from " + exact(entry.least) + " to " +
                             exact(entry.most),
                         "the declaration and finish() have drifted apart, or rounding adds up",
                         "correct the range, or keep the figure in it (std::clamp)");
    }
  }

  std::size_t figures() const { return figures_.size(); }
  std::string nameOf(std::size_t i) const {
    return i < figures_.size() ? figures_[i].name : "number " + std::to_string(i);
  }
  static std::string exact(double value) { return kindred::detail::shown(value); }

 private:
  TensorInfo tensor_{.model = "model", .name = "tensor"};
  std::vector<Entry> figures_;
  std::unique_ptr<Metric> metric_;
};

template <class Stream>
void checkCases(StreamTester<Stream>& tester, const Expected& expected, Findings& found) {
  for (std::size_t i = 0; i < expected.cases.size(); ++i) {
    const Case& test = expected.cases[i];
    const std::vector<double> got = tester.whole({test.a, test.b});
    for (std::size_t f = 0; f < test.figures.size(); ++f) {
      if (f < got.size() && near(got[f], test.figures[f], test.tolerance)) continue;
      found.error("case " + std::to_string(i) + ": figure '" + tester.nameOf(f) + "' is " +
                      (f < got.size() ? tester.exact(got[f]) : "missing") + ", expected " +
                      tester.exact(test.figures[f]),
                  "the metric computes something else than the test states",
                  "work the case out by hand and correct the one that is wrong");
    }
  }
}

// A part that is merged must count: the merged figures are those of one pass, but for rounding.
template <class Stream>
void checkMergeCounts(StreamTester<Stream>& tester, Findings& found) {
  const Numbers numbers = randomNumbers(kSample, 5, 4 * kBlock);
  const std::vector<double> whole = tester.whole(numbers);
  const std::vector<double> merged = tester.merged(numbers, {4 * kBlock, 7 * kBlock, kSample});
  for (std::size_t i = 0; i < std::min(whole.size(), merged.size()); ++i) {
    if (near(whole[i], merged[i], 1e-9)) continue;
    const bool far = !near(whole[i], merged[i], 1e-3);
    found.add(far ? Grade::error : Grade::warning,
              "figure '" + tester.nameOf(i) + "' is " + tester.exact(whole[i]) +
                  " in one pass, but " + tester.exact(merged[i]) + " from three merged segments",
              "merge() leaves out part of what the other accumulator saw, or approximates",
              "carry every member over in merge()");
  }
}

template <class Stream>
void checkThreads(StreamTester<Stream>& tester, Findings& found) {
  constexpr std::size_t kThreads = 4;
  std::vector<Numbers> inputs;
  std::vector<std::vector<double>> alone, together(kThreads);
  std::vector<std::unique_ptr<typename Stream::Accumulator>> accumulators;
  std::vector<std::exception_ptr> thrown(kThreads);
  for (std::size_t i = 0; i < kThreads; ++i) {
    inputs.push_back(randomNumbers(kSample, 20 + i));
    alone.push_back(tester.whole(inputs[i], {kBlock}));
    accumulators.push_back(tester.start(kSample));
  }
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, i] {
        try {
          tester.feed(*accumulators[i], inputs[i], 0, kSample, {kBlock});
          together[i] = accumulators[i]->finish();
        } catch (...) {
          thrown[i] = std::current_exception();
        }
      });
    }
  }
  for (const std::exception_ptr& exception : thrown) {
    if (exception) std::rethrow_exception(exception);
  }
  for (std::size_t i = 0; i < kThreads; ++i) {
    tester.same(alone[i], together[i], "four accumulators in four threads",
                "accumulators of one metric share something that changes",
                "keep everything that changes in the accumulator", found);
  }
}

}  // namespace detail

template <class Stream>
void checkStream(Report& report, const Subject& subject, const Expected& expected) {
  using detail::kSample;
  using Tester = detail::StreamTester<Stream>;
  const auto check = [&](const char* name, const char* promise, auto&& body) {
    report.check(name, promise, [&](Findings& found) {
      Tester tester(subject);
      body(tester, found);
    });
  };
  // Input that has no sensible figure must still give as many numbers as are declared.
  const auto survives = [&](const char* name, const char* promise, const Numbers& numbers) {
    check(name, promise, [&](Tester& tester, Findings& found) {
      const std::vector<double> figures = tester.whole(numbers);
      if (figures.size() != tester.figures()) {
        found.error("finish() gives " + std::to_string(figures.size()) + " figures, declared are " +
                        std::to_string(tester.figures()),
                    "a path that returns early", "give NaN for each figure that is undefined");
      }
      bool finite = true;
      for (const float value : numbers.a) finite = finite && std::abs(value) < 1e30f;
      for (std::size_t i = 0; finite && i < figures.size(); ++i) {
        if (!std::isinf(figures[i])) continue;
        found.add(Grade::warning, "figure '" + tester.nameOf(i) + "' is infinite",
                  "a division by zero", "give NaN: that is how a figure is said to be undefined");
      }
    });
  };

  check("figures", "as many figures as declared", [](Tester& tester, Findings& found) {
    const std::size_t given = tester.whole(detail::randomNumbers(kSample, 1)).size();
    if (given == tester.figures()) return;
    found.error("finish() gives " + std::to_string(given) + " figures, declared are " +
                    std::to_string(tester.figures()),
                "declaration and finish() have drifted apart", "make both list the same figures");
  });
  check("range", "defined figures lie in their declared ranges",
        [](Tester& tester, Findings& found) {
          for (const std::uint64_t seed : {1, 2, 3}) {
            tester.within(tester.whole(detail::randomNumbers(kSample, seed)), "random numbers",
                          found);
          }
          tester.within(tester.whole(detail::filled(kSample, 1)), "ones", found);
          const Numbers numbers = detail::randomNumbers(kSample, 4);
          tester.within(tester.whole({numbers.a, numbers.a}), "a tensor and itself", found);
        });
  if (!expected.cases.empty()) {
    check("expected", "the figures that the test states",
          [&](Tester& tester, Findings& found) { detail::checkCases(tester, expected, found); });
  }
  check("run-twice", "the same input gives the same bits", [](Tester& tester, Findings& found) {
    const Numbers numbers = detail::randomNumbers(kSample, 2);
    tester.same(tester.whole(numbers), tester.whole(numbers), "run twice",
                "memory that is not initialised, a random seed, or state kept in the metric",
                "initialise every member, and keep state in the accumulator", found);
  });
  check("interleaved", "two accumulators at once do not disturb each other",
        [](Tester& tester, Findings& found) {
          const Numbers x = detail::randomNumbers(kSample, 3);
          const Numbers y = detail::randomNumbers(kSample, 4);
          const auto first = tester.start(kSample);
          const auto second = tester.start(kSample);
          for (std::size_t at = 0; at < kSample; at += kBlock) {
            const std::size_t count = std::min(kBlock, kSample - at);
            tester.add(*first, x, at, count);
            tester.add(*second, y, at, count);
          }
          const char* cause = "accumulators share state: a static, a global, a mutable member";
          const char* cure = "keep everything that changes in the accumulator";
          tester.same(tester.whole(x, {kBlock}), first->finish(), "alone, then interleaved", cause,
                      cure, found);
          tester.same(tester.whole(y, {kBlock}), second->finish(), "alone, then interleaved", cause,
                      cure, found);
        });
  check("any-tiling", "tiles of any size give the same bits", [](Tester& tester, Findings& found) {
    const Numbers numbers = detail::randomNumbers(kSample, 5);
    const std::vector<double> one = tester.whole(numbers, {16 * kBlock});
    for (const auto& tiles : std::vector<typename Tester::Tiles>{
             {kBlock}, {2 * kBlock}, {3 * kBlock, kBlock}, {7 * kBlock}}) {
      tester.same(one, tester.whole(numbers, tiles),
                  "in one tile, then in tiles of " + std::to_string(tiles[0]) + " elements",
                  "sums are rounded once a tile",
                  "sum each block of kBlock elements on its own (eachBlock) and add the block sums "
                  "in order",
                  found);
    }
  });
  check("merge", "the same segments give the same bits, whatever the tiles",
        [](Tester& tester, Findings& found) {
          const Numbers numbers = detail::randomNumbers(kSample, 6);
          const std::vector<std::size_t> ends{3 * kBlock, 4 * kBlock, 9 * kBlock, kSample};
          tester.same(tester.merged(numbers, ends, {kBlock}),
                      tester.merged(numbers, ends, {5 * kBlock}), "merged twice",
                      "merge() depends on the tiles, or on where memory lies",
                      "merge the sums themselves, in the order of the segments", found);
        });
  check("merge-counts", "merged segments give the figures of one pass",
        [](Tester& tester, Findings& found) { detail::checkMergeCounts(tester, found); });
  check("merge-empty", "merging what saw nothing changes nothing",
        [](Tester& tester, Findings& found) {
          const Numbers numbers = detail::randomNumbers(3 * kBlock, 7);
          const auto one = tester.start(3 * kBlock);
          const auto none = tester.start(3 * kBlock);
          tester.feed(*one, numbers, 0, 3 * kBlock, {kBlock});
          one->merge(*none);
          tester.same(tester.whole(numbers, {kBlock}), one->finish(), "without and with the merge",
                      "an empty accumulator holds something other than zero",
                      "let merge() of zero elements change nothing", found);
        });
  check("wide", "doubles give the figures of the same floats", [](Tester& tester, Findings& found) {
    const Numbers numbers = detail::randomNumbers(kSample, 8);
    const std::vector<double> narrow = tester.whole(numbers);
    const std::vector<double> wide = tester.whole(numbers, {4 * kBlock}, true);
    for (std::size_t i = 0; i < std::min(narrow.size(), wide.size()); ++i) {
      if (detail::near(narrow[i], wide[i], 1e-6)) continue;
      found.error("figure '" + tester.nameOf(i) + "' is " + tester.exact(narrow[i]) +
                      " from floats, but " + tester.exact(wide[i]) + " from doubles",
                  "tensors of 32-bit integers and doubles come as `wide`, floats as `narrow`; "
                  "the metric reads one of them only",
                  "read tiles through visit(), eachBlock() or Values::operator[]");
    }
  });
  survives("empty", "no element at all", {});
  survives("one", "a single element", detail::filled(1, 0.5f));
  survives("silent", "zeros only", detail::filled(3000, 0.0f));
  survives("constant", "one number throughout", detail::filled(3000, 0.25f));
  const float largest = std::numeric_limits<float>::max();
  const float smallest = std::numeric_limits<float>::denorm_min();
  const float infinity = std::numeric_limits<float>::infinity();
  survives("extremes", "the largest, the smallest, and infinities",
           {{largest, -largest, smallest, infinity, -infinity, 0.0f},
            {-largest, smallest, smallest, infinity, infinity, -0.0f}});
  const float nan = std::numeric_limits<float>::quiet_NaN();
  survives("not-a-number", "NaN among the elements", {{nan, 1.0f, nan}, {1.0f, nan, nan}});
  check("empty-tile", "a tile of no elements changes nothing", [](Tester& tester, Findings& found) {
    const Numbers numbers = detail::randomNumbers(kBlock, 9);
    const auto accumulator = tester.start(kBlock);
    tester.add(*accumulator, numbers, 0, 0);
    tester.add(*accumulator, numbers, 0, kBlock);
    tester.same(tester.whole(numbers), accumulator->finish(), "without and with the tile",
                "a tile counts even if it is empty", "count elements, not tiles", found);
  });
  check("threads", "accumulators of one metric work in several threads at once",
        [](Tester& tester, Findings& found) { detail::checkThreads(tester, found); });
}

}  // namespace kindred::conformance
