#include "bench/stream/peers.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <vector>

namespace kindred::bench {

namespace {

constexpr std::size_t kWindow = std::size_t{256} << 10;

class OpenFile {
 public:
  explicit OpenFile(const std::filesystem::path& path)
      : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)),
        size_(std::filesystem::file_size(path)) {
    if (descriptor_ < 0) throw std::runtime_error("cannot open " + path.string());
  }
  ~OpenFile() { ::close(descriptor_); }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  std::size_t size() const { return size_; }
  int descriptor() const { return descriptor_; }
  void read(std::size_t offset, std::span<std::byte> into) const {
    const ssize_t got = ::pread(descriptor_, into.data(), into.size(), static_cast<off_t>(offset));
    if (got != static_cast<ssize_t>(into.size())) throw std::runtime_error("a short read");
  }

 private:
  int descriptor_;
  std::size_t size_;
};

// Calls f(a, b) for windows of both files, as BF16 numbers.
template <class F>
void eachWindow(const std::filesystem::path& path_a, const std::filesystem::path& path_b, F&& f) {
  const OpenFile a(path_a), b(path_b);
  std::vector<std::uint16_t> window_a(kWindow / 2), window_b(kWindow / 2);
  for (std::size_t done = 0; done < a.size(); done += kWindow) {
    const std::size_t count = std::min(kWindow, a.size() - done) / 2;
    a.read(done, std::as_writable_bytes(std::span(window_a).first(count)));
    b.read(done, std::as_writable_bytes(std::span(window_b).first(count)));
    f(std::span(window_a).first(count), std::span(window_b).first(count));
  }
}

template <class Number>
struct Sums {
  Number ab = 0, aa = 0, bb = 0, a = 0, b = 0, absolute = 0, squared = 0, largest = 0;
  std::size_t equal = 0, sign = 0, count = 0;

  void add(std::span<const std::uint16_t> all_a, std::span<const std::uint16_t> all_b) {
    for (std::size_t i = 0; i < all_a.size(); ++i) {
      const Number x = std::bit_cast<float>(std::uint32_t{all_a[i]} << 16);
      const Number y = std::bit_cast<float>(std::uint32_t{all_b[i]} << 16);
      ab += x * y;
      aa += x * x;
      bb += y * y;
      a += x;
      b += y;
      const Number distance = std::abs(x - y);
      absolute += distance;
      squared += distance * distance;
      if (distance > largest) largest = distance;
      if (x == y) ++equal;
      if (std::signbit(x) == std::signbit(y)) ++sign;
    }
    count += all_a.size();
  }

  void add(const Sums& more) {
    ab += more.ab, aa += more.aa, bb += more.bb, a += more.a, b += more.b;
    absolute += more.absolute, squared += more.squared;
    largest = std::max(largest, more.largest);
    equal += more.equal, sign += more.sign, count += more.count;
  }

  Figures figures() const {
    const auto n = static_cast<Number>(count);
    const Number covariance = ab - a * b / n;
    const Number variances = (aa - a * a / n) * (bb - b * b / n);
    return {static_cast<double>(ab / std::sqrt(aa * bb)),
            static_cast<double>(covariance / std::sqrt(variances)),
            static_cast<double>(absolute / n),
            static_cast<double>(std::sqrt(squared / n)),
            static_cast<double>(largest),
            static_cast<double>(std::sqrt(squared / aa)),
            static_cast<double>(static_cast<Number>(equal) / n),
            static_cast<double>(static_cast<Number>(sign) / n)};
  }
};

}  // namespace

double threadSeconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

double readByCalls(const std::filesystem::path& path_a, const std::filesystem::path& path_b) {
  std::vector<std::byte> window(kWindow);
  const double start = threadSeconds();
  for (const auto& path : {path_a, path_b}) {
    const OpenFile file(path);
    for (std::size_t done = 0; done < file.size(); done += kWindow) {
      file.read(done, std::span(window).first(std::min(kWindow, file.size() - done)));
    }
  }
  return threadSeconds() - start;
}

double readMapped(const std::filesystem::path& path_a, const std::filesystem::path& path_b) {
  const double start = threadSeconds();
  std::uint64_t sum = 0;
  for (const auto& path : {path_a, path_b}) {
    const OpenFile file(path);
    void* map = ::mmap(nullptr, file.size(), PROT_READ, MAP_SHARED, file.descriptor(), 0);
    if (map == MAP_FAILED) throw std::runtime_error("cannot map " + path.string());
    ::madvise(map, file.size(), MADV_SEQUENTIAL);
    const std::span words(static_cast<const std::uint64_t*>(map), file.size() / 8);
    for (const std::uint64_t word : words) sum += word;
    ::munmap(map, file.size());
  }
  const double seconds = threadSeconds() - start;
  if (sum == 1) throw std::runtime_error("unlikely");  // keeps the sum, and so the reads
  return seconds;
}

Figures plainLoop(const std::filesystem::path& a, const std::filesystem::path& b) {
  Sums<double> sums;
  eachWindow(a, b, [&](auto x, auto y) { sums.add(x, y); });
  return sums.figures();
}

Figures referenceLoop(const std::filesystem::path& a, const std::filesystem::path& b) {
  Sums<long double> sums;
  eachWindow(a, b, [&](auto x, auto y) {
    Sums<long double> part;
    part.add(x, y);
    sums.add(part);
  });
  return sums.figures();
}

}  // namespace kindred::bench
