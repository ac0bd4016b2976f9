// Weights as Meta publishes them, in the Hub's terms: `consolidated.00.pth` and on, each a slice of
// the model for one device, with `params.json` beside them.
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

// Whether these are all slices of one model, by their names: numbered from 0, none missing.
bool areSlices(const std::vector<std::string>& names);
// Where these are called as slices are: those up to the last that are not among them.
std::vector<std::string> missingSlices(const std::vector<std::string>& names);

// Puts slices together, renames and reorders them, and makes a config of `params`, whose place is
// named in errors: an Error where it contradicts the shapes, as it does where slices are missing.
// Tensors of other names stay as they are.
void layMetaOut(models::CheckpointParts& parts, const words::PaddedText& params,
                const std::string& place);

}  // namespace kindred::formats
