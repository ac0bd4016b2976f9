#include "models/byte_floats.hpp"

#include <array>
#include <cstdint>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "models/byte_floats.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace kindred::models::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::ScalableTag<float>;
using Wide = hn::RebindToUnsigned<Floats>;
using Codes = hn::Rebind<std::uint8_t, Floats>;

// Codes of a sign, then an exponent with this bias, then a fraction. Exponent and fraction move
// into a float's place; codes from `kInfinity` on are no numbers.
template <int kFraction, int kBias, std::uint32_t kInfinity, bool kHasInfinity>
struct Widen {
  HWY_ATTR HWY_INLINE hn::Vec<Floats> operator()(hn::Vec<Codes> codes) const {
    const Floats floats;
    const Wide wide;
    constexpr int kMove = 23 - kFraction, kLeast = 128 - kBias;  // a float's least exponent here
    const auto bits = hn::PromoteTo(wide, codes);
    const auto size = hn::And(bits, hn::Set(wide, 0x7f));
    const auto sign = hn::ShiftLeft<24>(hn::And(bits, hn::Set(wide, 0x80)));
    // Below the least exponent numbers have no leading one: they get it, and lose it again.
    const auto small = hn::Lt(size, hn::Set(wide, 1u << kFraction));
    const auto rebased =
        hn::Add(hn::ShiftLeft<kMove>(size), hn::Set(wide, std::uint32_t{kLeast - 1} << 23));
    const auto one = hn::Set(wide, 1u << 23);
    const auto value = hn::BitCast(floats, hn::IfThenElse(small, hn::Add(rebased, one), rebased));
    const auto least = hn::BitCast(floats, hn::Set(wide, std::uint32_t{kLeast} << 23));
    const auto exact = hn::IfThenElse(hn::RebindMask(floats, small), hn::Sub(value, least), value);
    const auto number = hn::BitCast(wide, exact);
    const auto nan = hn::Set(wide, 0x7fc00000);
    if constexpr (kHasInfinity) {
      const auto infinite = hn::Eq(size, hn::Set(wide, kInfinity));
      const auto beyond = hn::Gt(size, hn::Set(wide, kInfinity));
      const auto finite = hn::IfThenElse(infinite, hn::Set(wide, 0x7f800000), number);
      return hn::BitCast(floats, hn::IfThenElse(beyond, nan, hn::Or(finite, sign)));
    } else {
      const auto beyond = hn::Eq(size, hn::Set(wide, kInfinity));
      return hn::BitCast(floats, hn::IfThenElse(beyond, nan, hn::Or(number, sign)));
    }
  }
};

template <class Widening>
HWY_ATTR HWY_INLINE void widen(std::span<const std::byte> raw, std::span<float> out, float factor) {
  const Floats floats;
  const Codes codes;
  const std::size_t lanes = hn::Lanes(floats);
  const auto times = hn::Set(floats, factor);
  const auto* from = reinterpret_cast<const std::uint8_t*>(raw.data());
  std::size_t i = 0;
  for (; i + lanes <= out.size(); i += lanes) {
    hn::StoreU(hn::Mul(Widening()(hn::LoadU(codes, from + i)), times), floats, out.data() + i);
  }
  if (i == out.size()) return;
  std::array<std::uint8_t, hn::MaxLanes(floats)> rest{};
  std::array<float, hn::MaxLanes(floats)> widened;
  std::memcpy(rest.data(), from + i, out.size() - i);
  hn::StoreU(hn::Mul(Widening()(hn::LoadU(codes, rest.data())), times), floats, widened.data());
  std::memcpy(out.data() + i, widened.data(), sizeof(float) * (out.size() - i));
}

void widenE4M3(std::span<const std::byte> raw, std::span<float> out, float factor) {
  widen<Widen<3, 7, 0x7f, false>>(raw, out, factor);
}
void widenE5M2(std::span<const std::byte> raw, std::span<float> out, float factor) {
  widen<Widen<2, 15, 0x7c, true>>(raw, out, factor);
}

}  // namespace kindred::models::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kindred::models {

HWY_EXPORT(widenE4M3);
HWY_EXPORT(widenE5M2);

void convertE4M3(std::span<const std::byte> raw, std::span<float> out, float factor) {
  HWY_DYNAMIC_DISPATCH(widenE4M3)(raw, out, factor);
}

void convertE5M2(std::span<const std::byte> raw, std::span<float> out, float factor) {
  HWY_DYNAMIC_DISPATCH(widenE5M2)(raw, out, factor);
}

}  // namespace kindred::models
#endif
