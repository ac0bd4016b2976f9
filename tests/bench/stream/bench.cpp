// The streaming pass over two BF16 tensors in local files, through the built plugins and the host's
// own reading and converting, on one thread with the files in the page cache.
//
//   bench_stream [MiB a file, 1024] [folder for the two files]
//
// First the figures must agree with long double, then the times are taken, in turns so that other
// work on the machine hits all alike; the best of each counts.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <vector>

#include <kindred/metric.hpp>
#include <kindred/random.hpp>
#include <kindred/source.hpp>

#include "bench/stream/peers.hpp"
#include "run/tiles.hpp"
#include "support/loaded_plugin.hpp"
#include "support/temp_dir.hpp"

namespace kindred::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kSegment = std::uint64_t{1} << 22;  // elements, as the host cuts tensors
constexpr int kRounds = 9;

std::uint16_t bf16(double value) {
  return static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(static_cast<float>(value)) >> 16);
}

// Weights as models have them, b being a after further training: spread 0.02, some elements equal.
void writeTensors(const fs::path& path_a, const fs::path& path_b, std::uint64_t elements) {
  Random random(1);
  std::ofstream a(path_a, std::ios::binary), b(path_b, std::ios::binary);
  std::vector<std::uint16_t> part_a(1 << 16), part_b(1 << 16);
  const auto bell = [](std::uint64_t bits) {  // four uniform numbers of 16 bits
    double sum = 0;
    for (int i = 0; i < 4; ++i, bits >>= 16) sum += static_cast<double>(bits & 0xffff) / 65536;
    return (sum - 2) * std::sqrt(3.0);
  };
  for (std::uint64_t done = 0; done < elements; done += part_a.size()) {
    for (std::size_t i = 0; i < part_a.size(); ++i) {
      const double x = 0.02 * bell(random());
      part_a[i] = bf16(x);
      part_b[i] = bf16(x + 0.002 * bell(random()));
    }
    const auto bytes = static_cast<std::streamsize>(2 * part_a.size());
    a.write(reinterpret_cast<const char*>(part_a.data()), bytes);
    b.write(reinterpret_cast<const char*>(part_b.data()), bytes);
  }
  if (!a.flush() || !b.flush()) throw std::runtime_error("cannot write the benchmark's files");
}

struct Metric {
  const char* plugin;
  std::unique_ptr<PairMetric> metric;
};

// The figures of all metrics over both files, read `times` times over as if they were longer.
std::vector<std::vector<double>> stream(Location& location, std::uint64_t elements, int times,
                                        std::span<const Metric> metrics) {
  const auto file_a = location.open("a.bin");
  const auto file_b = location.open("b.bin");
  TensorInfo info;
  info.name = "tensor";
  info.dtype = DType::BF16;
  info.elements = elements * static_cast<std::uint64_t>(times);
  info.shape = {info.elements};
  const Pair pair{info, info, info.elements};
  std::vector<std::unique_ptr<PairAccumulator>> all;
  for (std::uint64_t done = 0; done < info.elements; done += kSegment) {
    std::vector<std::unique_ptr<PairAccumulator>> segment;
    std::vector<run::PairUse> uses;
    for (const Metric& metric : metrics) {
      segment.push_back(metric.metric->start(pair));
      uses.push_back({metric.plugin, segment.back().get()});
    }
    const std::uint64_t offset = done % elements * 2;
    const std::uint64_t count = std::min(kSegment, elements - done % elements);
    run::streamPair({*file_a, offset, info.dtype, info.name},
                    {*file_b, offset, info.dtype, info.name}, count, done, uses);
    for (std::size_t m = 0; m < all.size(); ++m) all[m]->merge(*segment[m]);
    if (all.empty()) all = std::move(segment);
  }
  std::vector<std::vector<double>> figures;
  for (const auto& accumulator : all) figures.push_back(accumulator->finish());
  return figures;
}

