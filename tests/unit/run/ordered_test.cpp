#include "run/ordered.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>

namespace kindred::run {
namespace {

const auto kNever = [] { return false; };

TEST(InOrder, ConsumesEveryItemOnceAndInOrderOnAnyNumberOfThreads) {
  for (const unsigned threads : {1u, 2u, 7u}) {
    std::vector<std::size_t> seen;
    const std::size_t consumed = inOrder<std::size_t>(
        500, threads, [](std::size_t i) { return i * i; },
        [&](std::size_t i, std::size_t&& square) {
          EXPECT_EQ(square, i * i);
          seen.push_back(i);
        },
        kNever);
    EXPECT_EQ(consumed, 500u);
    ASSERT_EQ(seen.size(), 500u);
    for (std::size_t i = 0; i < 500; ++i) EXPECT_EQ(seen[i], i);
  }
}

TEST(InOrder, KeepsFewResultsWaiting) {
  std::atomic<int> alive{0}, most{0};
  struct Counted {
    std::atomic<int>* alive = nullptr;
    explicit Counted(std::atomic<int>* a) : alive(a) { ++*alive; }
    Counted(Counted&& other) noexcept : alive(other.alive) { other.alive = nullptr; }
    Counted& operator=(Counted&&) = delete;
    ~Counted() {
      if (alive != nullptr) --*alive;
    }
  };
  inOrder<Counted>(
      1000, 4,
      [&](std::size_t i) {
        if (i % 50 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(2));
        Counted result(&alive);
        for (int now = alive, seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
        }
        return result;
      },
      [](std::size_t, Counted&&) {}, kNever);
  EXPECT_LE(most, 4 * 4 + 4);
}

TEST(InOrder, StopsEarlyAndStillConsumesWhatWasBegun) {
  std::atomic<std::size_t> begun{0};
  std::size_t consumed = 0;
  const std::size_t done = inOrder<int>(
      1000, 3,
      [&](std::size_t) {
        ++begun;
        return 0;
      },
      [&](std::size_t, int&&) { ++consumed; }, [&] { return begun >= 10; });
  EXPECT_EQ(done, consumed);
  EXPECT_EQ(consumed, begun);
  EXPECT_LT(consumed, 20u);
}

TEST(InOrder, RethrowsTheFirstFailureByOrder) {
  const auto run = [](unsigned threads) {
    inOrder<int>(
        100, threads,
        [](std::size_t i) -> int {
          if (i >= 40) throw std::runtime_error(std::to_string(i));
          return 0;
        },
        [](std::size_t, int&&) {}, kNever);
  };
  for (const unsigned threads : {1u, 4u}) {
    try {
      run(threads);
      FAIL();
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "40");
    }
  }
}

}  // namespace
}  // namespace kindred::run
