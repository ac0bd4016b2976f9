#include "words/json_walk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>

#include "words/impostor.hpp"
#include "words/names.hpp"

namespace kindred::words {
namespace {

// A number, word or string as written; of others their kind.
std::string shown(json::value value) {
  const std::string_view token = value.raw_json_token();
  if (token.starts_with('[')) return "a list";
  if (token.starts_with('{')) return "an object";
  if (token.starts_with('"')) return "a string";
  return escaped(token.substr(0, token.find_last_not_of(" \t\r\n") + 1), 40);
}

Error wrongType(json::value value, const JsonPlace& place, const ValueName& name,
                std::string_view wanted) {
  return place.error(fmt::format("{} is {}, not {}", name.text(), shown(value), wanted));
}

// What stands where nothing but white space may, as an error shows it.
std::string shownRest(std::string_view rest) {
  constexpr std::string_view kPadding("\0 \t\r\n", 5);
  if (rest.find_first_not_of(kPadding) == std::string_view::npos) {
    return "zeros where the format has spaces";
  }
  return fmt::format("'{}'", escaped(rest, 20));
}

// Where the brace that closes the text's object stands, and one further; npos: nowhere.
std::size_t endOfObject(std::string_view text) {
  std::string open;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      quoted = !quoted;
    } else if (quoted) {
      i += c == '\\' ? 1 : 0;
    } else if (c == '{' || c == '[') {
      open += c == '{' ? '}' : ']';
    } else if (c == '}' || c == ']') {
      if (!open.ends_with(c)) break;
      open.pop_back();
      if (open.empty()) return i + 1;
    }
  }
  return std::string_view::npos;
}

// The text's object is whole, and something other than white space follows.
std::optional<Error> goesOn(std::string_view text, const JsonPlace& place) {
  const std::size_t end = endOfObject(text);
  if (end == std::string_view::npos) return std::nullopt;
  const std::size_t more = text.find_first_not_of(" \t\r\n", end);
  if (more == std::string_view::npos) return std::nullopt;
  return place.error(fmt::format("{} goes on behind its closing brace, with {} from byte {} on",
                                 place.document, shownRest(text.substr(more)), more));
}

Error broken(json::document& document, const simdjson::simdjson_error& reason,
             const PaddedText& text, const JsonPlace& place) {
  if (auto more = goesOn(text.text(), place)) return *more;
  const char* location = nullptr;
  const char* begin = text.text().data();
  std::string where;
  // A document that was never begun, or was given up, knows no location.
  if (document.is_alive() && document.current_location().get(location) == simdjson::SUCCESS &&
      location >= begin && location <= begin + text.text().size()) {
    where = fmt::format(" at byte {}", location - begin);
  }
  return place.error(
      fmt::format("{} is not valid JSON{}: {}", place.document, where, whyNoJson(reason.error())));
}

}  // namespace

std::string_view whyNoJson(simdjson::error_code error) {
  switch (error) {
    case simdjson::UTF8_ERROR:
      return "it is not valid UTF-8";
    case simdjson::EMPTY:
      return "it is empty";
    case simdjson::DEPTH_ERROR:
      return "it is nested too deeply";
    case simdjson::STRING_ERROR:
      return "a string is damaged";
    case simdjson::UNCLOSED_STRING:
      return "a string has no end";
    case simdjson::UNESCAPED_CHARS:
      return "a string holds a control character as it is";
    case simdjson::T_ATOM_ERROR:
    case simdjson::F_ATOM_ERROR:
    case simdjson::N_ATOM_ERROR:
      return "a word there is none of true, false and null";
    case simdjson::NUMBER_ERROR:
    case simdjson::NUMBER_OUT_OF_RANGE:
      return "a number there is damaged or out of range";
    case simdjson::INCOMPLETE_ARRAY_OR_OBJECT:
      return "a list or an object has no end";
    case simdjson::CAPACITY:
      return "it is too large";
    default:
      return "a comma, a colon, a brace or a value is missing or stands there without need";
  }
}

bool isUtf8(std::string_view text) { return simdjson::validate_utf8(text); }

