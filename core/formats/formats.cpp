#include "formats/formats.hpp"

#include <utility>

#include <fmt/format.h>

#include "plugin/bind.hpp"
#include "plugin/guard.hpp"
#include "words/letters.hpp"
#include "words/names.hpp"

namespace kindred::formats {
namespace {

constexpr std::size_t kLongestMessage = 2000;  // bytes; names in it may be any

template <class Call>
decltype(auto) guarded(const std::string& format, Call&& call) {
  try {
    return plugin::guard(format, std::forward<Call>(call));
  } catch (const Error& error) {
    throw Error(error.category(), error.place(),
                words::escapedText(error.message(), kLongestMessage), error.remedy());
  }
}

std::shared_ptr<const Format> make(const plugin::Plugin& plugin) {
  const plugin::Bound bound = plugin::bindParameters(plugin, {});
  if (!bound.misfits.empty()) {
    throw Error(Category::plugin, plugin.file.string(), bound.misfits.front().message,
                "a format takes no parameters but those that have defaults");
  }
  return plugin.makeFormat(bound.parameters);
}

}  // namespace

UsableFormat::UsableFormat(std::string name, std::shared_ptr<const Format> format)
    : name_(std::move(name)),
      format_(std::move(format)),
      traits_(guarded(name_, [&] { return format_->traits(); })) {}

// Capitals stand for small letters where the name as it is says nothing.
FileUse UsableFormat::use(std::string_view file) const {
  const FileUse use = guarded(name_, [&] { return format_->use(file); });
  const std::string small = words::lower(file);
  if (use.claim != Claim::none || small == file) return use;
  return guarded(name_, [&] { return format_->use(small); });
}

bool UsableFormat::begins(std::span<const std::byte> beginning) const {
  return guarded(name_, [&] { return format_->begins(beginning); });
}

Catalogue UsableFormat::read(std::span<const FormatFile> files, const ReadTogether& read) const {
  return guarded(name_, [&] { return format_->read(files, read); });
}

Formats::Formats(plugin::Registry& registry) {
  for (const std::string& name : registry.formats()) {
    try {
      formats_.emplace_back(name, make(registry.load(name)));
    } catch (const Error& error) {
      unusable_.push_back(fmt::format("format '{}' can't be used: {}", name, error.what()));
    }
  }
}

std::string Formats::listed() const {
  std::string text = formats_.empty() ? "there is no format plugin" : "formats that are read: ";
  for (const UsableFormat& format : formats_) {
    text += fmt::format("{}{} ({})", &format == &formats_.front() ? "" : ", ",
                        format.traits().title, format.traits().files);
  }
  for (const std::string& why : unusable_) text += "; " + why;
  return text;
}

}  // namespace kindred::formats
