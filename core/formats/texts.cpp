#include "formats/texts.hpp"

#include <fmt/format.h>

namespace kindred::formats {

std::vector<words::PaddedText> readTexts(Source& source,
                                         const std::vector<std::shared_ptr<File>>& files,
                                         std::uint64_t limit) {
  std::vector<words::PaddedText> texts;
  std::vector<ReadRequest> requests;
  for (const std::shared_ptr<File>& file : files) {
    if (file->size() > limit) {
      throw inputError(file->place(),
                       fmt::format("the file has {} bytes; the limit is {}", file->size(), limit));
    }
    words::PaddedText& text = texts.emplace_back(file->size());
    requests.push_back({file.get(), 0, text.bytes()});
  }
  if (!requests.empty()) source.read(requests);
  return texts;
}

}  // namespace kindred::formats
