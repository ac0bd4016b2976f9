#include "trainer/training.hpp"

#include <cmath>
#include <numbers>

#include "trainer/network.hpp"

extern "C" void openblas_set_num_threads(int);

namespace kindred::trainer {
namespace {

// OpenBLAS splits sums differently over more threads.
void useOneThread() {
  static const bool done = (openblas_set_num_threads(1), true);
  static_cast<void>(done);
}

// Every weight that moves, with its gradient and the optimizer's memory of it.
template <class T>
struct Slot {
  Matrix<T>* weight;
  const Matrix<T>* gradient;
  Matrix<T> first, second;
};

template <class T>
std::vector<Slot<T>> slots(Weights<T>& weights, Weights<T>& gradient, const Training& training) {
  const auto all = matrices(weights);
  const auto gradients = matrices(gradient);
  std::vector<Slot<T>> result;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (training.frozen && training.frozen(all[i].name)) continue;
    const Matrix<T> zero(all[i].matrix->rows, all[i].matrix->columns);
    result.push_back({all[i].matrix, gradients[i].matrix, zero, zero});
  }
  return result;
}

double rateAt(const Training& training, std::size_t step) {
  const double done = static_cast<double>(step + 1) / static_cast<double>(training.steps);
  const double climb = std::min(1.0, done / 0.1);
  return training.rate * climb * (0.55 + 0.45 * std::cos(std::numbers::pi * done));
}

// What a gradient is multiplied by so that the norm of all stays within the bound.
template <class T>
T clipFactor(const std::vector<Slot<T>>& slots, double bound) {
  double squares = 0;
  for (const Slot<T>& slot : slots) {
    for (const T g : slot.gradient->values) squares += static_cast<double>(g) * g;
  }
  const double norm = std::sqrt(squares);
  return static_cast<T>(norm > bound ? bound / norm : 1);
}

// Loshchilov and Hutter, arXiv:1711.05101.
template <class T>
void adamw(Slot<T>& slot, T clip, double rate, double decay, std::size_t step) {
  constexpr T kBeta1 = T(0.9), kBeta2 = T(0.98), kEps = T(1e-8);
  const double correct1 = 1 - std::pow(0.9, static_cast<double>(step + 1));
  const double correct2 = 1 - std::pow(0.98, static_cast<double>(step + 1));
  const T pace = static_cast<T>(rate / correct1);
  const T root = static_cast<T>(1 / std::sqrt(correct2));
  const T keep = static_cast<T>(1 - rate * decay);
  for (std::size_t i = 0; i < slot.weight->values.size(); ++i) {
    const T g = slot.gradient->values[i] * clip;
    T& m = slot.first.values[i];
    T& v = slot.second.values[i];
    m = kBeta1 * m + (1 - kBeta1) * g;
    v = kBeta2 * v + (1 - kBeta2) * g * g;
    T& w = slot.weight->values[i];
    w = keep * w - pace * m / (root * std::sqrt(v) + kEps);
  }
}

template <class T>
void sgd(Slot<T>& slot, T clip, double rate, double decay) {
  const T keep = static_cast<T>(1 - rate * decay);
  for (std::size_t i = 0; i < slot.weight->values.size(); ++i) {
    T& m = slot.first.values[i];
    m = T(0.9) * m + slot.gradient->values[i] * clip;
    T& w = slot.weight->values[i];
    w = keep * w - static_cast<T>(rate) * m;
  }
}

}  // namespace

template <class T>
std::vector<double> train(Weights<T>& weights, const Corpus& corpus, const Training& training) {
  useOneThread();
  Random random(training.seed);
  Weights<T> gradient = zerosLike(weights);
  std::vector<Slot<T>> moving = slots(weights, gradient, training);
  std::vector<double> losses;
  for (std::size_t step = 0; step < training.steps; ++step) {
    const Batch batch = corpus.batch(training.sequences, training.length, random);
    losses.push_back(lossAndGradient(weights, batch, gradient));
    const T clip = clipFactor(moving, training.clip);
    const double rate = rateAt(training, step);
    for (Slot<T>& slot : moving) {
      const double decay = slot.weight->rows == 1 ? 0 : training.decay;
      if (training.optimizer == Optimizer::adamw) {
        adamw(slot, clip, rate, decay, step);
      } else {
        sgd(slot, clip, rate, decay);
      }
    }
  }
  return losses;
}

template std::vector<double> train(Weights<float>&, const Corpus&, const Training&);
template std::vector<double> train(Weights<double>&, const Corpus&, const Training&);

}  // namespace kindred::trainer
