// Finds equal tensors and equal parts of tensors by their bytes, whatever their names.
#include <algorithm>

#include <kindred/metric.hpp>

#include "digest.hpp"
#include "matching.hpp"

namespace {

using kindred::byte_hash::Budget;
using kindred::byte_hash::Digest;
using kindred::byte_hash::Match;
using kindred::byte_hash::Named;

class ByteHash final : public kindred::SetMetric {
 public:
  explicit ByteHash(const kindred::Parameters& p)
      : block_(static_cast<std::size_t>(p.integer("block"))),
        with_sha256_(p.text("hash") == "sha256") {}

  std::unique_ptr<kindred::TensorDigest> start(const kindred::TensorInfo&) const override {
    return std::make_unique<Digest>(block_, with_sha256_, budget_);
  }

  std::vector<kindred::SetMatch> match(std::span<const Member> a,
                                       std::span<const Member> b) const override {
    const std::vector<Named> named_a = named(a);
    const std::vector<Named> named_b = named(b);
    std::vector<kindred::SetMatch> matches;
    for (const Match& found : matchByBytes(named_a, named_b)) {
      matches.push_back({found.a,
                         found.b,
                         {found.equal ? 1.0 : 0.0, found.share},
                         notes(found, named_a[found.a].digest, named_b[found.b].digest)});
    }
    return matches;
  }

 private:
  using Notes = std::vector<std::pair<std::string, std::string>>;

  static std::vector<Named> named(std::span<const Member> members) {
    std::vector<Named> all;
    for (const Member& member : members) {
      all.push_back({member.tensor.name, dynamic_cast<const Digest&>(member.digest)});
    }
    return all;
  }

  static Notes notes(const Match& found, const Digest& a, const Digest& b) {
    Notes notes;
    const auto add = [&](const std::string& of, const Digest& digest) {
      if (!digest.sha256().empty()) notes.emplace_back("sha256_" + of, digest.sha256());
      notes.emplace_back("xxh3_128_" + of, digest.xxh3());
    };
    add("a", a);
    if (!found.equal) add("b", b);
    const unsigned level = std::max(a.blocks().level(), b.blocks().level());
    if (level > 0 && !found.equal) {
      notes.emplace_back("blocks", "estimated from one block in 2^" + std::to_string(level));
    }
    return notes;
  }

  std::size_t block_;
  bool with_sha256_;
  std::shared_ptr<Budget> budget_ = std::make_shared<Budget>();
};

}  // namespace

KINDRED_SET_METRIC(ByteHash, "byte-hash", "1.0",
                   "Equal tensors and equal blocks of bytes, found by content",
                   kindred::figure("byte-hash",
                                   "1 where the bytes are equal, by their hash, else 0")
                       .in(kindred::Unit::truth, 0, 1)
                       .same(1),
                   kindred::figure("blocks", "share of a's blocks of bytes that b has too")
                       .in(kindred::Unit::share, 0, 1)
                       .same(1),
                   kindred::choice("hash", "sha256|xxh3", "sha256",
                                   "what says whether bytes are equal: xxh3 is many times faster, "
                                   "and no match for who makes two files collide"),
                   kindred::integer("block", "4096", 64, 1 << 20, "bytes in a block"))
