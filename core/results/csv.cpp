#include "results/csv.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>

#include <fmt/format.h>

#include <kindred/error.hpp>

#include "results/fields.hpp"

namespace kindred::results {
namespace {

// A spreadsheet takes what begins so for a formula and computes it, whoever named a tensor so. An
// apostrophe in front makes it a text; a text that begins with one gets another.
bool beginsAFormula(std::string_view text) {
  return !text.empty() && std::string_view("=+-@\t\r'").find(text.front()) != text.npos;
}

// The visitor that writes a row, or with kNames the header.
template <bool kNames>
class RowWriter {
 public:
  static constexpr bool kWhole = false;

  explicit RowWriter(std::string& text) : text_(text) {}

  template <class T>
  void operator()(const char* name, const T& field, const char*) {
    if (!first_) text_ += ',';
    first_ = false;
    if constexpr (kNames) {
      text_ += name;
    } else {
      add(field);
    }
  }

 private:
  void add(const std::string& plain) {
    const std::string text = (beginsAFormula(plain) ? "'" : "") + plain;
    if (text.find_first_of(",\"\r\n") == std::string::npos) {
      text_ += text;
      return;
    }
    text_ += '"';
    for (const char c : text) {
      text_ += c;
      if (c == '"') text_ += c;
    }
    text_ += '"';
  }
  void add(std::int64_t index) {
    if (index >= 0) text_ += std::to_string(index);
  }
  void add(std::uint64_t value) { text_ += std::to_string(value); }
  void add(double value) {
    if (std::isnan(value)) {
      text_ += "nan";
    } else {
      fmt::format_to(std::back_inserter(text_), "{:.17g}", value);
    }
  }
  void add(const Axis& axis) { add(axis.name()); }
  void add(bool value) { text_ += value ? "yes" : "no"; }

  std::string& text_;
  bool first_ = true;
};

template <bool kNames, class Row>
void write(const Row& row, std::string& text) {
  RowWriter<kNames> writer(text);
  visit(writer, row);
  text += '\n';
}

class Counter {
 public:
  static constexpr bool kWhole = false;
  template <class T>
  void operator()(const char*, const T&, const char*) {
    ++count;
  }
  std::size_t count = 0;
};

// Reads records one by one: the visitor that fills a row.
class RowReader {
 public:
  static constexpr bool kWhole = false;

  RowReader(const std::string& file, std::string_view text) : file_(file), rest_(text) {}

  void header(const std::string& wanted, const char* what) {
    ++line_;
    if (!rest_.starts_with(wanted)) throw error(std::string("is not the header of ") + what);
    rest_.remove_prefix(wanted.size());
  }

  template <class Row>
  bool next(Row& row) {
    if (rest_.empty()) return false;
    Counter counter;
    visit(counter, row);
    columns_ = counter.count;
    column_ = 0;
    ++line_;
    visit(*this, row);
    return true;
  }

  template <class T>
  void operator()(const char* name, T& field, const char*) {
    const std::string text = cell();
    if constexpr (std::is_same_v<T, std::string>) {
      const bool marked =
          text.starts_with('\'') && beginsAFormula(std::string_view(text).substr(1));
      field = marked ? text.substr(1) : text;
    } else if constexpr (std::is_same_v<T, std::int64_t>) {
      field = text.empty() ? -1 : static_cast<std::int64_t>(whole(text, name));
    } else if constexpr (std::is_same_v<T, std::uint64_t>) {
      field = whole(text, name);
    } else {
      field = number(text, name);
    }
  }

 private:
  static constexpr std::uint64_t kMost = std::uint64_t{1} << 53;

  // With what ends it: a comma, or after the last column a line feed.
  std::string cell() {
    std::string text = content();
    const char separator = ++column_ == columns_ ? '\n' : ',';
    if (rest_.empty() || rest_.front() != separator) {
      throw error(fmt::format("does not have {} columns", columns_));
    }
    rest_.remove_prefix(1);
    return text;
  }

  std::string content() {
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

  const std::string& file_;
  std::string_view rest_;
  std::size_t line_ = 0, columns_ = 0, column_ = 0;
};

std::string observationsHeader() {
  std::string text;
  write<true>(Observation{}, text);
  return text;
}

}  // namespace

std::string observationsCsv(const std::vector<Observation>& rows) {
  std::string text = observationsHeader();
  for (const Observation& row : rows) write<false>(row, text);
  return text;
}

std::string findingsCsv(const std::vector<evidence::StepFinding>& rows) {
  std::string text;
  const evidence::StepFinding none;
  write<true>(FindingRow{none}, text);
  for (const evidence::StepFinding& row : rows) write<false>(FindingRow{row}, text);
  return text;
}

std::vector<Observation> observationsOf(const std::string& file, std::string_view text) {
  RowReader reader(file, text);
  reader.header(observationsHeader(), "observations.csv");
  std::vector<Observation> rows;
  for (Observation row; reader.next(row);) rows.push_back(std::move(row));
  return rows;
}

}  // namespace kindred::results
