// Asks a server which files a model has.
#pragma once

#include <string>

#include "remote_file.hpp"

namespace kindred::http {

// Percent-encodes a revision, its slashes too.
std::string encodeRevision(const std::string& revision);

// Of a Hub: its description of the model, or its tree of files where that leaves files out.
Listing fetchHubListing(Service& service, const std::string& model, const std::string& revision,
                        const std::string& place);
// Of ModelScope.
Listing fetchModelScopeListing(Service& service, const std::string& model,
                               const std::string& revision, const std::string& place);

}  // namespace kindred::http
