#include "documents/model_code.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>

#include "words/names.hpp"
#include "yaml/utf8.hpp"

namespace kindred::documents {
namespace {

constexpr std::size_t kRun = 5;          // words in a run (shingle)
constexpr std::size_t kMostFiles = 500;  // of a model; the others are left out

using Hashes = std::vector<std::size_t>;  // sorted

// Words are runs of letters, digits and '_'; any other character but white space is one by itself.
Hashes runsOfWords(std::string_view text) {
  const auto is_word = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (static_cast<unsigned char>(c) & 0x80) != 0;
  };
  std::vector<std::size_t> words;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at + 1;
    while (is_word(text[at]) && end < text.size() && is_word(text[end])) ++end;
    const bool space = std::string_view(" \t\r\n\f\v").find(text[at]) != std::string_view::npos;
    if (!space) words.push_back(std::hash<std::string_view>()(text.substr(at, end - at)));
    at = end;
  }
  Hashes runs;
  const std::size_t length = std::min(kRun, words.size());
  for (std::size_t i = 0; length > 0 && i + length <= words.size(); ++i) {
    std::size_t hash = 0;
    for (std::size_t k = 0; k < length; ++k) hash = hash * 0x9e3779b97f4a7c15 + words[i + k];
    runs.push_back(hash);
  }
  std::sort(runs.begin(), runs.end());
  runs.erase(std::unique(runs.begin(), runs.end()), runs.end());
  return runs;
}

// Lines without white space around them, empty ones left out; one may stand there often.
Hashes linesOf(std::string_view text) {
  Hashes lines;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    std::string_view line = text.substr(from, end - from);
    from = end + 1;
    const std::string_view space = " \t\r";
    const std::size_t first = line.find_first_not_of(space);
    if (first == std::string_view::npos) continue;
    line = line.substr(first, line.find_last_not_of(space) - first + 1);
    lines.push_back(std::hash<std::string_view>()(line));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

struct Prepared {
  const Document* document;
  Hashes runs, lines;
};

double inBoth(const Hashes& a, const Hashes& b) {
  Hashes common;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(common));
  return static_cast<double>(common.size());
}

double likeness(const Prepared& a, const Prepared& b) {
  const double both = inBoth(a.runs, b.runs);
  const double either = static_cast<double>(a.runs.size() + b.runs.size()) - both;
  return either > 0 ? both / either : a.document->text == b.document->text ? 1 : 0;
}

double sharedLines(const Prepared& a, const Prepared& b) {
  const auto longer = static_cast<double>(std::max(a.lines.size(), b.lines.size()));
  return longer > 0 ? inBoth(a.lines, b.lines) / longer : 1;
}

std::string endingOf(const std::string& name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string::npos || name.find('/', dot) != std::string::npos ? ""
                                                                              : name.substr(dot);
}

// Texts that can be compared; what is left out gets a row.
std::vector<Prepared> prepare(const std::string& model, std::span<const CodeFile> files,
                              TextTable& left_out) {
  std::vector<Prepared> list;
  for (const CodeFile& file : files) {
    const Document& document = file.document;
    std::string reason;
    if (file.too_large) {
      reason = "more than 1 MB";
    } else if (yaml::findTextProblem(document.text)) {
      reason = "no text";
    } else if (list.size() == kMostFiles) {
      reason = fmt::format("more than {} files", kMostFiles);
    }
    if (!reason.empty()) {
      left_out.rows.push_back({model, words::escaped(document.name), reason});
    } else {
      list.push_back({&document, runsOfWords(document.text), linesOf(document.text)});
    }
  }
  return list;
}

struct Pair {
  std::size_t a, b;
  bool namesakes;
};

// The file of `others` with the same ending that is most like `file`.
std::optional<std::size_t> mostAlike(const Prepared& file, const std::vector<Prepared>& others) {
  std::optional<std::size_t> best;
  double most = 0;
  for (std::size_t i = 0; i < others.size(); ++i) {
    if (endingOf(others[i].document->name) != endingOf(file.document->name)) continue;
    const double alike = likeness(file, others[i]);
    if (best && alike <= most) continue;
    best = i;
    most = alike;
  }
  return best;
}

std::vector<Pair> pairsOf(const std::vector<Prepared>& a, const std::vector<Prepared>& b) {
  std::map<std::string_view, std::size_t> by_name;
  for (std::size_t j = 0; j < b.size(); ++j) by_name[b[j].document->name] = j;
  std::vector<Pair> pairs;
  std::vector<bool> met(b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto namesake = by_name.find(a[i].document->name);
    const bool same = namesake != by_name.end();
    const auto other = same ? std::optional(namesake->second) : mostAlike(a[i], b);
    if (!other) continue;
    pairs.push_back({i, *other, same});
    met[*other] = true;
  }
  for (std::size_t j = 0; j < b.size(); ++j) {
    if (met[j]) continue;
    if (const auto other = mostAlike(b[j], a)) pairs.push_back({*other, j, false});
  }
  return pairs;
}

constexpr const char* kModelCodeNote =
    "Compared as text, never run. Model code is mostly written from published code of others, "
    "often "
    "from the same: likeness of code says nothing about weights.";

}  // namespace

Report compareCode(const std::string& model_a, std::span<const CodeFile> files_a,
                   const std::string& model_b, std::span<const CodeFile> files_b) {
  TextTable left_out{"Left out", {"model", "file", "reason"}, {}, ""};
  const std::vector<Prepared> a = prepare(model_a, files_a, left_out);
  const std::vector<Prepared> b = prepare(model_b, files_b, left_out);
  Report report;
  TextTable table{"Texts of " + model_a + " and " + model_b,
                  {model_a, model_b, "met by", "runs of words in common", "lines in common"},
                  {},
                  kModelCodeNote};
  double identical = 0;
  for (const Pair& pair : pairsOf(a, b)) {
    const Prepared &x = a[pair.a], &y = b[pair.b];
    const bool same = x.document->text == y.document->text;
    identical += same;
    const double alike = same ? 1 : likeness(x, y);
    report.figures.push_back({"similarity", alike, model_a, model_b,
                              words::escaped(x.document->name), words::escaped(y.document->name)});
    table.rows.push_back({words::escaped(x.document->name), words::escaped(y.document->name),
                          pair.namesakes ? "name" : "likeness",
                          same ? "identical" : fmt::format("{:.4f}", alike),
                          fmt::format("{:.4f}", same ? 1 : sharedLines(x, y))});
  }
  report.figures.push_back({"files_a", static_cast<double>(a.size()), model_a, model_b});
  report.figures.push_back({"files_b", static_cast<double>(b.size()), model_a, model_b});
  report.figures.push_back({"identical", identical, model_a, model_b});
  report.tables.push_back(std::move(table));
  if (!left_out.rows.empty()) report.tables.push_back(std::move(left_out));
  return report;
}

}  // namespace kindred::documents
