// Weights as Meta and Mistral publish them, in the Hub's terms: `consolidated.00.pth` and on, each
// a slice of the model for one device, or `consolidated.safetensors`, whole, with `params.json`
// beside them.
//
// What reads the stream is cut by rows, what writes it by columns, embeddings by either (by columns
// up to Llama 2); norms are in every slice. Rows of queries and keys stand in pairs that turn
// together, where the Hub has the halves of a head.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/checkpoint.hpp"
#include "words/json_walk.hpp"

namespace kindred::formats {

inline constexpr const char* kParamsName = "params.json";

// Whether these, weights or their index, are of whole tensors under such names.
bool areConsolidated(const std::vector<std::string>& names);
// Whether these are all slices of one model, by their names: numbered from 0, none missing.
bool areSlices(const std::vector<std::string>& names);
// Where these are called as slices are: those up to the last that are not among them.
std::vector<std::string> missingSlices(const std::vector<std::string>& names);

// Puts slices together, renames and reorders them, and makes a config of `params`, whose place is
// named in errors: an Error where it contradicts the shapes, as it does where slices are missing.
// Tensors of other names stay as they are; where all are of other names, or `params` is of a model
// without heads, and nothing is `cut`, all does. So does a model of latent attention (Mistral Large
// 3), whose names an architecture file has: `params` itself becomes its config.
void layMetaOut(models::CheckpointParts& parts, const words::PaddedText& params,
                const std::string& place, bool cut);

}  // namespace kindred::formats
