// Catalogues of GGUF and torch files.
#pragma once

#include <vector>

#include "models/checkpoint.hpp"

namespace kindred::reading {

// Sets the header's length of each shard. Errors name the file and what is wrong with it.
models::Catalogue readGgufs(std::vector<models::Shard>& shards);
models::Catalogue readTorchFiles(std::vector<models::Shard>& shards);

}  // namespace kindred::reading
