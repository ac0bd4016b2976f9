#include "models/splitter.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "models/config.hpp"

namespace kindred::models {
namespace {

constexpr std::uint64_t kMostExperts = 65536;  // of a layer: each becomes a few views

// Blocks that share a scale run along the inputs: these are the last axis, whatever a family's
// floats are.
bool isBlockedAlongInputs(const Tensor& tensor) {
  return tensor.encoding == Encoding::blocks || tensor.encoding == Encoding::four_bit_floats;
}

// Tools that make codes of matrices turn those that are stored as inputs times outputs first
// (GPT-2's "Conv1D"), since their kernels are for linear layers.
bool isCodeOfLinear(const Tensor& tensor) {
  switch (tensor.encoding) {
    case Encoding::scaled_integers:
    case Encoding::laid_over:
    case Encoding::packed_words:
    case Encoding::transposed_words:
    case Encoding::grouped_words:
    case Encoding::table_codes:
      return true;
    default:
      return false;
  }
}

}  // namespace

// A rule, with what it counts in a tensor.
struct Splitter::Fit {
  const SplitRule* rule = nullptr;
  std::uint64_t experts = 0;  // 0: the tensor is one matrix
  std::uint64_t blocks = 1;   // how often the parts follow one another
  bool transposed = false;
  std::uint64_t total = 0;          // rows of all parts
  std::vector<std::uint64_t> rows;  // of each part, in each block
  std::uint64_t columns = 0;        // of each row
};

// What the parts of a rule take of a tensor, by the dimensions of its layer.
class Splitter::Counter {
 public:
  explicit Counter(const Dimensions& dimensions) : dimensions_(dimensions) {}

  bool fits(const Tensor& tensor, const SplitRule& rule, Fit& fit, std::string& problem) const {
    fit.rule = &rule;
    std::vector<std::uint64_t> shape = tensor.shape;
    if (!rule.experts.empty()) {
      fit.experts = dimension(rule.experts, problem);
      if (!problem.empty()) return false;
      // Matrices of all experts behind each other, as DBRX has them.
      if (shape.size() == 2 && shape[0] % fit.experts == 0) {
        shape = {fit.experts, shape[0] / fit.experts, shape[1]};
      }
      if (shape.size() != 3 || shape[0] != fit.experts || tensor.elements == 0 ||
          fit.experts > kMostExperts) {
        problem = fmt::format("does not hold a matrix for each of {} experts", fit.experts);
        return false;
      }
      if (!tensor.numbers && info(tensor.dtype).bits % 8 != 0) {
        problem = fmt::format("is packed ({}), so that experts do not begin on whole bytes",
                              name(tensor.dtype));
        return false;
      }
      shape.erase(shape.begin());
    }
    // Biases have no columns.
    fit.transposed = rule.transposed && shape.size() == 2 && !isBlockedAlongInputs(tensor) &&
                     !(rule.experts.empty() && isCodeOfLinear(tensor));
    if (fit.transposed) std::swap(shape[0], shape[1]);
    const std::uint64_t there = shape.empty() ? 0 : shape.front();
    if (!countRows(rule, there, fit, problem)) return false;
    if (tensor.elements == 0) {
      problem = fmt::format("is empty, but its parts have {} rows by config.json", fit.total);
      return false;
    }
    if (fit.total != there) {
      problem = fmt::format("has {} rows, but its parts have {} by config.json", there, fit.total);
      return false;
    }
    fit.columns =
        there == 0 ? 0 : tensor.elements / std::max<std::uint64_t>(fit.experts, 1) / there;
    return true;
  }

 private:
  std::uint64_t dimension(const std::string& name, std::string& problem) const {
    const auto names = dimensionNames();
    const auto known = std::find_if(names.begin(), names.end(),
                                    [&](const DimensionName& entry) { return entry.name == name; });
    const std::uint64_t value = dimensions_.*known->value;  // the reader checked the names
    if (value == 0) {
      problem = fmt::format(
          "holds several roles, but config.json does not say '{}', by which they are split", name);
    }
    return value;
  }

  std::uint64_t rowsOf(const SplitPart& part, std::string& problem) const {
    std::uint64_t rows = 1;
    for (const std::string& factor : part.factors) {
      const std::uint64_t value = dimension(factor, problem);
      if (!problem.empty()) return 0;
      // Dimensions are below 2^31; three of them may pass 2^64.
      if (__builtin_mul_overflow(rows, value, &rows) || rows > std::uint64_t{1} << 61) {
        problem = "has parts of more than 2^61 rows by config.json";
        return 0;
      }
    }
    return rows;
  }

