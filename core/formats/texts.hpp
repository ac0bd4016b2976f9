// The whole text of small files.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <kindred/source.hpp>

#include "words/json_walk.hpp"

namespace kindred::formats {

// In one call of source.read(). A file above `limit` is an Error.
std::vector<words::PaddedText> readTexts(Source& source,
                                         const std::vector<std::shared_ptr<File>>& files,
                                         std::uint64_t limit);

}  // namespace kindred::formats
