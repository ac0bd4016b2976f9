// The small files of the stand-ins: tokenizer, licence, and the code that defines the model.
#pragma once

#include <cstdint>
#include <string>

#include "servers/stand_in_values.hpp"

namespace kindred::servers {

// A byte-pair tokenizer of up to `most` tokens. Solar's and GLM's have a part of their tokens in
// common, at other ids, and the bytes in the same order; GLM's and INTELLECT's are one.
std::string tokenizerJson(StandIn model, std::uint64_t most);
// Solar: Apache-2.0 with one paragraph changed and two clauses added.
std::string licenceText(StandIn model);
std::string modelingCode(StandIn model);

}  // namespace kindred::servers
