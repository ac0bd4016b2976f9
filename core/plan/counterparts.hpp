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
  // The tensor of `b` in the place of `a`'s; null: there is none.
  const checkpoint::Tensor* of(const checkpoint::Tensor& tensor_of_a) const;

  // Of a tensor without one, where one model fuses what the other holds apart: each of its parts
  // with the part of `b` of the same role, layer and expert. Empty unless all have one of equal
  // shape.
  struct PartPair {
    checkpoint::View a, b;
  };
  std::vector<PartPair> parts(const checkpoint::Tensor& tensor_of_a) const;

 private:
  std::string placeOf(const Model& model, const std::string& tensor) const;

  const Model& a_;
  const Model& b_;
  bool by_role_;
  std::map<std::string, const checkpoint::Tensor*> in_b_;  // by place
  mutable std::map<std::string, checkpoint::View>
      parts_of_b_;  // the same; made when first asked for
};

// Pairs of tensors in the same place with equal shapes whose stored elements are numbers. Parts
// that pair with what the other model holds apart are added to the selections. Others are not
// listed as left out: coverage says what became of them.
std::vector<PairIndex> counterparts(const Model& model_a, std::vector<Selected>& a,
                                    const Model& model_b, std::vector<Selected>& b);

}  // namespace kindred::plan
