// Which of a model's files a comparison needs, of the names that a location lists; none where the
// model lacks what it is about.
#pragma once

#include <string>
#include <vector>

namespace kindred::documents {

using Names = std::vector<std::string>;

Names configFile(const Names& names);
Names tokenizerFile(const Names& names);
Names licenceFile(const Names& names);
// Code and other small texts that people write.
Names textFiles(const Names& names);

}  // namespace kindred::documents
