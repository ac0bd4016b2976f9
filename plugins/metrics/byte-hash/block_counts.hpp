// Which blocks a tensor consists of and how often each occurs, in bounded memory.
//
// Where there are too many, blocks are dropped by their own hash: at level n only those are kept
// whose hash ends in n zero bits. A block is then kept in every tensor or in none, so that shares
// counted over the kept blocks estimate those over all (Broder's "sketches modulo").
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <unordered_set>
#include <vector>

namespace kindred::byte_hash {

struct Hash {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend auto operator<=>(const Hash&, const Hash&) = default;
};

class BlockCounts {
 public:
  struct Entry {
    Hash hash;
    std::uint64_t count;
  };

  void add(Hash hash);
  // Sorts what was added; entries() is complete after it.
  void settle();
  void thin(unsigned level);

  const std::vector<Entry>& entries() const { return entries_; }  // by hash
  unsigned level() const { return level_; }

 private:
  std::vector<Entry> entries_;
  std::vector<Hash> added_;
  unsigned level_ = 0;
};

// Of the blocks in `a`, the share that `b` has too, each as often as it occurs there; counted at
// the higher of their levels. NaN where no block of `a` is kept.
double shareFound(const BlockCounts& a, const BlockCounts& b);

// Keeps the blocks of all tensors together within bounds. The level that it reaches depends on the
// blocks alone, not on the order in which tensors come.
class Budget {
 public:
  // Counts them in; they must live until withdrawn, and not be used meanwhile. [any-thread]
  void enter(BlockCounts& counts);
  void withdraw(BlockCounts& counts);  // [any-thread]

 private:
  std::mutex mutex_;
  std::unordered_set<BlockCounts*> all_;
  std::size_t entries_ = 0;
  unsigned level_ = 0;
};

}  // namespace kindred::byte_hash
