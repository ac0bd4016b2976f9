// The texts that a licence can be held against: those that this machine has, or a file of the
// user's.
#pragma once

#include <filesystem>
#include <string>

#include "documents/document.hpp"

namespace kindred::documents {

inline constexpr const char* kLicenceFolder = "/usr/share/common-licenses";

// `against` is an SPDX id or "file:PATH". An id that is not known, and a text that is not there or
// has more than 1 MB, is an Error that says what is.
Document standardLicence(const std::string& against,
                         const std::filesystem::path& folder = kLicenceFolder);

}  // namespace kindred::documents
