// Opens a model's files: which they are, in which format, and what their headers say.
#pragma once

#include <string>

#include <kindred/source.hpp>

#include "formats/formats.hpp"
#include "models/checkpoint.hpp"

namespace kindred::formats {

// Reads headers (and the index, config.json) of one location: of the files that weight_files.hpp
// chooses. `model` is the key under which results name it. Tensors are as they are stored: codes
// whose scales stand in other tensors stay codes. What is missing or inconsistent is an Error that
// names the file, or a note where all that is needed is there. The source must outlive the result.
models::CheckpointParts openStored(std::string model, Source& source, Location& location,
                                   const Formats& formats);

}  // namespace kindred::formats
