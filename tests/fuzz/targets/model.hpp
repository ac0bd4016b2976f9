// Opens a model of files in memory as the program does, and reads a little of every tensor.
#pragma once

#include <map>
#include <string>

namespace kindred::fuzz {

using Files = std::map<std::string, std::string>;  // by name

// Loads the formats: for LLVMFuzzerInitialize, so that their coverage counts from the first input.
int loadFormats();

// Whatever is wrong with the files is an Error.
void openModel(const Files& files);

}  // namespace kindred::fuzz
