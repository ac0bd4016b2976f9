// The one exception type that crosses between plugins and the host.
#pragma once

#include <exception>
#include <string>
#include <utility>

namespace kindred {

// What kind of trouble it is; decides the exit code (input, network and plugin: 2; internal: 1).
enum class Category { input, network, plugin, internal };

// An error for a person: what is wrong, where, and what to do about it.
//   what   a sentence without a full stop: "tensor 'x' ends at byte 90 of a file of 80 bytes"
//   place  a file, "file:line:column", a URL, or empty
//   remedy what the reader can do, or empty
class __attribute__((visibility("default"))) Error : public std::exception {
 public:
  Error(Category category, std::string place, std::string what, std::string remedy = {})
      : category_(category),
        place_(std::move(place)),
        message_(std::move(what)),
        remedy_(std::move(remedy)) {
    text_ = place_.empty() ? message_ : place_ + ": " + message_;
    if (!remedy_.empty()) text_ += " (" + remedy_ + ")";
  }

  Category category() const noexcept { return category_; }
  const std::string& place() const noexcept { return place_; }
  const std::string& message() const noexcept { return message_; }
  const std::string& remedy() const noexcept { return remedy_; }
  // "place: message (remedy)"
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  Category category_;
  std::string place_;
  std::string message_;
  std::string remedy_;
  std::string text_;
};

inline Error inputError(std::string place, std::string what, std::string remedy = {}) {
  return {Category::input, std::move(place), std::move(what), std::move(remedy)};
}

}  // namespace kindred
