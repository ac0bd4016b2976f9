// Errors as text, for a process that tells another what went wrong.
#pragma once

#include <string>

#include <kindred/error.hpp>

namespace kindred::run {

std::string errorText(const Error& error);
// An Error (internal) where the text is none of these.
Error errorOf(const std::string& text);

}  // namespace kindred::run
