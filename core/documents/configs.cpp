#include "documents/configs.hpp"

#include <algorithm>
#include <charconv>
#include <map>

#include "words/json_walk.hpp"
#include "words/names.hpp"

namespace kindred::documents {
namespace {

namespace json = words::json;
using words::JsonPlace;

std::string_view trimmed(std::string_view token) {
  return token.substr(0, token.find_last_not_of(" \t\r\n") + 1);
}

// Without the white space between values.
std::string compact(std::string_view text) {
  std::string out;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (!quoted && (c == ' ' || c == '\t' || c == '\r' || c == '\n')) continue;
    out += c;
    if (quoted && c == '\\' && i + 1 < text.size()) {
      out += text[++i];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      out += ' ';
    }
  }
  return out;
}

struct ByNaturalOrder {
  bool operator()(const std::string& a, const std::string& b) const {
    return words::naturalLess(a, b);
  }
};
using Values = std::map<std::string, std::string, ByNaturalOrder>;

class Flattener {
 public:
  explicit Flattener(const Document& document)
      : place_{document.place, "the file", "fetch the file again"} {}

  Values read(const Document& document) {
    json::parser parser;
    words::readObject(parser, words::PaddedText(document.text), place_,
                      [&](json::object& object) { addObject(object, "", 1); });
    return std::move(values_);
  }

 private:
  void addObject(json::object& object, const std::string& prefix, int depth) {
    if (depth > words::kMaxNesting) {
      throw place_.error("the file is nested deeper than " + std::to_string(words::kMaxNesting) +
                         " levels");
    }
    bool empty = true;
    for (json::field field : object) {
      empty = false;
      add(prefix + std::string(std::string_view(field.unescaped_key())), field.value(), depth);
    }
    if (empty && depth > 1) put(prefix.substr(0, prefix.size() - 1), "{}");
  }

  // Values are kept as written: published configurations hold words such as Infinity, which are no
  // JSON, and of lists only the text is compared.
  void add(const std::string& key, json::value value, int depth) {
    const std::string_view token = trimmed(value.raw_json_token());
    if (token.starts_with('{')) {
      json::object inner = value.get_object();
      addObject(inner, key + ".", depth + 1);
    } else if (token.starts_with('[')) {
      json::array list = value.get_array();
      put(key, compact(std::string_view(list.raw_json())));
    } else if (token.starts_with('"')) {
      put(key, '"' + std::string(std::string_view(value.get_string())) + '"');
    } else {
      put(key, std::string(token));
    }
  }

  // Of a repeated key the last value counts, as for those who load the model.
  void put(const std::string& key, std::string value) {
    values_.insert_or_assign(key, std::move(value));
  }

  JsonPlace place_;
  Values values_;
};

bool numbersEqual(const std::string& a, const std::string& b) {
  const auto number = [](const std::string& text, double& value) {
    const char* last = text.data() + text.size();
    const auto [end, problem] = std::from_chars(text.data(), last, value);
    return problem == std::errc() && end == last;
  };
  double x = 0, y = 0;
  return number(a, x) && number(b, y) && x == y;
}

constexpr const char* kConfigsNote =
    "Equal configurations say nothing about weights: models of one recipe, trained from different "
    "seeds, have them too. Different ones mean that tensors can differ in shape, not that nothing "
    "was taken over.";

}  // namespace

Report compareConfigs(const Document& a, const Document& b) {
  const Values in_a = Flattener(a).read(a), in_b = Flattener(b).read(b);
  std::map<std::string, std::pair<const std::string*, const std::string*>, ByNaturalOrder> keys;
  for (const auto& [key, value] : in_a) keys[key].first = &value;
  for (const auto& [key, value] : in_b) keys[key].second = &value;

  TextTable table{"config.json of " + a.model + " and " + b.model,
                  {"key", a.model, b.model, "found"},
                  {},
                  kConfigsNote};
  double same = 0, differs = 0, only_a = 0, only_b = 0;
  const auto shown = [](const std::string* value) {
    return value == nullptr ? std::string() : words::escapedText(*value, kCellBytes);
  };
  for (const auto& [key, values] : keys) {
    const auto [x, y] = values;
    std::string found;
    if (y == nullptr) {
      ++only_a;
      found = "only in " + a.model;
    } else if (x == nullptr) {
      ++only_b;
      found = "only in " + b.model;
    } else {
      const bool equal = *x == *y || numbersEqual(*x, *y);
      ++(equal ? same : differs);
      found = equal ? "same" : "differs";
    }
    table.rows.push_back({words::escapedText(key), shown(x), shown(y), found});
  }
  // What differs first, what is the same last.
  std::stable_sort(table.rows.begin(), table.rows.end(), [](const auto& p, const auto& q) {
    const auto rank = [](const std::string& found) {
      return found == "differs" ? 0 : found == "same" ? 2 : 1;
    };
    return rank(p.back()) < rank(q.back());
  });
  return {{{"same", same, a.model, b.model},
           {"differs", differs, a.model, b.model},
           {"only_a", only_a, a.model, b.model},
           {"only_b", only_b, a.model, b.model}},
          {std::move(table)}};
}

}  // namespace kindred::documents
