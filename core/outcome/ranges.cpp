#include "outcome/ranges.hpp"

#include <algorithm>

namespace kindred::outcome {

ReadRanges::ReadRanges(const plan::Model& model, const results::Results& results) : model_(model) {
  auto range = std::lower_bound(
      results.ranges.begin(), results.ranges.end(), model.filesKey(),
      [](const results::RangeRead& read, const std::string& key) { return read.model < key; });
  for (; range != results.ranges.end() && range->model == model.filesKey(); ++range) {
    std::vector<Span>& spans = files_[range->file];
    const std::uint64_t end = range->offset + range->length;
    if (!spans.empty() && range->offset <= spans.back().end) {
      spans.back().end = std::max(spans.back().end, end);
    } else {
      spans.push_back({range->offset, end});
    }
  }
}

bool ReadRanges::any(const models::Tensor& tensor) const {
  return tensor.bytes == 0 || bytes(tensor) > 0;
}

std::uint64_t ReadRanges::bytes(const models::Tensor& tensor) const {
  const auto file = files_.find(model_.checkpoint.shards()[tensor.shard].name);
  if (file == files_.end()) return 0;
  const std::uint64_t end = tensor.offset + tensor.bytes;
  std::uint64_t sum = 0;
  auto span = std::partition_point(file->second.begin(), file->second.end(),
                                   [&](const Span& s) { return s.end <= tensor.offset; });
  for (; span != file->second.end() && span->offset < end; ++span) {
    sum += std::min(span->end, end) - std::max(span->offset, tensor.offset);
  }
  return sum;
}

}  // namespace kindred::outcome
