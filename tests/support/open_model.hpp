// Opens models in the formats that were built. For programs that link the module core/formats and
// depend on these plugins.
#pragma once

#include <algorithm>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "formats/open.hpp"

namespace kindred::support {

inline const formats::Formats& builtFormats() {
  static plugin::Registry registry({KINDRED_PLUGIN_DIR});
  static const formats::Formats formats(registry);
  return formats;
}

inline const formats::UsableFormat& builtFormat(const std::string& name) {
  for (const formats::UsableFormat& format : builtFormats().all()) {
    if (format.name() == name) return format;
  }
  throw std::runtime_error("there is no format " + name);
}

// What the format says of one file, before the host has checked it.
inline Catalogue catalogueOf(const std::string& format, File& file) {
  const formats::UsableFormat& plugin = builtFormat(format);
  std::vector<std::byte> beginning(std::min(file.size(), plugin.traits().beginning));
  file.read(0, beginning);
  const FormatFile given{"file", &file, beginning};
  return plugin.read({&given, 1}, [](std::span<const ReadRequest> requests) {
    for (const ReadRequest& request : requests) request.file->read(request.offset, request.into);
  });
}

inline models::Checkpoint openStored(std::string model, Source& source, Location& location) {
  return models::Checkpoint(
      formats::openStored(std::move(model), source, location, builtFormats()));
}

}  // namespace kindred::support
