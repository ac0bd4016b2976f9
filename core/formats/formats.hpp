// The formats that there are: plugins, found by what their symbol tables say.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <kindred/format.hpp>

#include "plugin/registry.hpp"

namespace kindred::formats {

// One format, every call of which is guarded: what it throws names it, and is safe to show.
class UsableFormat {
 public:
  UsableFormat(std::string name, std::shared_ptr<const Format> format);

  const std::string& name() const { return name_; }  // the plugin's
  const FormatTraits& traits() const { return traits_; }
  FileUse use(std::string_view file) const;
  bool begins(std::span<const std::byte> beginning) const;
  Catalogue read(std::span<const FormatFile> files, const ReadTogether& read) const;

 private:
  std::string name_;
  std::shared_ptr<const Format> format_;
  FormatTraits traits_;
};

class Formats {
 public:
  // Opens every format that the registry finds. One that can't be used is passed over, and said in
  // the Error about a file that no other format reads.
  explicit Formats(plugin::Registry& registry);

  // By name of the plugin.
  std::span<const UsableFormat> all() const { return formats_; }
  // "safetensors (*.safetensors), GGUF (*.gguf)", and why others can't be used.
  std::string listed() const;

 private:
  std::vector<UsableFormat> formats_;
  std::vector<std::string> unusable_;  // why
};

}  // namespace kindred::formats
