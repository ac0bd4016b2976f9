// Work shared among ranks, which here are threads with letter boxes.
#include "run/share.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <set>
#include <thread>

#include <kindred/error.hpp>

#include "run/interrupt.hpp"

namespace kindred::run {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Texts = std::vector<std::optional<std::string>>;

constexpr int kRanks = 3;

struct Post {
  std::mutex mutex;
  std::array<std::deque<Message>, kRanks> boxes;
  int sent_to_first = 0;

  // Until the first rank has taken a message of each other.
  void waitForOthers() {
    for (;;) {
      {
        const std::lock_guard lock(mutex);
        if (sent_to_first >= kRanks - 1 && boxes.front().empty()) return;
      }
      std::this_thread::yield();
    }
  }
};

class PostRanks final : public Ranks {
 public:
  PostRanks(Post& post, int rank) : post_(post), rank_(rank) {}
  int rank() const override { return rank_; }
  int size() const override { return kRanks; }
  void send(int to, const std::string& text) override {
    const std::lock_guard lock(post_.mutex);
    post_.boxes.at(static_cast<std::size_t>(to)).push_back({rank_, text});
    if (to == 0) ++post_.sent_to_first;
  }
  std::optional<Message> receive() override {
    const std::lock_guard lock(post_.mutex);
    auto& box = post_.boxes.at(static_cast<std::size_t>(rank_));
    if (box.empty()) return std::nullopt;
    Message message = std::move(box.front());
    box.pop_front();
    return message;
  }
  void abort(int) override { std::abort(); }

 private:
  Post& post_;
  int rank_;
};

SharedWork work(std::size_t count) {
  SharedWork made;
  for (std::size_t i = 0; i < count; ++i) {
    made.names.push_back("unit " + std::to_string(i));
    made.cost.push_back(i);
  }
  made.threads = 2;
  made.compute = [](std::size_t i) { return "text " + std::to_string(i); };
  made.known = [](std::size_t) { return std::nullopt; };
  made.done = [](std::size_t, const std::string&) {};
  return made;
}

// Each rank's part, on a thread of its own.
void onEachRank(Post& post, const std::function<void(Ranks&)>& part) {
  const InterruptGuard guard;
  std::vector<std::jthread> ranks;
  for (int rank = 0; rank < kRanks; ++rank) {
    ranks.emplace_back([&, rank] {
      PostRanks own(post, rank);
      part(own);
    });
  }
}

void onEachRank(const std::function<void(Ranks&)>& part) {
  Post post;
  onEachRank(post, part);
}

TEST(Share, TellsEveryRankWhatAllUnitsCameToTimeAfterTime) {
  onEachRank([](Ranks& ranks) {
    for (std::size_t count : {40U, 0U, 1U, 7U}) {
      const Texts texts = share(ranks, work(count));
      ASSERT_EQ(texts.size(), count);
      for (std::size_t i = 0; i < count; ++i) EXPECT_EQ(texts[i], "text " + std::to_string(i));
    }
  });
}

TEST(Share, ComputesEachUnitOnceAndNoneThatIsKnown) {
  std::mutex mutex;
  std::multiset<std::size_t> computed;
  std::vector<std::size_t> done;
  onEachRank([&](Ranks& ranks) {
    SharedWork shared = work(20);
    shared.compute = [&](std::size_t i) {
      const std::lock_guard lock(mutex);
      computed.insert(i);
      return std::string(1, static_cast<char>('a' + i));
    };
    shared.known = [](std::size_t i) {
      return i % 2 == 0 ? std::optional<std::string>("known") : std::nullopt;
    };
    shared.done = [&](std::size_t i, const std::string&) { done.push_back(i); };
    const Texts texts = share(ranks, shared);
    EXPECT_EQ(texts[4], "known");
    EXPECT_EQ(texts[5], "f");
  });
  EXPECT_THAT(computed, ElementsAre(1, 3, 5, 7, 9, 11, 13, 15, 17, 19));
  EXPECT_EQ(done.size(), 10U);
}

TEST(Share, TextsMayHoldAnything) {
  const std::string odd("1 2\n-\n\0 end\n", 12);
  onEachRank([&](Ranks& ranks) {
    SharedWork shared = work(3);
    shared.compute = [&](std::size_t i) { return i == 1 ? std::string() : odd; };
    EXPECT_THAT(share(ranks, shared), ElementsAre(odd, std::string(), odd));
  });
}

TEST(Share, LeavesToEachRankWhatCantBeTold) {
  onEachRank([](Ranks& ranks) {
    SharedWork shared = work(3);
    shared.compute = [](std::size_t i) {
      return i == 1 ? std::nullopt : std::optional<std::string>("told");
    };
    const Texts texts = share(ranks, shared);
    EXPECT_EQ(texts[0], "told");
    EXPECT_EQ(texts[1], std::nullopt);
  });
}

TEST(Share, ThrowsOnEveryRankWhatAUnitThrows) {
  onEachRank([](Ranks& ranks) {
    SharedWork shared = work(30);
    shared.compute = [](std::size_t i) -> std::optional<std::string> {
      if (i == 13) throw inputError("a/file", "is odd", "make it even");
      return "fine";
    };
    try {
      share(ranks, shared);
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.category(), Category::input);
      EXPECT_STREQ(error.what(), "a/file: is odd (make it even)");
    }
  });
}

TEST(Share, ARankThatSeesOtherWorkIsNamedOnEveryRank) {
  Post post;
  onEachRank(post, [&](Ranks& ranks) {
    SharedWork shared = work(2);
    if (ranks.rank() == 1) shared.names[1] = "something else";
    shared.compute = [&](std::size_t) {
      post.waitForOthers();
      return "text";
    };
    try {
      share(ranks, shared);
      FAIL();
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr("rank 1: has other work than the first"));
    }
  });
}

TEST(Share, ARankThatIsLostIsNamedOnEveryOther) {
  Post post;
  onEachRank(post, [&](Ranks& ranks) {
    if (ranks.rank() == 2) return sayLost(ranks, "b/file: is not here");
    SharedWork shared = work(2);
    shared.compute = [&](std::size_t) {
      post.waitForOthers();
      return "text";
    };
    EXPECT_THROW(share(ranks, shared), Error);
  });
}

}  // namespace
}  // namespace kindred::run
