// From a format's catalogue, which is not trusted, to tensors whose spans are checked.
#pragma once

#include <string>
#include <vector>

#include <kindred/format.hpp>

#include "models/checkpoint.hpp"

namespace kindred::formats {

// What a catalogue says, checked: see models::Tensor. In natural order of names, then by shard.
// Sets the shards' header lengths, and adds notes on what is left out. An Error names the file and
// what is wrong with it: names that stand twice in it, spans that leave it, overlap or leave gaps
// where the format has none, sizes that do not fit, views that leave their bytes, block types that
// have no codec.
// Faults of the format itself are Errors of the plugin `format.plugin`.
std::vector<models::Tensor> checked(Catalogue& catalogue, const models::FormatUsed& format,
                                    std::vector<models::Shard>& shards);

// A name in two shards is an Error. Tensors in natural order.
void checkNames(const std::vector<models::Tensor>& tensors,
                const std::vector<models::Shard>& shards);

}  // namespace kindred::formats
