// Files that are not what their names say: pointers, web pages, other formats. Told from the first
// bytes, once these have turned out to be no header or no JSON.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kindred::words {

struct Impostor {
  std::string what;  // "the file is a Git LFS pointer, ..."
  std::string remedy;
};

// Empty: it looks like nothing that is known here.
std::optional<Impostor> impostor(std::string_view beginning);
// The same of what may lie under any file's name, whatever its format: a pointer, a web page, a
// file of a format that has none of its own endings (GGML's from before GGUF).
std::optional<Impostor> pointerOrPage(std::string_view beginning);

}  // namespace kindred::words
