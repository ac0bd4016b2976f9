#include "cache_index.hpp"

#include <ctime>

namespace kindred::http {
namespace {

constexpr std::int64_t kMostSegments = 20'000;
constexpr std::int64_t kTouchEvery = 60;  // seconds; saves a write for every read

// An older or newer layout is a cache that can be filled again.
constexpr const char* kTables = R"(
  CREATE TABLE IF NOT EXISTS listing(
    endpoint TEXT, address TEXT, body TEXT, PRIMARY KEY(endpoint, address)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS file(
    id INTEGER PRIMARY KEY, endpoint TEXT, path TEXT, revision TEXT, name TEXT, etag TEXT,
    size INTEGER, seen INTEGER, UNIQUE(endpoint, path, revision, name, etag));
  CREATE TABLE IF NOT EXISTS segment(
    id INTEGER PRIMARY KEY, name TEXT UNIQUE, bytes INTEGER, used INTEGER);
  CREATE TABLE IF NOT EXISTS block(
    file INTEGER, start INTEGER, length INTEGER, segment INTEGER, position INTEGER, hash INTEGER,
    PRIMARY KEY(file, start, segment)) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS block_segment ON block(segment);
)";

std::int64_t asSigned(std::uint64_t value) { return static_cast<std::int64_t>(value); }
std::uint64_t asUnsigned(std::int64_t value) { return static_cast<std::uint64_t>(value); }

}  // namespace

CacheIndex::CacheIndex(const std::filesystem::path& file) : database_(file) {
  Transaction transaction(database_);
  database_.execute(kTables);
  transaction.commit();
  find_blocks_.emplace(database_.prepare(
      "SELECT start, length, position, hash, segment, name FROM block JOIN segment ON "
      "segment = segment.id WHERE file = ? AND start > ? AND start < ? ORDER BY start"));
}

std::optional<std::string> CacheIndex::listing(const std::string& endpoint,
                                               const std::string& address) {
  Statement find = database_.prepare("SELECT body FROM listing WHERE endpoint = ? AND address = ?");
  if (!find.with(endpoint, address).row()) return std::nullopt;
  return find.text(0);
}

void CacheIndex::keepListing(const std::string& endpoint, const std::string& address,
                             const std::string& text) {
  if (listing(endpoint, address) == text) return;
  database_.prepare("INSERT OR REPLACE INTO listing VALUES (?, ?, ?)")
      .with(endpoint, address, text)
      .run();
}

std::int64_t CacheIndex::remember(const FileKey& key, std::uint64_t size) {
  const auto known = latest(key);
  if (known && known->etag == key.etag && known->size == size) return known->id;
  Transaction transaction(database_);
  database_
      .prepare(
          "INSERT INTO file(endpoint, path, revision, name, etag, size, seen) "
          "VALUES (?, ?, ?, ?, ?, ?, (SELECT 1 + ifnull(max(seen), 0) FROM file)) "
          "ON CONFLICT DO UPDATE SET size = excluded.size, seen = excluded.seen")
      .with(key.endpoint, key.path, key.commit, key.name, key.etag, asSigned(size))
      .run();
  transaction.commit();
  return latest(key).value().id;
}

std::optional<KnownFile> CacheIndex::latest(const FileKey& key) {
  Statement find = database_.prepare(
      "SELECT id, etag, size FROM file WHERE endpoint = ? AND path = ? AND revision = ? AND "
      "name = ? ORDER BY seen DESC LIMIT 1");
  if (!find.with(key.endpoint, key.path, key.commit, key.name).row()) return std::nullopt;
  return KnownFile{find.integer(0), find.text(1), asUnsigned(find.integer(2))};
}

std::vector<Block> CacheIndex::blocks(std::int64_t file, std::uint64_t start, std::uint64_t end) {
  // No block is longer than kMostBlock, so none that starts earlier reaches this far.
  find_blocks_->with(file, asSigned(start) - asSigned(kMostBlock), asSigned(end));
  std::vector<Block> found;
  while (find_blocks_->row()) {
    Block block{file,
                asUnsigned(find_blocks_->integer(0)),
                asUnsigned(find_blocks_->integer(1)),
                asUnsigned(find_blocks_->integer(2)),
                asUnsigned(find_blocks_->integer(3)),
                find_blocks_->integer(4),
                find_blocks_->text(5)};
    if (block.end() > start && block.length <= kMostBlock) found.push_back(std::move(block));
  }
  find_blocks_->reset();
  return found;
}

void CacheIndex::forget(const Block& block) {
  database_.prepare("DELETE FROM block WHERE file = ? AND start = ? AND segment = ?")
      .with(block.file, asSigned(block.start), block.segment)
      .run();
}

std::vector<std::string> CacheIndex::add(const std::string& segment, std::span<const Block> blocks,
                                         std::uint64_t limit) {
  Transaction transaction(database_);
  std::uint64_t bytes = 0;
  for (const Block& block : blocks) bytes += block.length;
  database_.prepare("INSERT INTO segment(name, bytes, used) VALUES (?, ?, ?)")
      .with(segment, asSigned(bytes), std::int64_t{std::time(nullptr)})
      .run();
  const std::int64_t id = database_.lastId();
  Statement insert = database_.prepare("INSERT OR REPLACE INTO block VALUES (?, ?, ?, ?, ?, ?)");
  for (const Block& block : blocks) {
    insert
        .with(block.file, asSigned(block.start), asSigned(block.length), id,
              asSigned(block.position), asSigned(block.hash))
        .run();
  }
  auto gone = evict(limit, id);
  transaction.commit();
  return gone;
}

std::vector<std::string> CacheIndex::evict(std::uint64_t limit, std::int64_t newest) {
  Statement sum = database_.prepare("SELECT ifnull(sum(bytes), 0), count(*) FROM segment");
  sum.row();
  std::uint64_t bytes = asUnsigned(sum.integer(0));
  std::int64_t count = sum.integer(1);
  sum.reset();
  std::vector<Block> oldest;
  Statement find =
      database_.prepare("SELECT id, name, bytes FROM segment WHERE id != ? ORDER BY used, id");
  find.with(newest);
  while ((bytes > limit || count > kMostSegments) && find.row()) {
    Block victim;
    victim.segment = find.integer(0);
    victim.segment_name = find.text(1);
    bytes -= asUnsigned(find.integer(2));
    --count;
    oldest.push_back(std::move(victim));
  }
  find.reset();
  std::vector<std::string> gone;
  for (Block& victim : oldest) {
    database_.prepare("DELETE FROM block WHERE segment = ?").with(victim.segment).run();
    database_.prepare("DELETE FROM segment WHERE id = ?").with(victim.segment).run();
    gone.push_back(std::move(victim.segment_name));
  }
  return gone;
}

void CacheIndex::touch(const std::vector<std::int64_t>& segments) {
  const std::int64_t now = std::time(nullptr);
  std::vector<std::int64_t> stale;
  Statement look = database_.prepare("SELECT 1 FROM segment WHERE id = ? AND used < ?");
  for (const std::int64_t id : segments) {
    if (look.with(id, now - kTouchEvery).row()) stale.push_back(id);
  }
  look.reset();
  if (stale.empty()) return;
  Transaction transaction(database_);
  Statement update = database_.prepare("UPDATE segment SET used = ? WHERE id = ?");
  for (const std::int64_t id : stale) update.with(now, id).run();
  transaction.commit();
}

std::vector<std::string> CacheIndex::segments() {
  std::vector<std::string> names;
  Statement all = database_.prepare("SELECT name FROM segment");
  while (all.row()) names.push_back(all.text(0));
  return names;
}

}  // namespace kindred::http
