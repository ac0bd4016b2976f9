// Pictures as files, drawn by the libraries of the page without a browser: node has to be there.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "report/picture.hpp"

namespace kindred::report {

// Writes `folder`/ID.svg. Throws where there is no node, or where this program was built without
// what draws pictures (`assets` is the folder with both); and, without `force`, where a file of
// that name is there with another content.
std::filesystem::path writeSvg(const Picture& picture, const std::filesystem::path& folder,
                               const std::filesystem::path& assets, bool force);

}  // namespace kindred::report
