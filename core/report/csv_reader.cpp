#include "report/csv_reader.hpp"

#include <array>
#include <charconv>

#include <fmt/format.h>

#include <kindred/error.hpp>

#include "report/csv.hpp"

namespace kindred::report {
namespace {

constexpr std::size_t kColumns = 13;

class Reader {
 public:
  Reader(const std::string& file, std::string_view text) : file_(file), rest_(text) {}

  bool atEnd() const { return rest_.empty(); }

  std::string_view line() {
    const std::size_t end = rest_.find('\n');
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    ++line_;
    return line;
  }

  // One record, as RFC 4180 has it; a line end is a line feed.
  std::array<std::string, kColumns> record() {
    std::array<std::string, kColumns> fields;
    ++line_;
    for (std::size_t i = 0; i < kColumns; ++i) {
      fields[i] = field();
      const bool last = i + 1 == kColumns;
      const char separator = last ? '\n' : ',';
      if (rest_.empty() || rest_.front() != separator) {
        throw error(fmt::format("does not have {} columns", kColumns));
      }
      rest_.remove_prefix(1);
    }
    return fields;
  }

  std::int64_t index(const std::string& text, const char* column) const {
    return text.empty() ? -1 : static_cast<std::int64_t>(whole(text, column));
  }

  std::uint64_t whole(const std::string& text, const char* column) const {
    std::uint64_t value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc() || end != text.data() + text.size() || value > kMost) {
      throw error(std::string("column '") + column + "' is not a whole number below 2^53");
    }
    return value;
  }

  double number(const std::string& text, const char* column) const {
    double value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc() || end != text.data() + text.size()) {
      throw error(std::string("column '") + column + "' is not a number");
    }
    return value;
  }

  Error error(const std::string& what) const {
    return inputError(fmt::format("{}:{}", file_, line_), what, "run the recipe again");
  }

 private:
  static constexpr std::uint64_t kMost = std::uint64_t{1} << 53;

  std::string field() {
    if (rest_.empty() || rest_.front() != '"') {
      const std::string_view text = rest_.substr(0, rest_.find_first_of(",\n"));
      rest_.remove_prefix(text.size());
      return std::string(text);
    }
    std::string text;
    for (rest_.remove_prefix(1);; rest_.remove_prefix(1)) {
      if (rest_.empty()) throw error("a quoted field has no end");
      if (rest_.front() == '"') {
        rest_.remove_prefix(1);
        if (rest_.empty() || rest_.front() != '"') return text;
      }
      text += rest_.front();
    }
  }

  const std::string& file_;
  std::string_view rest_;
  std::size_t line_ = 0;
};

}  // namespace

std::vector<results::Observation> observationsOf(const std::string& file, std::string_view text) {
  Reader reader(file, text);
  if (std::string(reader.line()) + "\n" != observationsCsv({})) {
    throw reader.error("is not the header of observations.csv");
  }
  std::vector<results::Observation> rows;
  while (!reader.atEnd()) {
    auto f = reader.record();
    results::Observation& o = rows.emplace_back();
    o.step = std::move(f[0]);
    o.metric = std::move(f[1]);
    o.figure = std::move(f[2]);
    o.model_a = std::move(f[3]);
    o.tensor_a = std::move(f[4]);
    o.model_b = std::move(f[5]);
    o.tensor_b = std::move(f[6]);
    o.layer_a = reader.index(f[7], "layer_a");
    o.layer_b = reader.index(f[8], "layer_b");
    o.expert_a = reader.index(f[9], "expert_a");
    o.expert_b = reader.index(f[10], "expert_b");
    o.elements = reader.whole(f[11], "elements");
    o.value = reader.number(f[12], "value");
  }
  return rows;
}

}  // namespace kindred::report
