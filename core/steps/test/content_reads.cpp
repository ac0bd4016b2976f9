#include "steps/test/content_reads.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>

#include <fmt/format.h>

#include "words/names.hpp"

namespace kindred::steps {
namespace {

constexpr std::uint64_t kLeast = 16;                         // rows, and columns
constexpr std::uint64_t kElements = std::uint64_t{1} << 20;  // read of a tensor

using Shape = std::vector<std::uint64_t>;

// Axes of length one say nothing. Empty: too small, no matrix, or no numbers of some precision.
Shape testable(const models::View& view) {
  const TensorInfo& info = view.info;
  const bool numbers = (info.dtype == DType::F32 || info.dtype == DType::F16 ||
                        info.dtype == DType::BF16 || info.dtype == DType::F64) &&
                       models::shown(*view.tensor) == models::Shown::values;
  Shape shape;
  for (const std::uint64_t length : info.shape) {
    if (length != 1) shape.push_back(length);
  }
  if (!numbers || shape.size() < 2 || shape[0] < kLeast || shape[1] < kLeast) return {};
  return shape;
}

std::set<Shape> shapes(const std::vector<plan::Selected>& side) {
  std::set<Shape> all;
  for (const plan::Selected& selected : side) all.insert(testable(selected.view));
  all.erase(Shape{});
  return all;
}

// Bytes of a model's tensors that have roles in its family.
std::uint64_t bytesWithRole(const plan::Model& model) {
  std::uint64_t bytes = 0;
  for (const models::Tensor& tensor : model.checkpoint.tensors()) {
    const bool part = tensor.encoding == models::Encoding::part;
    if (!part && !model.architecture->roleOf(tensor.name).empty()) bytes += tensor.bytes;
  }
  return bytes;
}

// Whether most of a model's bytes have roles, in its own family or in those of its components: a
// family that fits a few names alone says nothing of the others.
bool isUnderstood(const plan::Model& model) {
  if (model.architecture == nullptr) return false;
  std::uint64_t bytes = 0, with_role = 0;
  for (const models::Tensor& tensor : model.checkpoint.tensors()) {
    if (tensor.encoding != models::Encoding::part) bytes += tensor.bytes;
  }
  if (model.components.empty()) with_role = bytesWithRole(model);
  for (const auto& component : model.components) with_role += bytesWithRole(*component);
  return with_role > 0 && with_role >= bytes / 2;
}

class Chooser {
 public:
  Chooser(const TwoSides& sides, std::uint64_t budget) : sides_(sides), budget_(budget) {}

  ContentReads run() {
    const std::set<Shape> of_a = shapes(sides_.a), of_b = shapes(sides_.b);
    std::set_intersection(of_a.begin(), of_a.end(), of_b.begin(), of_b.end(),
                          std::inserter(shared_, shared_.end()));
    nameTurned(*sides_.model_a, sides_.a, of_b);
    nameTurned(*sides_.model_b, sides_.b, of_a);
    reads_.a = chosen(*sides_.model_a, sides_.a);
    reads_.b = chosen(*sides_.model_b, sides_.b);
    return std::move(reads_);
  }

 private:
  // Matrices that the other model has in no shape but the turned one: inputs times outputs where it
  // has outputs times inputs.
  void nameTurned(const plan::Model& model, const std::vector<plan::Selected>& side,
                  const std::set<Shape>& of_other) {
    for (const plan::Selected& selected : side) {
      const Shape shape = testable(selected.view);
      if (shape.size() != 2 || of_other.contains(shape)) continue;
      if (!of_other.contains({shape[1], shape[0]})) continue;
      leaveOut(model, selected.view,
               "the other model has this shape only turned: one of the two may be stored "
               "transposed, and that is not compared");
    }
  }

  std::vector<ContentRead> chosen(const plan::Model& model,
                                  const std::vector<plan::Selected>& side) {
    std::vector<ContentRead> wanted, spare;
    std::map<Shape, std::size_t> alike;
    for (std::size_t i = 0; i < side.size(); ++i) {
      const TensorInfo& info = side[i].view.info;
      Shape shape = testable(side[i].view);
      if (!shared_.contains(shape)) continue;
      const std::size_t before = alike[shape]++;
      if (before >= 2 * kOfAShape) {
        leaveOut(model, side[i].view,
                 fmt::format("of its shape only the first {} are compared", 2 * kOfAShape));
        continue;
      }
      const std::uint64_t columns = info.elements / shape[0];
      const std::uint64_t rows = std::min(shape[0], std::max(kLeast, kElements / columns));
      const recipe::Sample first{recipe::Sample::Kind::head, rows * columns, 0, 0};
      (before < kOfAShape ? wanted : spare)
          .push_back({i, std::move(shape), rows, columns, plan::segments(first, info.elements)});
    }
    std::uint64_t left = budget_;
    std::vector<ContentRead> reads = affordable(model, side, std::move(wanted), left);
    for (ContentRead& read : affordable(model, side, std::move(spare), left)) {
      reads.push_back(std::move(read));
    }
    return reads;
  }

  std::vector<ContentRead> affordable(const plan::Model& model,
                                      const std::vector<plan::Selected>& side,
                                      std::vector<ContentRead> reads, std::uint64_t& left) {
    std::erase_if(reads, [&](const ContentRead& read) {
      const models::View& view = side[read.index].view;
      const std::uint64_t bytes = read.rows * read.columns * info(view.info.dtype).bits / 8;
      const bool affordable = bytes <= left;
      if (affordable) {
        left -= bytes;
      } else {
        leaveOut(model, view, "over budget");
      }
      return !affordable;
    });
    return reads;
  }

  void leaveOut(const plan::Model& model, const models::View& view, std::string reason) {
    results::LeftOut left;
    left.reason = std::move(reason);
    (&model == sides_.model_a ? left.model_a : left.model_b) = model.key;
    (&model == sides_.model_a ? left.tensor_a : left.tensor_b) = words::escaped(view.info.name);
    reads_.left_out.push_back(std::move(left));
  }

  const TwoSides& sides_;
  std::uint64_t budget_;
  std::set<Shape> shared_;  // shapes of tensors that both models have
  ContentReads reads_;
};

}  // namespace

ContentReads contentReads(const TwoSides& sides, std::uint64_t budget) {
  for (const plan::Model* model : sides.models) {
    if (model->checkpoint.adapter() != nullptr) return {};
  }
  if (isUnderstood(*sides.model_a) && isUnderstood(*sides.model_b)) return {};
  return Chooser(sides, budget).run();
}

std::vector<plan::ByteRange> rangesOf(const std::vector<ContentRead>& reads,
                                      const std::vector<plan::Selected>& side) {
  std::vector<plan::ByteRange> ranges;
  for (const ContentRead& read : reads) {
    plan::addRanges(side[read.index].view, read.segments, ranges);
  }
  return ranges;
}

}  // namespace kindred::steps