std::vector<Metric> metrics(bool pearson) {
  std::vector<Metric> all;
  all.push_back({"cosine", support::load<PairMetric>("cosine")});
  if (pearson) all.push_back({"cosine", support::load<PairMetric>("cosine", {{"centred", true}})});
  all.push_back({"mad", support::load<PairMetric>("mad")});
  return all;
}

bool report(const char* name, double value, double reference, double bound, bool relative) {
  const double error = std::abs(value - reference) / (relative ? std::abs(reference) : 1);
  fmt::print("  {:<8} {:<22.17g} {} error {:.1e} (bound {:.1e})\n", name, value,
             relative ? "relative" : "absolute", error, bound);
  return error <= bound;
}

bool accurate(Location& location, const fs::path& a, const fs::path& b, std::uint64_t elements) {
  const Figures reference = referenceLoop(a, b);
  const auto figures = stream(location, elements, 2, metrics(true));
  fmt::print("{} elements (both files twice) against long double:\n", 2 * elements);
  bool fine = report("cosine", figures[0][0], reference.cosine, 1e-13, false);
  fine &= report("r", figures[1][0], reference.pearson, 1e-13, false);
  fine &= report("mad", figures[2][0], reference.mad, 2.1e-6, true);
  fine &= report("rms", figures[2][1], reference.rms, 2.3e-6, true);
  fine &= report("max", figures[2][2], reference.max, 6e-8, true);
  fine &= report("rel_l2", figures[2][3], reference.rel_l2, 2.3e-6, true);
  fine &= report("equal", figures[2][7], reference.equal, 0, false);
  fine &= report("sign", figures[2][8], reference.sign, 0, false);
  return fine;
}

template <class F>
double seconds(F&& f) {
  const double start = threadSeconds();
  f();
  return threadSeconds() - start;
}

int bench(std::uint64_t mebibytes, const fs::path& a, const fs::path& b, Location& location) {
  const std::uint64_t elements = mebibytes << 19;
  writeTensors(a, b, elements);
  if (!accurate(location, a, b, elements)) {
    fmt::print("the figures are wrong: no times\n");
    return 1;
  }
  const std::vector<Metric> fused = metrics(false);
  const std::vector<Metric> all = metrics(true);
  double calls = 1e9, mapped = 1e9, plain = 1e9, pass = 1e9, pass_all = 1e9;
  for (int round = 0; round < kRounds; ++round) {
    calls = std::min(calls, readByCalls(a, b));
    pass = std::min(pass, seconds([&] { stream(location, elements, 1, fused); }));
    mapped = std::min(mapped, readMapped(a, b));
    pass_all = std::min(pass_all, seconds([&] { stream(location, elements, 1, all); }));
    if (round % 3 == 0) plain = std::min(plain, seconds([&] { plainLoop(a, b); }));
  }
  const double read = std::min(calls, mapped);
  const auto line = [&](const char* what, double time) {
    const double rate = static_cast<double>(4 * elements) / time / 1e9;
    fmt::print("  {:<34} {:8.1f} ms {:7.2f} GB/s   {:.2f} of reading   {:.2f} x the plain loop\n",
               what, time * 1e3, rate, read / time, plain / time);
  };
  fmt::print("two files of {} MiB, one thread, warm page cache, best of {}:\n", mebibytes, kRounds);
  line("reading, pread 256 KiB", calls);
  line("reading, mapped", mapped);
  line("cosine and mad", pass);
  line("cosine, centred cosine and mad", pass_all);
  line("plain loop in double", plain);
  return 0;
}

}  // namespace
}  // namespace kindred::bench

int main(int argc, char** argv) {
  try {
    const std::uint64_t mebibytes = argc > 1 ? std::stoull(argv[1]) : 1024;
    if (argc > 2) setenv("TMPDIR", argv[2], 1);
    const kindred::support::TempDir folder;
    const auto source =
        kindred::support::load<kindred::Source>("local-mmap", {{"root", folder.path().string()}});
    const auto location = source->open("");
    return kindred::bench::bench(mebibytes, folder / "a.bin", folder / "b.bin", *location);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
