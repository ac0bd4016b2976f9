#include "block_counts.hpp"

#include <algorithm>
#include <limits>

namespace kindred::byte_hash {

namespace {

constexpr std::size_t kUnsorted = std::size_t{1} << 16;    // hashes that wait to be counted
constexpr std::size_t kPerTensor = std::size_t{1} << 17;   // entries of 24 bytes: 3 MiB
constexpr std::size_t kAllTensors = std::size_t{1} << 20;  // 24 MiB

bool kept(const Hash& hash, unsigned level) {
  return (hash.low & ((std::uint64_t{1} << level) - 1)) == 0;
}

}  // namespace

void BlockCounts::add(Hash hash) {
  if (!kept(hash, level_)) return;
  added_.push_back(hash);
  if (added_.size() == kUnsorted) settle();
}

void BlockCounts::settle() {
  std::sort(added_.begin(), added_.end());
  const auto old = static_cast<std::ptrdiff_t>(entries_.size());
  for (const Hash& hash : added_) {
    if (static_cast<std::ptrdiff_t>(entries_.size()) > old && entries_.back().hash == hash) {
      ++entries_.back().count;
    } else {
      entries_.push_back({hash, 1});
    }
  }
  added_ = {};
  std::inplace_merge(entries_.begin(), entries_.begin() + old, entries_.end(),
                     [](const Entry& a, const Entry& b) { return a.hash < b.hash; });
  std::size_t last = 0;
  for (std::size_t i = 1; i < entries_.size(); ++i) {
    if (entries_[i].hash == entries_[last].hash) {
      entries_[last].count += entries_[i].count;
    } else {
      entries_[++last] = entries_[i];
    }
  }
  if (!entries_.empty()) entries_.resize(last + 1);
  while (entries_.size() > kPerTensor) thin(level_ + 1);
}

void BlockCounts::thin(unsigned level) {
  if (level <= level_) return;
  level_ = level;
  std::erase_if(entries_, [&](const Entry& entry) { return !kept(entry.hash, level); });
  entries_.shrink_to_fit();
}

double shareFound(const BlockCounts& a, const BlockCounts& b) {
  const unsigned level = std::max(a.level(), b.level());
  double total = 0;
  double found = 0;
  auto other = b.entries().begin();
  for (const BlockCounts::Entry& entry : a.entries()) {
    if (!kept(entry.hash, level)) continue;
    total += static_cast<double>(entry.count);
    while (other != b.entries().end() && other->hash < entry.hash) ++other;
    if (other == b.entries().end() || other->hash != entry.hash) continue;
    found += static_cast<double>(std::min(entry.count, other->count));
  }
  return total > 0 ? found / total : std::numeric_limits<double>::quiet_NaN();
}

void Budget::enter(BlockCounts& counts) {
  const std::lock_guard lock(mutex_);
  counts.thin(level_);
  all_.insert(&counts);
  entries_ += counts.entries().size();
  while (entries_ > kAllTensors) {
    ++level_;
    entries_ = 0;
    for (BlockCounts* each : all_) {
      each->thin(level_);
      entries_ += each->entries().size();
    }
  }
}

void Budget::withdraw(BlockCounts& counts) {
  const std::lock_guard lock(mutex_);
  if (all_.erase(&counts) > 0) entries_ -= counts.entries().size();
}

}  // namespace kindred::byte_hash