  // How many rows the parts take of those that are there.
  bool countRows(const SplitRule& rule, std::uint64_t there, Fit& fit, std::string& problem) const {
    if (!rule.each.empty()) fit.blocks = dimension(rule.each, problem);
    std::uint64_t of_block = 0, sharing = 0;
    for (const SplitPart& part : rule.parts) {
      if (part.factors.empty()) ++sharing;
      fit.rows.push_back(part.factors.empty() ? 0 : rowsOf(part, problem));
      if (!problem.empty()) return false;
      of_block += fit.rows.back();
    }
    if (sharing > 0) {
      if (of_block >= there || (there - of_block) % sharing != 0) {
        problem = fmt::format(
            "has {} rows, which leaves no equal number for the parts that share the rest", there);
        return false;
      }
      for (std::size_t p = 0; p < fit.rows.size(); ++p) {
        if (rule.parts[p].factors.empty()) fit.rows[p] = (there - of_block) / sharing;
      }
      of_block = there;
    }
    if (__builtin_mul_overflow(of_block, fit.blocks, &fit.total)) {
      problem = "has parts of more than 2^61 rows by config.json";
      return false;
    }
    return true;
  }

  const Dimensions& dimensions_;
};

Splitter::Splitter(const Checkpoint& checkpoint)
    : checkpoint_(checkpoint), dimensions_(dimensionsOf(checkpoint)) {}

Parts Splitter::split(const Tensor& tensor, const std::vector<const SplitRule*>& rules,
                      const Captures& of) const {
  const Dimensions dimensions = ofLayer(dimensions_, of.layer);
  const Counter counter(dimensions);
  Parts parts;
  std::vector<Fit> fitting;
  for (const SplitRule* rule : rules) {
    Fit fit;
    std::string problem;
    if (counter.fits(tensor, *rule, fit, problem)) {
      fitting.push_back(std::move(fit));
    } else if (parts.problem.empty()) {
      parts.problem = std::move(problem);
    }
  }
  if (fitting.empty()) return parts;
  // Of a square matrix either way fits. One that is called a weight lies as all others do.
  const auto transposed = [](const Fit& fit) { return fit.transposed; };
  if (!std::all_of(fitting.begin(), fitting.end(), transposed)) {
    if (tensor.name.ends_with(".weight")) std::erase_if(fitting, transposed);
    if (std::any_of(fitting.begin(), fitting.end(), transposed)) {
      parts.problem = "is square, and nothing says whether its rows or its columns are stored";
      return parts;
    }
  }
  parts.problem.clear();
  parts.views = cut(tensor, fitting.front());
  for (View& view : parts.views) {
    view.info.layer = of.layer;
    if (of.expert >= 0) view.info.expert = of.expert;
  }
  return parts;
}

std::vector<View> Splitter::cut(const Tensor& tensor, const Fit& fit) const {
  std::vector<View> views;
  for (std::uint64_t e = 0; e < std::max<std::uint64_t>(fit.experts, 1); ++e) {
    for (std::size_t p = 0; p < fit.rule->parts.size(); ++p) {
      if (fit.rule->parts[p].role == kOther) continue;
      views.push_back(viewOf(tensor, fit, p, e));
    }
  }
  return views;
}

View Splitter::viewOf(const Tensor& tensor, const Fit& fit, std::size_t part,
                      std::uint64_t expert) const {
  const SplitRule& rule = *fit.rule;
  View view = whole(checkpoint_, tensor);
  std::uint64_t first = 0;
  for (std::size_t p = 0; p < part; ++p) first += fit.rows[p];
  const std::uint64_t of_block = fit.rows[part], parts = fit.rows.size();
  const std::uint64_t count = of_block * fit.blocks;
  view.info.role = rule.parts[part].role;
  view.info.shape.front() = count;
  if (fit.experts > 0 || fit.transposed) view.info.shape = {count, fit.columns};
  if (fit.experts > 0) {
    view.info.expert = static_cast<std::int64_t>(expert);
    view.info.name += fmt::format("[expert {}]", expert);
  }
  view.info.elements = count * fit.columns;
  const std::uint64_t row = fit.transposed ? 1 : fit.columns;  // from one to the next
  view.first = expert * fit.total * fit.columns + (rule.alternating ? part : first) * row;
  if (rule.alternating && parts > 1) {
    view.row_step = parts * row;
    view.info.name += fmt::format("[every {} rows from {}]", parts, part);
  } else if (fit.blocks > 1 && parts > 1) {
    view.row_step = row;
    view.block_rows = of_block;
    view.block_step = fit.total / fit.blocks * row;
    view.info.name +=
        fmt::format("[rows {}:{} of every {}]", first, first + of_block, fit.total / fit.blocks);
  } else if (count != fit.total) {
    view.info.name += fmt::format("[rows {}:{}]", first, first + count);
  }
  if (fit.transposed) {
    view.row_step = std::max(view.row_step, row);
    view.column_step = fit.total;
    view.info.name += "[transposed]";
  }
  return view;
}

}  // namespace kindred::models
