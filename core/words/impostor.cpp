#include "words/impostor.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "words/names.hpp"

namespace kindred::words {
namespace {

constexpr const char* kFetch =
    "fetch the file itself: on the Hub its address has /resolve/ in it, and a gated model needs "
    "your login";

struct Magic {
  std::string_view bytes, what, remedy;
};

using namespace std::string_view_literals;

constexpr Magic kPointer{"version https://git-lfs.github.com/"sv,
                         "the file is a Git LFS pointer, which stands for the file that is meant"sv,
                         "fetch the file itself: git lfs pull in a clone; a server that has the "
                         "pointer in its place was never sent the file"sv};
// GGML's files from before GGUF; the letters of their marks stand backwards.
constexpr std::array<std::string_view, 4> kOldMarks{"lmgg", "fmgg", "tjgg", "algg"};
constexpr std::size_t kLooked = 256;

constexpr std::array<Magic, 7> kMagics{{
    {"GGUF"sv, "the file is a GGUF file"sv, "call it *.gguf, and it is read as one"sv},
    {"PK\x03\x04"sv, "the file is an archive, as PyTorch saves them"sv,
     "call it *.bin, and it is read as one"sv},
    {"\x80\x02"sv, "the file is a pickle, as PyTorch saves them"sv,
     "call it *.bin, and it is read as one"sv},
    {"\x80\x04"sv, "the file is a pickle, as PyTorch saves them"sv,
     "call it *.bin, and it is read as one"sv},
    {"\x89HDF"sv, "the file is an HDF5 file"sv, "save it as safetensors"sv},
    {"\x93NUMPY"sv, "the file is a NumPy file"sv, "save it as safetensors"sv},
    {"\x1f\x8b"sv, "the file is compressed with gzip"sv, "unpack it"sv},
}};

bool isText(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return c == '\n' || c == '\r' || c == '\t' || (c >= 0x20 && c != 0x7f);
  });
}

std::size_t firstShown(std::string_view head) {
  return head.find_first_not_of(" \t\r\n\xef\xbb\xbf");
}

}  // namespace

std::optional<Impostor> pointerOrPage(std::string_view beginning) {
  const std::string_view head = beginning.substr(0, kLooked);
  if (head.starts_with(kPointer.bytes)) {
    return Impostor{std::string(kPointer.what), std::string(kPointer.remedy)};
  }
  const bool old = std::any_of(kOldMarks.begin(), kOldMarks.end(),
                               [&](std::string_view mark) { return head.starts_with(mark); });
  if (old) {
    return Impostor{"the file is of GGML's format from before GGUF, which is not read",
                    "name the model that it was converted from, or convert it to GGUF"};
  }
  const std::size_t first = firstShown(head);
  if (first == std::string_view::npos || !isText(head) || head[first] != '<') return std::nullopt;
  return Impostor{"the file is a web page saved under this name", kFetch};
}

std::optional<Impostor> impostor(std::string_view beginning) {
  if (auto other = pointerOrPage(beginning)) return other;
  const std::string_view head = beginning.substr(0, kLooked);
  for (const Magic& magic : kMagics) {
    if (head.starts_with(magic.bytes)) {
      return Impostor{std::string(magic.what), std::string(magic.remedy)};
    }
  }
  if (head.empty()) return std::nullopt;
  constexpr std::size_t kManyZeros = 64;
  if (head.size() >= kManyZeros && head.find_first_not_of('\0') == std::string_view::npos) {
    return Impostor{"the file begins with zeros, as one whose download was cut off does",
                    "fetch it again"};
  }
  const std::size_t first = firstShown(head);
  if (first == std::string_view::npos || !isText(head)) return std::nullopt;
  const bool sentence = std::isalpha(static_cast<unsigned char>(head[first])) != 0 &&
                        head.find(' ') != std::string_view::npos;
  if (!sentence && head[first] != '{') return std::nullopt;
  const std::string_view line = head.substr(first, head.find('\n', first) - first);
  return Impostor{"the file is a text that begins with '" + escaped(line, 60) +
                      "', perhaps a server's answer saved under this name",
                  kFetch};
}

}  // namespace kindred::words