void refuseOtherEncodings(std::string_view text, const JsonPlace& place,
                          const std::string& remedy) {
  using namespace std::string_view_literals;
  const auto refuse = [&](const char* what) {
    throw inputError(place.file, fmt::format("{} {}", place.document, what), remedy);
  };
  if (text.starts_with("\xef\xbb\xbf"sv)) {
    refuse("begins with a byte order mark, which JSON does not allow");
  }
  const bool wide = text.starts_with("\0\0\xfe\xff"sv) || text.starts_with("\xff\xfe\0\0"sv) ||
                    text.starts_with("{\0\0\0"sv) || text.starts_with("\0\0\0{"sv);
  if (wide) refuse("is UTF-32 text, where JSON must be UTF-8");
  const bool marked = text.starts_with("\xff\xfe"sv) || text.starts_with("\xfe\xff"sv) ||
                      text.starts_with("{\0"sv) || text.starts_with("\0{"sv);
  if (marked) refuse("is UTF-16 text, where JSON must be UTF-8");
}

PaddedText::PaddedText(std::string_view text) : PaddedText(text.size()) {
  if (!text.empty()) std::memcpy(bytes_.data(), text.data(), text.size());
}

std::string ValueName::text() const {
  std::string words = tensor.empty() ? "" : fmt::format("tensor '{}'", escaped(tensor));
  if (!words.empty() && !key.empty()) words += ": ";
  if (!key.empty()) words += fmt::format("'{}'", escaped(key));
  if (index >= 0) words += fmt::format("[{}]", index);
  return words;
}

void readObject(json::parser& parser, const PaddedText& text, const JsonPlace& place,
                const std::function<void(json::object&)>& read) {
  const std::string_view all = text.text();
  refuseOtherEncodings(all, place);
  const std::size_t first = std::min(all.find_first_not_of(" \t\r\n"), all.size());
  if (const auto other = all.substr(first).starts_with('{') ? std::nullopt : impostor(all)) {
    throw inputError(place.file, other->what, other->remedy);
  }
  json::document document;
  try {
    document = parser.iterate(text.text().data(), text.text().size(), text.capacity());
    if (document.type() != json::json_type::object) {
      throw place.error(place.document + " is not a JSON object");
    }
    json::object object = document.get_object();
    read(object);
    if (document.current_location().error() != simdjson::OUT_OF_BOUNDS) {
      throw goesOn(all, place)
          .value_or(place.error(place.document + " goes on behind its closing brace"));
    }
  } catch (const simdjson::simdjson_error& reason) {
    throw broken(document, reason, text, place);
  }
}

std::uint64_t wholeNumber(json::value value, const JsonPlace& place, const ValueName& name) {
  std::string_view token = value.raw_json_token();
  token = token.substr(0, token.find_last_not_of(" \t\r\n") + 1);
  const bool digits = !token.empty() && std::all_of(token.begin(), token.end(),
                                                    [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || (token.size() > 1 && token.front() == '0')) {
    throw wrongType(value, place, name, "a whole number of 0 or more");
  }
  std::uint64_t number = 0;
  const auto [end, reason] = std::from_chars(token.data(), token.data() + token.size(), number);
  if (reason != std::errc()) {
    throw place.error(
        fmt::format("{} is {}, which is more than 2^64 - 1", name.text(), shown(value)));
  }
  return number;
}

std::string_view textOf(json::value value, const JsonPlace& place, const ValueName& name) {
  if (value.type() != json::json_type::string) throw wrongType(value, place, name, "a string");
  return value.get_string();
}

json::array listOf(json::value value, const JsonPlace& place, const ValueName& name) {
  if (value.type() != json::json_type::array) throw wrongType(value, place, name, "a list");
  return value.get_array();
}

json::object objectOf(json::value value, const JsonPlace& place, const ValueName& name) {
  if (value.type() != json::json_type::object) throw wrongType(value, place, name, "an object");
  return value.get_object();
}

void walk(json::value value, const JsonPlace& place, int depth) {
  if (depth > kMaxNesting) {
    throw place.error(
        fmt::format("{} is nested deeper than {} levels", place.document, kMaxNesting));
  }
  switch (value.type()) {
    case json::json_type::object:
      for (json::field field : value.get_object()) {
        static_cast<void>(std::string_view(field.unescaped_key()));
        walk(field.value(), place, depth + 1);
      }
      return;
    case json::json_type::array:
      for (json::value item : value.get_array()) walk(item, place, depth + 1);
      return;
    case json::json_type::string:
      static_cast<void>(std::string_view(value.get_string()));
      return;
    case json::json_type::number:
      static_cast<void>(double(value.get_double()));
      return;
    case json::json_type::boolean:
      static_cast<void>(bool(value.get_bool()));
      return;
    case json::json_type::null:
      if (!value.is_null()) throw simdjson::simdjson_error(simdjson::N_ATOM_ERROR);
      return;
  }
}

}  // namespace kindred::words
