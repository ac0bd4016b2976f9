#include "report/document.hpp"

#include <simdjson.h>

#include <cmath>
#include <fstream>
#include <optional>
#include <type_traits>

#include <kindred/error.hpp>

#include "report/csv_reader.hpp"
#include "report/fields.hpp"

namespace kindred::report {
namespace {

namespace dom = simdjson::dom;

constexpr const char* kRemedy = "run the recipe again with this version of kindred";

// Reads one object: the visitor of its table of fields. Fields that the table doesn't know are
// passed over.
class ObjectReader {
 public:
  ObjectReader(const std::string& file, std::string place, dom::element element)
      : file_(file), place_(std::move(place)) {
    if (element.get_object().get(object_) != simdjson::SUCCESS) throw wrong(place_, "an object");
  }

  template <class T>
  void operator()(const char* name, T& field, const char*) {
    const std::string place = place_.empty() ? name : place_ + "." + name;
    dom::element element;
    if (object_.at_key(name).get(element) != simdjson::SUCCESS) {
      throw inputError(file_, "'" + place + "' is missing", kRemedy);
    }
    read(place, element, field);
  }

 private:
  Error wrong(const std::string& place, const std::string& wanted) const {
    return inputError(file_, (place.empty() ? "the file" : "'" + place + "'") + " is not " + wanted,
                      kRemedy);
  }

  void read(const std::string& place, dom::element element, std::string& field) const {
    std::string_view text;
    if (element.get_string().get(text) != simdjson::SUCCESS) throw wrong(place, "a text");
    field = text;
  }
  void read(const std::string& place, dom::element element, bool& field) const {
    if (element.get_bool().get(field) != simdjson::SUCCESS) throw wrong(place, "true or false");
  }
  void read(const std::string& place, dom::element element, double& field) const {
    field = kUndefined;
    if (!element.is_null() && element.get_double().get(field) != simdjson::SUCCESS) {
      throw wrong(place, "a number or null");
    }
  }
  void read(const std::string& place, dom::element element, std::uint64_t& field) const {
    if (element.get_uint64().get(field) != simdjson::SUCCESS) throw wrong(place, "a whole number");
  }
  void read(const std::string& place, dom::element element, std::int64_t& field) const {
    field = -1;
    if (element.is_null()) return;
    if (element.get_int64().get(field) != simdjson::SUCCESS || field < 0) {
      throw wrong(place, "a whole number or null");
    }
  }
  template <class T>
  requires std::is_enum_v<T>
  void read(const std::string& place, dom::element element, T& field) const {
    std::string_view text;
    if (element.get_string().get(text) != simdjson::SUCCESS) throw wrong(place, "a text");
    const std::optional<T> known = evidence::parse<T>(text);
    if (!known) throw wrong(place, "one of " + namesOf<T>());
    field = *known;
  }
  template <class T>
  void read(const std::string& place, dom::element element, std::vector<T>& field) const {
    dom::array list;
    if (element.get_array().get(list) != simdjson::SUCCESS) throw wrong(place, "a list");
    for (const dom::element entry : list) {
      const std::string number = std::to_string(field.size());
      read(place + "[" + number + "]", entry, field.emplace_back());
    }
  }
  template <class T>
  void read(const std::string& place, dom::element element, std::map<std::string, T>& field) const {
    dom::object object;
    if (element.get_object().get(object) != simdjson::SUCCESS) throw wrong(place, "an object");
    for (const auto [key, value] : object) {
      const std::string name(key);
      read(place + "." + name, value, field[name]);
    }
  }
  template <class T>
  requires std::is_class_v<T>
  void read(const std::string& place, dom::element element, T& field) const {
    ObjectReader reader(file_, place, element);
    visit(reader, field);
  }

  template <class T>
  static std::string namesOf() {
    std::string names;
    for (const T value : evidence::kAll<T>) {
      names += (names.empty() ? "'" : ", '") + std::string(evidence::name(value)) + "'";
    }
    return names;
  }

  const std::string& file_;
  std::string place_;
  dom::object object_;
};

dom::element parsed(dom::parser& parser, const std::string& file, const std::string& text) {
  dom::element element;
  const simdjson::error_code problem = parser.parse(text).get(element);
  if (problem != simdjson::SUCCESS) {
    throw inputError(file, std::string("is not JSON: ") + simdjson::error_message(problem),
                     kRemedy);
  }
  return element;
}

template <class T>
void readInto(const std::filesystem::path& path, const std::string& text, T& value) {
  const std::string file = path.string();
  dom::parser parser;
  ObjectReader reader(file, "", parsed(parser, file, text));
  visit(reader, value);
}

// A later layout may lack fields of this one: said before they are missed.
void checkVersion(const std::filesystem::path& path, const std::string& text) {
  const std::string file = path.string();
  dom::parser parser;
  std::uint64_t version = 0;
  const dom::element element = parsed(parser, file, text);
  if (element["schema"].get_uint64().get(version) != simdjson::SUCCESS) {
    throw inputError(file, "does not say the version of its layout ('schema')", kRemedy);
  }
  if (version != kSchemaVersion) {
    throw inputError(file,
                     "has layout " + std::to_string(version) + ", and this program reads layout " +
                         std::to_string(kSchemaVersion),
                     kRemedy);
  }
}

void checkTables(const std::filesystem::path& path, const Document& document) {
  for (const DocumentTable& table : document.tables) {
    for (const auto& row : table.rows) {
      if (row.size() == table.columns.size()) continue;
      throw inputError(path.string(),
                       "a row of table '" + table.title + "' is not as long as its columns",
                       kRemedy);
    }
  }
}

std::string readWhole(const std::filesystem::path& path) {
  constexpr std::uintmax_t kMost = std::uintmax_t{1} << 30;
  std::error_code problem;
  const std::uintmax_t size = std::filesystem::file_size(path, problem);
  if (problem) {
    throw inputError(path.string(), "can't be read: " + problem.message(),
                     "name a folder that 'kindred run' or 'kindred compare' wrote");
  }
  if (size > kMost) {
    throw inputError(path.string(), "is larger than a gigabyte: no report is made of it");
  }
  std::string text(static_cast<std::size_t>(size), '\0');
  std::ifstream file(path, std::ios::binary);
  if (!file.read(text.data(), static_cast<std::streamsize>(text.size()))) {
    throw inputError(path.string(), "can't be read to its end");
  }
  return text;
}

}  // namespace

ResultTexts readResults(const std::filesystem::path& folder) {
  return {folder, readWhole(folder / "report.json"), readWhole(folder / "observations.csv"),
          readWhole(folder / "manifest.json")};
}

Document documentOf(const ResultTexts& texts) {
  Document document;
  checkVersion(texts.folder / "report.json", texts.report);
  readInto(texts.folder / "report.json", texts.report, document);
  checkTables(texts.folder / "report.json", document);
  readInto(texts.folder / "manifest.json", texts.manifest, document.manifest);
  document.rows = observationsOf((texts.folder / "observations.csv").string(), texts.observations);
  return document;
}

}  // namespace kindred::report
