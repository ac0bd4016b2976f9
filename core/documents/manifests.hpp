// What the publishers say of their models' files.
#pragma once

#include <cstdint>
#include <span>

#include "documents/document.hpp"

namespace kindred::documents {

struct ListedFile {
  std::string name;
  std::uint64_t bytes = 0;
  std::string identity;  // ETag, hash, or size with time
  std::string sha256;    // as published; empty: not said
};

struct Manifest {
  std::string model, address, revision;
  std::vector<ListedFile> files;
};

// A published hash is a SHA-256, or the git hash with which a Hub names a small file.
Report compareManifests(std::span<const Manifest> manifests);

}  // namespace kindred::documents
