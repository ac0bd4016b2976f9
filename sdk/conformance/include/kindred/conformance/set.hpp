// Checks of set metrics.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <kindred/conformance/metric.hpp>

namespace kindred::conformance {
namespace detail {

// Tensors of a set, digested in pieces of a given size.
class DigestedSet {
 public:
  DigestedSet(const SetMetric& metric, const std::vector<std::vector<std::byte>>& tensors,
              std::size_t piece)
      : infos_(tensors.size()) {
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      infos_[i].name = "tensor." + std::to_string(i);
      infos_[i].dtype = DType::U8;
      infos_[i].shape = {tensors[i].size()};
      infos_[i].elements = tensors[i].size();
      auto digest = metric.start(infos_[i]);
      if (!digest) throw std::runtime_error("start() gave no digest");
      for (std::size_t at = 0; at < tensors[i].size(); at += piece) {
        digest->add(std::span(tensors[i]).subspan(at, std::min(piece, tensors[i].size() - at)));
      }
      digest->finish();
      digests_.push_back(std::move(digest));
    }
  }

  std::vector<SetMetric::Member> members() const {
    std::vector<SetMetric::Member> all;
    for (std::size_t i = 0; i < infos_.size(); ++i) all.push_back({infos_[i], *digests_[i]});
    return all;
  }

 private:
  std::vector<TensorInfo> infos_;
  std::vector<std::unique_ptr<TensorDigest>> digests_;
};

inline std::vector<std::vector<std::byte>> randomSet(std::uint64_t seed) {
  std::vector<std::vector<std::byte>> tensors;
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{70000}}) {
    Random random(seed + size);
    std::vector<std::byte> bytes(size);
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(random.below(256));
    tensors.push_back(std::move(bytes));
  }
  return tensors;
}

inline bool sameMatches(const std::vector<SetMatch>& x, const std::vector<SetMatch>& y) {
  return std::equal(x.begin(), x.end(), y.begin(), y.end(),
                    [](const SetMatch& m, const SetMatch& n) {
                      return m.a == n.a && m.b == n.b && m.notes == n.notes &&
                             std::equal(m.figures.begin(), m.figures.end(), n.figures.begin(),
                                        n.figures.end(), sameBits);
                    });
}

}  // namespace detail

inline void checkSet(Report& report, const Subject& subject) {
  using detail::DigestedSet;
  report.check(
      "figures",
      "every match has the figures declared, in their ranges, and names members of the sets",
      [&](Findings& found) {
        const auto metric = subject.make<SetMetric>();
        const DigestedSet a(*metric, detail::randomSet(1), 4096);
        const DigestedSet b(*metric, detail::randomSet(1), 4096);
        const std::vector<Entry> declared = figuresOf(subject.descriptor());
        for (const SetMatch& match : metric->match(a.members(), b.members())) {
          if (match.a < 3 && match.b < 3 && match.figures.size() == declared.size() &&
              std::equal(declared.begin(), declared.end(), match.figures.begin(), inRange)) {
            continue;
          }
          found.error("a match of tensors " + std::to_string(match.a) + " and " +
                          std::to_string(match.b) + " with " +
                          std::to_string(match.figures.size()) + " figures",
                      "an index leaves its set, or declaration and match() differ",
                      "give indices of the sets, and one number a declared figure, in its "
                      "range");
        }
      });
  report.check("any-pieces", "tensors in pieces of any size give the same matches",
               [&](Findings& found) {
                 const auto metric = subject.make<SetMetric>();
                 const DigestedSet a(*metric, detail::randomSet(1), 1 << 20);
                 const DigestedSet b(*metric, detail::randomSet(2), 1 << 20);
                 const DigestedSet a_pieces(*metric, detail::randomSet(1), 1000);
                 const DigestedSet b_pieces(*metric, detail::randomSet(2), 1000);
                 if (detail::sameMatches(metric->match(a.members(), b.members()),
                                         metric->match(a_pieces.members(), b_pieces.members()))) {
                   return;
                 }
                 found.error("other matches for pieces of 1000 bytes than for whole tensors",
                             "a piece's end is taken for a block's end",
                             "carry an unfinished block over to the next piece");
               });
  report.check("empty", "sets without members", [&](Findings& found) {
    const auto metric = subject.make<SetMetric>();
    if (metric->match({}, {}).empty()) return;
    found.error("a match between empty sets", "an index that exists in neither set",
                "give no match where there is no member");
  });
}

}  // namespace kindred::conformance
