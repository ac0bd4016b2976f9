// GGUF's architectures as the Hub has them: model types, what stands before layers, names.
#pragma once

#include <string_view>

namespace kindred::gguf {

struct Family {
  std::string_view model_type = {};  // config.json's
  std::string_view gguf = {};        // general.architecture, or several; empty: the model type
  bool in_turns = false;             // the converter puts the two halves of a rotary head in turns
  std::string_view layers = "model.layers.";
  std::string_view names = {};  // lines of both names; other names are those of all families
};

// By what a file calls its architecture; an empty entry where that is the model type.
const Family& familyOf(std::string_view gguf);
// By model type, which a file's own entry may not be: "mixtral". The common names where it has
// none.
const Family& familyOfType(std::string_view model_type);

// The Hub's name, "self_attn.q_proj" of "attn_q": of a tensor in a layer what follows its number.
// "E" stands for the number of an expert, where a file has each by itself. Empty: not
// known.
std::string_view hubName(const Family& family, std::string_view gguf);

}  // namespace kindred::gguf
