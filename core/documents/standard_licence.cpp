#include "documents/standard_licence.hpp"

#include <array>
#include <fstream>

#include <kindred/error.hpp>

#include "words/names.hpp"

namespace kindred::documents {
namespace {

constexpr std::uintmax_t kMostBytes = 1'000'000;

// Debian's files by SPDX id; "-only" and "-or-later" name the same text. Its BSD is left out: that
// text names one university and is nobody else's licence.
struct Known {
  std::string_view id, file;
};
constexpr std::array kKnown{
    Known{"Apache-2.0", "Apache-2.0"}, Known{"Artistic-1.0-Perl", "Artistic"},
    Known{"CC0-1.0", "CC0-1.0"},       Known{"GFDL-1.2", "GFDL-1.2"},
    Known{"GFDL-1.3", "GFDL-1.3"},     Known{"GPL-1.0", "GPL-1"},
    Known{"GPL-2.0", "GPL-2"},         Known{"GPL-3.0", "GPL-3"},
    Known{"LGPL-2.0", "LGPL-2"},       Known{"LGPL-2.1", "LGPL-2.1"},
    Known{"LGPL-3.0", "LGPL-3"},       Known{"MPL-1.1", "MPL-1.1"},
    Known{"MPL-2.0", "MPL-2.0"}};

std::string knownIds() {
  std::string list;
  for (const Known& known : kKnown) {
    list += (list.empty() ? "" : ", ") + std::string(known.id);
  }
  return list;
}

std::filesystem::path fileOf(std::string id, const std::filesystem::path& folder) {
  for (const std::string_view suffix : {"-only", "-or-later", "+"}) {
    if (id.starts_with("G") || id.starts_with("L")) {
      if (id.ends_with(suffix)) id.resize(id.size() - suffix.size());
    }
  }
  for (const Known& known : kKnown) {
    if (known.id != id) continue;
    if (std::filesystem::is_directory(folder)) return folder / known.file;
    throw inputError(
        "", "the text of " + id + " is not on this machine: there is no folder " + folder.string(),
        "name a file that has it: against: file:PATH");
  }
  throw inputError("", "no text of a licence '" + words::escaped(id) + "' is known",
                   "known: " + knownIds() + "; or name a file: against: file:PATH");
}

}  // namespace

Document standardLicence(const std::string& against, const std::filesystem::path& folder) {
  const std::string mark = "file:";
  const bool is_file = against.starts_with(mark);
  const auto file =
      is_file ? std::filesystem::path(against.substr(mark.size())) : fileOf(against, folder);
  std::error_code problem;
  if (!std::filesystem::is_regular_file(file, problem)) {
    throw inputError(file.string(), "there is no such file to hold a licence against",
                     "name a text: against: file:PATH");
  }
  if (std::filesystem::file_size(file, problem) > kMostBytes || problem) {
    throw inputError(file.string(), "the text has more than 1 MB", "name a licence's text");
  }
  std::ifstream stream(file, std::ios::binary);
  Document standard{"", is_file ? file.filename().string() : against, file.string(),
                    std::string(std::istreambuf_iterator<char>(stream), {})};
  if (stream.bad() || standard.text.empty()) {
    throw inputError(file.string(), "the text can't be read, or is empty");
  }
  return standard;
}

}  // namespace kindred::documents
