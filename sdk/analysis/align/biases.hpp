// Biases that change sign with their rows: a value bias with its value row, a key bias with its key
// pair.
#pragma once

#include <string_view>

#include <kindred/model_weights.hpp>

namespace kindred::align {

// Whether the model has biases beside the rows of this role, in any layer.
bool hasBiases(const ModelWeights& weights, std::string_view role);

// The rows with their biases as one more column; zero where the layer has none, or of another
// number.
Matrix withBiases(const ModelWeights& weights, std::string_view role, const Place& place,
                  Matrix rows);

}  // namespace kindred::align
