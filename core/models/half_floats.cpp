#include "models/half_floats.hpp"

#include <array>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "models/half_floats.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace kindred::models::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::ScalableTag<float>;
using Words = hn::Rebind<std::uint16_t, Floats>;

// Loads bytes, because they may lie at an odd address.
HWY_ATTR HWY_INLINE hn::Vec<Words> loadWords(const std::uint8_t* from) {
#if HWY_TARGET == HWY_SCALAR  // one lane: no vector of two bytes to cast from
  std::uint16_t word;
  std::memcpy(&word, from, sizeof word);
  return hn::Set(Words(), word);
#else
  return hn::BitCast(Words(), hn::LoadU(hn::Repartition<std::uint8_t, Words>(), from));
#endif
}

// A BF16 is the upper half of a float.
struct WidenBF16 {
  HWY_ATTR HWY_INLINE auto operator()(hn::Vec<Words> words) const {
    const hn::RebindToUnsigned<Floats> wide;
    return hn::BitCast(Floats(), hn::ShiftLeft<16>(hn::PromoteTo(wide, words)));
  }
};

struct WidenF16 {
  HWY_ATTR HWY_INLINE auto operator()(hn::Vec<Words> words) const {
#if HWY_TARGET == HWY_SCALAR || (HWY_ARCH_X86 && HWY_TARGET >= HWY_SSE4)  // older than AVX2
    // No instruction for it, and Highway's own substitute takes infinity for 65,536: exponent and
    // mantissa move into a float's place, which is then too small by 2^112.
    const hn::RebindToUnsigned<Floats> wide;
    const auto bits = hn::PromoteTo(wide, words);
    const auto size = hn::And(bits, hn::Set(wide, 0x7fff));
    const auto sign = hn::ShiftLeft<16>(hn::And(bits, hn::Set(wide, 0x8000)));
    const auto scaled =
        hn::Mul(hn::BitCast(Floats(), hn::ShiftLeft<13>(size)), hn::Set(Floats(), 0x1p112f));
    const auto special = hn::And(hn::VecFromMask(wide, hn::Gt(size, hn::Set(wide, 0x7bff))),
                                 hn::Set(wide, 0x7f800000));
    return hn::BitCast(Floats(), hn::Or(hn::Or(hn::BitCast(wide, scaled), special), sign));
#else
    const hn::Rebind<hwy::float16_t, Floats> halves;
    return hn::PromoteTo(Floats(), hn::BitCast(halves, words));
#endif
  }
};

template <class Widen>
HWY_ATTR HWY_INLINE void widen(std::span<const std::byte> raw, std::span<float> out) {
  const Floats floats;
  const std::size_t lanes = hn::Lanes(floats);
  const auto* from = reinterpret_cast<const std::uint8_t*>(raw.data());
  std::size_t i = 0;
  for (; i + lanes <= out.size(); i += lanes) {
    hn::StoreU(Widen()(loadWords(from + 2 * i)), floats, out.data() + i);
  }
  if (i == out.size()) return;
  std::array<std::uint8_t, 2 * hn::MaxLanes(floats)> rest{};
  std::array<float, hn::MaxLanes(floats)> widened;
  std::memcpy(rest.data(), from + 2 * i, 2 * (out.size() - i));
  hn::StoreU(Widen()(loadWords(rest.data())), floats, widened.data());
  std::memcpy(out.data() + i, widened.data(), sizeof(float) * (out.size() - i));
}

void widenBF16(std::span<const std::byte> raw, std::span<float> out) { widen<WidenBF16>(raw, out); }
void widenF16(std::span<const std::byte> raw, std::span<float> out) { widen<WidenF16>(raw, out); }

}  // namespace kindred::models::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kindred::models {

HWY_EXPORT(widenBF16);
HWY_EXPORT(widenF16);

void convertBF16(std::span<const std::byte> raw, std::span<float> out) {
  HWY_DYNAMIC_DISPATCH(widenBF16)(raw, out);
}

void convertF16(std::span<const std::byte> raw, std::span<float> out) {
  HWY_DYNAMIC_DISPATCH(widenF16)(raw, out);
}

}  // namespace kindred::models
#endif
