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

 private:
  std::string placeOf(const Model& model, const std::string& tensor) const;

  const Model& a_;
  bool by_role_;
  std::map<std::string, const checkpoint::Tensor*> in_b_;  // by place
};

// Pairs of whole tensors in the same place with equal shapes. Others are not listed as left out:
// coverage says what became of them.
std::vector<PairIndex> counterparts(const Model& model_a, const std::vector<Selected>& a,
                                    const Model& model_b, const std::vector<Selected>& b);

}  // namespace kindred::plan
