#include "report/markup.hpp"

#include "report/shown.hpp"

namespace kindred::report {

Markup& Markup::operator<<(std::string_view text) {
  for (const char c : shown(text)) {
    switch (c) {
      case '&':
        html_ += "&amp;";
        break;
      case '<':
        html_ += "&lt;";
        break;
      case '>':
        html_ += "&gt;";
        break;
      case '"':
        html_ += "&quot;";
        break;
      case '\'':
        html_ += "&#39;";
        break;
      default:
        html_ += c;
    }
  }
  return *this;
}

Markup operator""_html(const char* text, std::size_t size) { return trusted({text, size}); }

Markup trusted(std::string html) {
  Markup markup;
  markup.html_ = std::move(html);
  return markup;
}

Markup element(const char* name, const Markup& content,
               std::initializer_list<Attribute> attributes) {
  Markup markup = trusted(std::string("<") + name);
  for (const Attribute& attribute : attributes) {
    markup << trusted(std::string(" ") + attribute.name + "=\"") << attribute.value << "\""_html;
  }
  return markup << ">"_html << content << trusted(std::string("</") + name + ">");
}

Markup element(const char* name, std::string_view text,
               std::initializer_list<Attribute> attributes) {
  Markup content;
  content << text;
  return element(name, content, attributes);
}

std::string scriptSafe(const std::string& json) {
  std::string safe;
  safe.reserve(json.size());
  for (const char c : json) {
    if (c == '<') {
      safe += "\\u003c";
    } else {
      safe += c;
    }
  }
  return safe;
}

}  // namespace kindred::report
