// Which tensor of another model stands in the same place: of the same role, layer and expert where
// the families of both are known, else of the same name.
#pragma once

#include <map>
#include <string>

#include "plan/models.hpp"
#include "plan/pairing.hpp"

namespace kindred::plan {

class Counterparts {
 public:
  // Refers to both.
  Counterparts(const Model& a, const Model& b);
  // The tensor of `b` in the place of `a`'s, and the other way round; null: there is none. What is
  // one's counterpart has it for its own.
  const models::Tensor* of(const models::Tensor& tensor_of_a) const;
  const models::Tensor* ofB(const models::Tensor& tensor_of_b) const;

  // Of a tensor without one, where one model fuses what the other holds apart: each of its parts
  // with the part of `b` of the same role, layer and expert. Empty unless all have one of equal
  // shape.
  struct PartPair {
    models::View a, b;
  };
  std::vector<PartPair> parts(const models::Tensor& tensor_of_a) const;

 private:
  using Tensors = std::map<const models::Tensor*, const models::Tensor*>;

  const Model& a_;
  const Model& b_;
  bool by_role_;
  Tensors in_b_, in_a_;
  mutable std::map<std::string, models::View> parts_of_b_;  // by place; made when first asked for
};

// Pairs of tensors in the same place with equal shapes whose stored elements are numbers. Parts
// that pair with what the other model holds apart are added to the selections. Others are not
// listed as left out: coverage says what became of them.
std::vector<PairIndex> counterparts(const Model& model_a, std::vector<Selected>& a,
                                    const Model& model_b, std::vector<Selected>& b);

}  // namespace kindred::plan
