// Opens a model of any format that is read: what is stored as codes gets its numbers here.
#pragma once

#include <string>

#include "formats/formats.hpp"
#include "models/checkpoint.hpp"

namespace kindred::reading {

// As formats::openStored(). Where a codec fits, a tensor of codes becomes one of numbers under the
// name of its matrix, and what stands beside it becomes part of it; where none does, it stays what
// it is. Matrices that a converter has cut in two are whole.
models::Checkpoint openCheckpoint(std::string model, Source& source, Location& location,
                                  const formats::Formats& formats);

}  // namespace kindred::reading
