// Catalogues of GGUF and torch files.
#pragma once

#include <vector>

#include "checkpoint/checkpoint.hpp"

namespace kindred::reading {

// Sets the header's length of each shard. Errors name the file and what is wrong with it.
checkpoint::Catalogue readGgufs(std::vector<checkpoint::Shard>& shards);
checkpoint::Catalogue readTorchFiles(std::vector<checkpoint::Shard>& shards);

}  // namespace kindred::reading
