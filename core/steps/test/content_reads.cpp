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

constexpr std::uint64_t kElements = std::uint64_t{1} << 20;  // read of a tensor
constexpr std::uint64_t kTurned = 4 * kElements;             // of one that is turned whole
constexpr std::uint64_t kFewUnknown = 8;                     // at most an eighth of a model
constexpr std::uint64_t kWidest = 11;                        // places of a kernel along an axis

using Shape = std::vector<std::uint64_t>;

// A tensor as matrices that are compared, or why it is none.
struct Form {
  Shape shape;  // of each, without axes of length one
  Lie lie = Lie::rows;
  std::uint64_t stacked = 1;  // how many there are
  std::string why_not = {};
};

// Signed bytes that no zero point moves.
bool isSymmetric(const models::Tensor& tensor) {
  const bool bytes =
      tensor.dtype == DType::I8 && (tensor.encoding == models::Encoding::integers ||
                                    tensor.encoding == models::Encoding::scaled_integers);
  return bytes && std::none_of(tensor.companions.begin(), tensor.companions.end(),
                               [](const models::Companion& companion) {
                                 return companion.word.find("zero") != std::string::npos;
                               });
}

bool isNumbers(const models::View& view) {
  const DType dtype = view.info.dtype;
  if (dtype == DType::I8) return isSymmetric(*view.tensor);
  return (dtype == DType::F32 || dtype == DType::F16 || dtype == DType::BF16 ||
          dtype == DType::F64) &&
         models::shown(*view.tensor) == models::Shown::values;
}

// Of a kernel the places lie behind its inputs, before them, or before both.
Lie lieOf(const Shape& shape) {
  const auto narrow = [&](std::size_t axis) { return shape[axis] <= kWidest; };
  if (shape.size() == 3 && narrow(1) && !narrow(2)) return Lie::channels_last;
  if (shape.size() != 4 || (narrow(2) && narrow(3))) return Lie::rows;
  if (narrow(1) && narrow(2)) return Lie::channels_last;
  return narrow(0) && narrow(1) ? Lie::outputs_last : Lie::rows;
}

std::uint64_t product(const Shape& shape, std::size_t from) {
  std::uint64_t elements = 1;
  for (std::size_t axis = from; axis < shape.size(); ++axis) elements *= shape[axis];
  return elements;  // no more than the tensor's
}

Form formOf(const models::View& view) {
  Form form;
  if (!isNumbers(view)) {
    form.why_not = "holds no numbers of enough precision";
    return form;
  }
  Shape shape;
  for (const std::uint64_t length : view.info.shape) {
    if (length != 1) shape.push_back(length);
  }
  if (shape.size() < 2 || view.info.elements == 0) {
    form.why_not = "is no matrix";
    return form;
  }
  form.lie = lieOf(shape);
  if (form.lie == Lie::channels_last) std::rotate(shape.begin() + 1, shape.end() - 1, shape.end());
  if (form.lie == Lie::outputs_last) {
    if (view.info.elements > kTurned) {
      form.why_not = "is a kernel with its outputs last, too large to be turned";
      return form;
    }
    shape = {shape[3], shape[2], shape[0], shape[1]};
  }
  if (shape.size() == 3 && shape[0] < kLeastLines) {
    form.stacked = shape[0];
    shape.erase(shape.begin());
  }
  if (shape[0] < kLeastLines || product(shape, 1) < kLeastLines) {
    form.why_not = "has fewer than 16 rows or columns";
    return form;
  }
  form.shape = std::move(shape);
  return form;
}

