// A model, a stranger, and two that somebody made of the stranger to frame it, holding the first:
// rows planted in one layer; and units brought in the order, and turned to the signs, that fit.
#include <algorithm>
#include <numeric>

#include "servers/cases/models.hpp"

namespace kindred::servers {
namespace {

const Decoder kShape{.hidden = 96, .layers = 6, .heads = 6, .kv_heads = 2, .units = 192};

double product(const Array& a, std::uint64_t i, const Array& b, std::uint64_t j) {
  double sum = 0;
  for (std::uint64_t k = 0; k < kShape.hidden; ++k) {
    sum += a.values[i * kShape.hidden + k] * b.values[j * kShape.hidden + k];
  }
  return sum;
}

// Every fourth unit of a layer's MLP is the other's.
Draft planted(Draft draft, Draft& from, std::uint64_t layer) {
  for (const char* part : {"gate_proj", "up_proj", "down_proj"}) {
    const std::string name = inLayer(kShape, layer, std::string("mlp.") + part + ".weight");
    const bool down = part[0] == 'd';
    Array& to = draft.at(name);
    for (std::size_t i = 0; i < to.values.size(); ++i) {
      if ((down ? i % kShape.units : i / kShape.hidden) % 4 == 0) {
        to.values[i] = from.at(name).values[i];
      }
    }
  }
  return draft;
}

// The same function: units of each layer in the order in which gates fit the other's best, one
// after the other, and up rows, with their columns, turned to point its way.
Draft arranged(Draft draft, Draft& like) {
  for (std::uint64_t layer = 0; layer < kShape.layers; ++layer) {
    const auto name = [&](const char* part) { return inLayer(kShape, layer, part); };
    const std::string gate = name("mlp.gate_proj.weight"), up = name("mlp.up_proj.weight");
    const std::string down = name("mlp.down_proj.weight");
    const Draft before = draft;
    std::vector<std::uint64_t> left(kShape.units);
    std::iota(left.begin(), left.end(), 0u);
    for (std::uint64_t to = 0; to < kShape.units; ++to) {
      const auto best = std::max_element(left.begin(), left.end(), [&](auto x, auto y) {
        return product(before.arrays.at(gate), x, like.at(gate), to) <
               product(before.arrays.at(gate), y, like.at(gate), to);
      });
      const std::uint64_t from = *best;
      left.erase(best);
      const double sign = product(before.arrays.at(up), from, like.at(up), to) < 0 ? -1 : 1;
      for (std::uint64_t k = 0; k < kShape.hidden; ++k) {
        const std::uint64_t at = to * kShape.hidden + k, was = from * kShape.hidden + k;
        draft.at(gate).values[at] = before.arrays.at(gate).values[was];
        draft.at(up).values[at] = sign * before.arrays.at(up).values[was];
        draft.at(down).values[k * kShape.units + to] =
            sign * before.arrays.at(down).values[k * kShape.units + from];
      }
    }
  }
  return draft;
}

}  // namespace

std::vector<CaseModel> framed() {
  Draft accuser = decoder(kShape, 101), innocent = decoder(kShape, 102);
  return {{"example/accuser", filesOf(accuser, DType::BF16)},
          {"example/innocent", filesOf(innocent, DType::BF16)},
          {"example/planted", filesOf(planted(innocent, accuser, 3), DType::BF16)},
          {"example/arranged", filesOf(arranged(innocent, accuser), DType::BF16)}};
}

}  // namespace kindred::servers
