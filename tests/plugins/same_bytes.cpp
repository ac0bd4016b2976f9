// A set metric that matches every two tensors by their number of bytes. With FAULTY_AT_PIECES it
// takes the pieces in which bytes arrive for something that counts.
#include <kindred/metric.hpp>

namespace {

class Digest final : public kindred::TensorDigest {
 public:
  void add(std::span<const std::byte> raw) override {
#if defined(FAULTY_AT_PIECES)
    bytes_.push_back(static_cast<std::byte>(raw.size()));
#endif
    bytes_.insert(bytes_.end(), raw.begin(), raw.end());
  }
  void finish() override {}
  const std::vector<std::byte>& bytes() const { return bytes_; }

 private:
  std::vector<std::byte> bytes_;
};

class SameBytes final : public kindred::SetMetric {
 public:
  std::unique_ptr<kindred::TensorDigest> start(const kindred::TensorInfo&) const override {
    return std::make_unique<Digest>();
  }
  std::vector<kindred::SetMatch> match(std::span<const Member> a,
                                       std::span<const Member> b) const override {
    std::vector<kindred::SetMatch> matches;
    for (std::size_t i = 0; i < a.size(); ++i) {
      for (std::size_t j = 0; j < b.size(); ++j) {
        const auto& x = static_cast<const Digest&>(a[i].digest).bytes();
        const auto& y = static_cast<const Digest&>(b[j].digest).bytes();
        matches.push_back(
            {i, j, {static_cast<double>(x.size()) - static_cast<double>(y.size())}, {}});
      }
    }
    return matches;
  }
};

}  // namespace

KINDRED_SET_METRIC(SameBytes, "same-bytes", "1.0", "Difference in size of every two tensors")
