// Two sources as one, for a model whose files come from both: a base from one, its adapter from
// another.
#pragma once

#include <memory>
#include <set>

#include <kindred/source.hpp>

namespace kindred::plan {

class JoinedSource final : public Source {
 public:
  // Files that are not among `of_second` are the first's. Both sources must outlive this.
  JoinedSource(Source& first, Source& second, std::set<const File*> of_second)
      : first_(first), second_(second), of_second_(std::move(of_second)) {}

  // Models are opened by the sources themselves.
  std::unique_ptr<Location> open(const std::string& address) override {
    return first_.open(address);
  }
  bool remote() const override { return first_.remote() || second_.remote(); }
  void read(std::span<const ReadRequest> requests) override;
  Cost price(std::span<const PlannedRange> ranges) const override;

 private:
  Source& first_;
  Source& second_;
  std::set<const File*> of_second_;
};

}  // namespace kindred::plan