std::set<Shape> shapes(const std::vector<plan::Selected>& side) {
  std::set<Shape> all;
  for (const plan::Selected& selected : side) all.insert(formOf(selected.view).shape);
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

// Whether nearly all of a model's bytes have roles, in its own family or in those of its
// components: a family that fits some names alone says nothing of the others, a tower of unknown
// names, say.
bool isUnderstood(const plan::Model& model) {
  if (model.architecture == nullptr) return false;
  std::uint64_t bytes = 0, with_role = 0;
  for (const models::Tensor& tensor : model.checkpoint.tensors()) {
    if (tensor.encoding != models::Encoding::part) bytes += tensor.bytes;
  }
  if (model.components.empty()) with_role = bytesWithRole(model);
  for (const auto& component : model.components) with_role += bytesWithRole(*component);
  return with_role > 0 && with_role >= bytes - bytes / kFewUnknown;
}

class Chooser {
 public:
  Chooser(const TwoSides& sides, std::uint64_t budget) : sides_(sides), budget_(budget) {}

  ContentReads run() {
    of_a_ = shapes(sides_.a);
    of_b_ = shapes(sides_.b);
    reads_.a = chosen(*sides_.model_a, sides_.a, of_b_);
    reads_.b = chosen(*sides_.model_b, sides_.b, of_a_);
    for (auto& [reason, left] : left_out_) {
      if (left.more > 0) left.name += fmt::format(" and {} more", left.more);
      results::LeftOut entry;
      entry.reason = reason.second;
      (reason.first ? entry.model_a : entry.model_b) = left.model;
      (reason.first ? entry.tensor_a : entry.tensor_b) = left.name;
      reads_.left_out.push_back(std::move(entry));
    }
    return std::move(reads_);
  }

 private:
  struct Left {
    std::string model, name;
    std::size_t more = 0;
  };

  static bool hasCounterpart(const Shape& shape, const std::set<Shape>& others) {
    if (others.contains(shape)) return true;
    return shape.size() == 2 && others.contains({shape[1], shape[0]});
  }

  std::vector<ContentRead> chosen(const plan::Model& model, const std::vector<plan::Selected>& side,
                                  const std::set<Shape>& others) {
    struct Wanted {
      std::size_t before;  // of its shape
      ContentRead read;
    };
    std::vector<Wanted> wanted;
    std::map<Shape, std::size_t> alike;
    for (std::size_t i = 0; i < side.size(); ++i) {
      const models::View& view = side[i].view;
      const Form form = formOf(view);
      if (!form.why_not.empty()) {
        leaveOut(model, view, form.why_not + ": not compared by its contents");
        continue;
      }
      if (!hasCounterpart(form.shape, others)) {
        leaveOut(model, view, "no tensor of the other model has its shape, turned or not");
        continue;
      }
      for (std::uint64_t of_stack = 0; of_stack < form.stacked; ++of_stack) {
        const std::size_t before = alike[form.shape]++;
        if (before >= 2 * kOfAShape) {
          leaveOut(model, view,
                   fmt::format("of its shape only the first {} are compared", 2 * kOfAShape));
          break;
        }
        wanted.push_back({before, readOf(i, form, of_stack)});
      }
    }
    // The first of every shape before the second of any.
    std::stable_sort(wanted.begin(), wanted.end(),
                     [](const Wanted& x, const Wanted& y) { return x.before < y.before; });
    std::vector<ContentRead> reads;
    std::uint64_t left = budget_;
    for (Wanted& one : wanted) {
      const models::View& view = side[one.read.index].view;
      const std::uint64_t bytes = one.read.rows * one.read.columns * info(view.info.dtype).bits / 8;
      if (bytes > left) {
        leaveOut(model, view, "over budget");
        continue;
      }
      left -= bytes;
      reads.push_back(std::move(one.read));
    }
    return reads;
  }

  static ContentRead readOf(std::size_t index, const Form& form, std::uint64_t of_stack) {
    const std::uint64_t columns = product(form.shape, 1), all = form.shape[0] * columns;
    const bool whole = form.lie == Lie::outputs_last;
    const std::uint64_t rows =
        whole ? form.shape[0] : std::min(form.shape[0], std::max(kLeastLines, kElements / columns));
    const recipe::Sample first{recipe::Sample::Kind::head, rows * columns, 0, 0};
    ContentRead read{index,    form.shape,      rows, columns, plan::segments(first, all),
                     form.lie, form.stacked > 1};
    for (plan::Segment& segment : read.segments) {
      for (plan::Run& run : segment.runs) run.first += of_stack * all;
    }
    return read;
  }

  void leaveOut(const plan::Model& model, const models::View& view, const std::string& reason) {
    const auto [known, fresh] = left_out_.try_emplace(
        {&model == sides_.model_a, reason}, Left{model.key, words::escaped(view.info.name)});
    if (!fresh) ++known->second.more;
  }

  const TwoSides& sides_;
  std::uint64_t budget_;
  std::set<Shape> of_a_, of_b_;
  std::map<std::pair<bool, std::string>, Left> left_out_;  // by side (A's) and reason
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

std::vector<float> arranged(const ContentRead& read, std::vector<float> values) {
  if (read.lie == Lie::rows) return values;
  const std::uint64_t inputs = read.shape[1], places = read.columns / inputs;
  std::vector<float> rows(values.size());
  for (std::uint64_t row = 0; row < read.rows; ++row) {
    for (std::uint64_t input = 0; input < inputs; ++input) {
      for (std::uint64_t place = 0; place < places; ++place) {
        const std::uint64_t from = read.lie == Lie::channels_last
                                       ? (row * places + place) * inputs + input
                                       : (place * inputs + input) * read.rows + row;
        rows[row * read.columns + input * places + place] = values[from];
      }
    }
  }
  return rows;
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
