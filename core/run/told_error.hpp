// Errors as text, for a process that tells another what went wrong.
#pragma once

#include <string>

#include <kindred/error.hpp>

namespace kindred::run {

std::string errorText(const Error& error);
// `otherwise` where the text is none of these.
Error errorOf(const std::string& text, const Error& otherwise);

}  // namespace kindred::run
