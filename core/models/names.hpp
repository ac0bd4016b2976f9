// How names of tensors and files are ordered and shown.
#pragma once

#include "words/names.hpp"

namespace kindred::models {

using words::contains;
using words::escaped;
using words::escapedText;
using words::naturalLess;

}  // namespace kindred::models
