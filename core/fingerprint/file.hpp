// Fingerprints as files: safetensors whose header holds what is no table. docs/fingerprints.md.
#pragma once

#include <string>

#include <kindred/source.hpp>

#include "fingerprint/fingerprint.hpp"
#include "formats/formats.hpp"

namespace kindred::fingerprint {

// The bytes of the file.
std::string written(const Fingerprint& fingerprint);

// From a location that is one such file. Whatever does not fit the format is an Error that names
// the file.
Fingerprint read(Source& source, Location& location, const formats::Formats& formats);

}  // namespace kindred::fingerprint
