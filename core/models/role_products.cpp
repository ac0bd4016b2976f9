#include "models/role_products.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "models/architecture_rules.hpp"
#include "models/config.hpp"
#include "models/encoding.hpp"
#include "models/products.hpp"

namespace kindred::models {
namespace {

using Index = RoleViews::Index;
using Views = RoleViews::Views;

// Of a part of a head.
constexpr std::uint64_t kMostRows = std::uint64_t{1} << 31;

class Maker {
 public:
  Maker(const Checkpoint& checkpoint, const Architecture& architecture, const Dimensions& stated,
        RoleViews& views)
      : checkpoint_(checkpoint), architecture_(architecture), stated_(stated), views_(views) {}

  RoleProducts run() {
    for (const ProductRule& rule : architecture_.products()) make(rule);
    return std::move(products_);
  }

 private:
  std::uint64_t stated(const std::string& dimension) const {
    for (const DimensionName& known : dimensionNames()) {
      if (known.name == dimension) return stated_.*known.value;
    }
    return 0;
  }
  std::uint64_t rowsOf(const SplitPart& part) const {
    std::uint64_t rows = 1;
    for (const std::string& factor : part.factors) {
      if (__builtin_mul_overflow(rows, stated(factor), &rows) || rows > kMostRows) return 0;
    }
    return rows;
  }

  Views indexed(const std::string& role) const {
    Views views;
    std::vector<Unsplit> unsplit;
    if (role.empty()) return views;
    for (View& view : architecture_.resolve(checkpoint_, role, unsplit)) {
      if (shown(*view.tensor) == Shown::nothing) continue;
      views.try_emplace({view.info.layer, view.info.expert}, view);
    }
    return views;
  }

  void make(const ProductRule& rule) {
    Product product;
    product.gains_plus_one = architecture_.gainsPlusOne();
    for (const SplitPart& part : rule.parts) product.block += rowsOf(part);
    const Views all = indexed(rule.of), gains = indexed(rule.gains);
    for (const auto& [index, times] : views_.of(rule.times)) {
      const auto of = all.find(index), gain = gains.find(index);
      if (of == all.end()) continue;
      product.of = of->second;
      product.times = times;
      product.gains = gain == gains.end() ? nullptr : &gain->second;
      makeParts(rule, product, index);
    }
  }

  void makeParts(const ProductRule& rule, Product& product, const Index& index) {
    product.first = product.count = 0;
    for (const SplitPart& part : rule.parts) {
      product.first += product.count;
      product.count = rowsOf(part);
      const auto role = std::find(kReadRoles.begin(), kReadRoles.end(), part.role);
      if (role != kReadRoles.end()) makePart(*role, stated(rule.each), product, index);
    }
  }

  void makePart(std::string_view role, std::uint64_t heads, const Product& product,
                const Index& index) {
    MadeMatrix made;
    const TensorInfo& of = product.of.info;
    if (heads == 0 || product.block == 0) {
      made.problem = "is not made: config.json does not state its heads";
    } else if (of.shape.front() / product.block != heads) {
      made.problem = fmt::format("is not made: '{}' has shape {}, not {} heads of {} rows", of.name,
                                 shapeText(of.shape), heads, product.block);
    } else {
      made = productOf(product);
    }
    if (made.shard == nullptr) {
      views_.leaveOut(role, of.name, made.problem);
      return;
    }
    made.view.info.role = role;
    views_.add(role, index, made.view);
    products_.made.push_back(std::move(made.shard));
    // Each head has keys and values of its own, which nothing turns.
    products_.heads.heads = products_.heads.kv_heads = heads;
    (role == role::kValue ? products_.heads.value_dim : products_.heads.key_dim) = product.count;
  }

  const Checkpoint& checkpoint_;
  const Architecture& architecture_;
  const Dimensions& stated_;
  RoleViews& views_;
  RoleProducts products_;
};

}  // namespace

RoleProducts makeProducts(const Checkpoint& checkpoint, const Architecture& architecture,
                          const Dimensions& stated, RoleViews& views) {
  return Maker(checkpoint, architecture, stated, views).run();
}

}  // namespace kindred::models
