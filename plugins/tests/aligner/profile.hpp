// What the aligner computes once a model: unit rows of gates, queries, keys and values,
// rotation-blind signatures, and which parts of the model are copies of each other.
#pragma once

#include <string_view>
#include <vector>

#include <kindred/alignment.hpp>
#include <kindred/analysis/linear/linear.hpp>

namespace kindred::aligner {

// One role's rows of every layer that has it, as unit columns: by layer, head and dimension.
struct AttentionRows {
  struct Layer {
    std::int64_t number = -1;
    arma::uword first = 0;           // its first column
    arma::uword heads = 0, dim = 0;  // columns of a head

    arma::uword columns() const { return heads * dim; }
    arma::uword firstOf(arma::uword head) const { return first + head * dim; }
  };

  arma::fmat columns;
  std::vector<Layer> layers;

  // Null where the layer lacks the role.
  const Layer* find(std::int64_t number) const;
};

class Profile final : public ModelProfile {
 public:
  // The copies inside are searched for where they are not `known` (or null) to the sizes of this
  // model.
  Profile(const ModelWeights& weights, const Doubling* known);

  const ModelWeights& weights() const override { return weights_; }
  const Doubling& doubling() const override { return doubling_; }

  std::size_t mlps() const { return weights_.mlps().size(); }
  const Place& place(std::size_t mlp) const { return weights_.mlps()[mlp]; }
  // Unit gate rows of one MLP, which refer to this, and of all MLPs one after the other.
  const arma::fmat gates(std::size_t mlp) const { return columns(gates_, mlp); }
  const arma::fmat& allGates() const { return gates_; }
  // Likewise up rows.
  const arma::fmat ups(std::size_t mlp) const { return columns(ups_, mlp); }
  const arma::fmat& allUps() const { return ups_; }
  // The columns of one MLP whose signs are tossed: its ups, or what stands for gates where it has
  // none.
  const arma::fmat tossed(std::size_t mlp) const { return has_gate_[mlp] ? ups(mlp) : gates(mlp); }
  arma::uword firstUnit(std::size_t mlp) const { return first_[mlp]; }
  arma::uword units(std::size_t mlp) const { return first_[mlp + 1] - first_[mlp]; }
  // Rotation-blind signatures, one column a unit; empty where there are too few units.
  const arma::fmat& signatures(std::size_t mlp) const { return signatures_[mlp]; }

  const AttentionRows& queries() const { return queries_; }
  const AttentionRows& keys() const { return keys_; }
  const AttentionRows& values() const { return values_; }

  // MLPs that stand for the model in a search: at most six, spread over the depth.
  const std::vector<std::size_t>& probes() const { return probes_; }
  // Likewise value rows: at most two heads in each of at most six layers.
  const AttentionRows& valueProbes() const { return value_probes_; }

 private:
  arma::fmat columns(const arma::fmat& all, std::size_t mlp) const {
    return {const_cast<float*>(all.colptr(first_[mlp])), all.n_rows, units(mlp), false, true};
  }

  const ModelWeights& weights_;
  std::vector<arma::uword> first_;
  std::vector<bool> has_gate_;
  arma::fmat gates_, ups_;
  std::vector<arma::fmat> signatures_;
  AttentionRows queries_, keys_, values_, value_probes_;
  std::vector<std::size_t> probes_;
  Doubling doubling_;
};

}  // namespace kindred::aligner
