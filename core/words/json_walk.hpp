// Walks JSON that others wrote. Includes simdjson: only for the .cpp files that parse.
//
// simdjson's on-demand reader checks only what it is asked for: what nobody needs must be walked.
// It lets names repeat: whoever collects names checks that.
#pragma once

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <kindred/error.hpp>

namespace kindred::words {

namespace json = simdjson::ondemand;

inline constexpr int kMaxNesting = 16;  // safetensors headers have 3, configs rarely 6

// Text with room behind it, for simdjson reads beyond the end.
class PaddedText {
 public:
  explicit PaddedText(std::size_t size = 0)
      : size_(size), bytes_(size + simdjson::SIMDJSON_PADDING) {}
  explicit PaddedText(std::string_view text);

  std::span<std::byte> bytes() { return {bytes_.data(), size_}; }
  std::string_view text() const { return {reinterpret_cast<const char*>(bytes_.data()), size_}; }
  std::size_t capacity() const { return bytes_.size(); }

 private:
  std::size_t size_ = 0;
  std::vector<std::byte> bytes_;
};

// What is being read, for errors.
struct JsonPlace {
  std::string file;      // "models/x/model.safetensors"
  std::string document;  // "the header"
  std::string remedy;

  Error error(std::string what) const { return inputError(file, std::move(what), remedy); }
};

// Why reading stopped, in words that go on from "is not valid JSON: ".
std::string_view whyNoJson(simdjson::error_code error);

bool isUtf8(std::string_view text);

// Text that begins as UTF-16 or UTF-32 does, or with a byte order mark, is an Error that says so.
void refuseOtherEncodings(std::string_view text, const JsonPlace& place,
                          const std::string& remedy = "save it as UTF-8 without a byte order mark");

// Gives the object that the text is to `read`, which must consume or walk every field. Whatever is
// no JSON becomes an Error with the byte at which reading stopped.
void readObject(json::parser& parser, const PaddedText& text, const JsonPlace& place,
                const std::function<void(json::object&)>& read);

// How errors name a value; put into words only when there is one.
struct ValueName {
  std::string_view tensor = {};  // "x" of "tensor 'x': shape[1]"
  std::string_view key = {};
  std::int64_t index = -1;

  std::string text() const;
};

std::uint64_t wholeNumber(json::value value, const JsonPlace& place, const ValueName& name);
// Valid until the parser's next text.
std::string_view textOf(json::value value, const JsonPlace& place, const ValueName& name);
json::array listOf(json::value value, const JsonPlace& place, const ValueName& name);
json::object objectOf(json::value value, const JsonPlace& place, const ValueName& name);
// A value that nobody asks for.
void walk(json::value value, const JsonPlace& place, int depth = 1);

}  // namespace kindred::words
