// Where a benchmark writes what it measured into a page of docs/.
#pragma once

#include <string>

namespace kindred::bench {

// What stands between the lines "<!-- NAME -->" and "<!-- end of NAME -->" of docs/PAGE becomes
// `text`. Throws std::runtime_error where the page does not have them.
void writeBetweenMarks(const std::string& page, const std::string& name, const std::string& text);

}  // namespace kindred::bench
