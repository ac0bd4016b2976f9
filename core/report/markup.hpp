// HTML that can't be injected into: whatever is not a literal of the program is text.
#pragma once

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>

namespace kindred::report {

class Markup {
 public:
  Markup() = default;
  // Text: marks of HTML are escaped, and characters that would not be seen become \u escapes.
  Markup& operator<<(std::string_view text);
  Markup& operator<<(const Markup& markup) {
    html_ += markup.html_;
    return *this;
  }
  const std::string& html() const { return html_; }
  bool empty() const { return html_.empty(); }

 private:
  friend Markup operator""_html(const char* text, std::size_t size);
  friend Markup trusted(std::string html);
  std::string html_;
};

// A literal of the program, taken as it is.
Markup operator""_html(const char* text, std::size_t size);

// For the program's own scripts, styles and drawings.
Markup trusted(std::string html);

struct Attribute {
  const char* name;
  std::string value;
};

// <name attributes>content</name>
Markup element(const char* name, const Markup& content,
               std::initializer_list<Attribute> attributes = {});
Markup element(const char* name, std::string_view text,
               std::initializer_list<Attribute> attributes = {});

// JSON for a <script> element: no '<' remains.
std::string scriptSafe(const std::string& json);

}  // namespace kindred::report
