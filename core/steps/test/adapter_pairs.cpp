#include "steps/test/adapter_pairs.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "models/adapter.hpp"
#include "plan/ranges.hpp"
#include "run/held.hpp"
#include "run/stored_ranges.hpp"
#include "run/tiles.hpp"
#include "words/names.hpp"

namespace kindred::steps {
namespace {

using models::AdaptedModule;

bool isFloats(const plan::Model& model, const std::string& name) {
  const models::Tensor* tensor = model.checkpoint.find(name);
  return tensor != nullptr && tensor->shape.size() == 2 &&
         models::shown(*tensor) == models::Shown::values;
}

models::View viewOf(const plan::Model& model, const std::string& name) {
  return models::whole(model.checkpoint, *model.checkpoint.find(name));
}

plan::ByteRange rangeOf(const models::View& view) {
  return plan::bytesOf(view, {0, view.info.elements});
}

std::vector<float> numbersOf(const models::View& view, const run::StoredRanges& stored) {
  const plan::ByteRange range = rangeOf(view);
  std::vector<std::byte> bytes(range.length);
  stored.copy(range, bytes);
  run::MemoryFile file(bytes, view.shard->file->place());
  std::vector<float> numbers(view.info.elements);
  run::readFloats({file, 0, view.info.dtype, view.info.name}, numbers);
  return numbers;
}

// So that what is read and what is written count alike.
void setLength(float* first, std::uint64_t count, std::uint64_t step = 1) {
  double sum = 0;
  for (std::uint64_t i = 0; i < count; ++i) sum += double{first[i * step]} * first[i * step];
  const double factor = sum > 0 && std::isfinite(sum) ? 1 / std::sqrt(sum) : 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    float& x = first[i * step];
    x = factor == 0 ? 0 : static_cast<float>(x * factor);
  }
}

Matrix componentsOf(const plan::Model& model, const AdaptedModule& module, const TensorInfo& info,
                    const run::StoredRanges& stored) {
  const std::vector<float> a = numbersOf(viewOf(model, module.a), stored);
  const std::vector<float> b = numbersOf(viewOf(model, module.b), stored);
  Matrix matrix{&info, module.rank, module.inputs + module.outputs, {}};
  matrix.values.resize(matrix.rows * matrix.columns);
  for (std::uint64_t k = 0; k < module.rank; ++k) {
    float* row = matrix.values.data() + k * matrix.columns;
    std::copy_n(a.data() + k * module.inputs, module.inputs, row);
    for (std::uint64_t o = 0; o < module.outputs; ++o) {
      row[module.inputs + o] = b[o * module.rank + k];
    }
    setLength(row, module.inputs);
    setLength(row + module.inputs, module.outputs);
  }
  return matrix;
}

class AdapterPairer {
 public:
  AdapterPairer(const plan::Model& a, const plan::Model& b, std::uint64_t budget)
      : a_(a), b_(b), budget_(budget) {}

  AdapterPairs run() {
    const auto wanted = reads();
    run::StoredRanges stored;
    for (const plan::ByteRange& range : wanted.first) stored.want(a_, range);
    for (const plan::ByteRange& range : wanted.second) stored.want(b_, range);
    stored.read(pairs_.ranges);
    for (const auto& [of_a, of_b] : chosen_) {
      const TensorInfo& info_a = infoOf(a_, *of_a);
      const TensorInfo& info_b = infoOf(b_, *of_b);
      pairs_.rows.push_back({componentsOf(a_, *of_a, info_a, stored),
                             componentsOf(b_, *of_b, info_b, stored), Gauge::adapter_rank});
    }
    return std::move(pairs_);
  }

  std::pair<std::vector<plan::ByteRange>, std::vector<plan::ByteRange>> reads() {
    choose();
    std::pair<std::vector<plan::ByteRange>, std::vector<plan::ByteRange>> ranges;
    for (const auto& [of_a, of_b] : chosen_) {
      ranges.first.push_back(rangeOf(viewOf(a_, of_a->a)));
      ranges.first.push_back(rangeOf(viewOf(a_, of_a->b)));
      ranges.second.push_back(rangeOf(viewOf(b_, of_b->a)));
      ranges.second.push_back(rangeOf(viewOf(b_, of_b->b)));
    }
    return ranges;
  }

 private:
  void choose() {
    std::map<std::string_view, const AdaptedModule*> of_b;
    for (const AdaptedModule& module : b_.checkpoint.adapter()->modules) {
      of_b.emplace(module.name, &module);
    }
    std::size_t same_name = 0;
    std::uint64_t bytes = 0;
    for (const AdaptedModule& module : a_.checkpoint.adapter()->modules) {
      const auto other = of_b.find(module.name);
      if (other == of_b.end()) continue;
      ++same_name;
      if (!isComparable(module, *other->second)) continue;
      const std::uint64_t cost = std::max(costOf(a_, module), costOf(b_, *other->second));
      if (cost > budget_ - bytes) {
        pairs_.left_out.push_back(module.name);
        continue;
      }
      bytes += cost;
      chosen_.emplace_back(&module, other->second);
    }
    if (!chosen_.empty()) return;
    pairs_.none = same_name == 0 ? "the two adapters change no module of one name"
                  : pairs_.left_out.empty()
                      ? "the modules that both adapters change have other shapes"
                      : "no module's factors are small enough to be read";
  }

  bool isComparable(const AdaptedModule& x, const AdaptedModule& y) const {
    return x.inputs == y.inputs && x.outputs == y.outputs && isFloats(a_, x.a) &&
           isFloats(a_, x.b) && isFloats(b_, y.a) && isFloats(b_, y.b);
  }

  static std::uint64_t costOf(const plan::Model& model, const AdaptedModule& module) {
    return model.checkpoint.find(module.a)->bytes + model.checkpoint.find(module.b)->bytes;
  }

  const TensorInfo& infoOf(const plan::Model& model, const AdaptedModule& module) {
    TensorInfo& info = pairs_.modules.emplace_back();
    info.model = model.key;
    info.name = module.name;
    info.shape = {module.rank, module.inputs, module.outputs};
    return info;
  }

  const plan::Model& a_;
  const plan::Model& b_;
  std::uint64_t budget_;
  std::vector<std::pair<const AdaptedModule*, const AdaptedModule*>> chosen_;
  AdapterPairs pairs_;
};

}  // namespace

AdapterPairs pairAdapters(const plan::Model& a, const plan::Model& b, std::uint64_t budget) {
  return AdapterPairer(a, b, budget).run();
}

std::pair<std::vector<plan::ByteRange>, std::vector<plan::ByteRange>> adapterReads(
    const plan::Model& a, const plan::Model& b, std::uint64_t budget) {
  return AdapterPairer(a, b, budget).reads();
}

}  // namespace kindred::steps
