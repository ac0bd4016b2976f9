#include "documents/paragraphs.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <kindred/error.hpp>

#include "words/letters.hpp"

namespace kindred::documents {
namespace {

constexpr std::size_t kMostParagraphs = 4000;
constexpr std::size_t kHeadingWords = 10;
constexpr std::size_t kCopyrightWords = 16;
constexpr std::size_t kFilledWords = 12;

using words::isDigit;
bool isLetter(char c) { return c >= 'a' && c <= 'z'; }

// Characters that stand for others, in UTF-8.
constexpr std::array<std::pair<std::string_view, std::string_view>, 15> kSame{{
    {"\xe2\x80\x98", "'"},  // curly and angular quotation marks
    {"\xe2\x80\x99", "'"},
    {"\xe2\x80\x9a", "'"},
    {"\xe2\x80\x9c", "'"},
    {"\xe2\x80\x9d", "'"},
    {"\xe2\x80\x9e", "'"},
    {"\xc2\xab", "'"},
    {"\xc2\xbb", "'"},
    {"\"", "'"},
    {"`", "'"},
    {"\xe2\x80\x90", "-"},  // hyphens and dashes
    {"\xe2\x80\x93", "-"},
    {"\xe2\x80\x94", "-"},
    {"\xc2\xa9", "(c)"},
    {"https://", "http://"},
}};

std::string replaced(std::string_view word) {
  std::string out;
  while (!word.empty()) {
    const auto same = std::find_if(kSame.begin(), kSame.end(),
                                   [&](const auto& pair) { return word.starts_with(pair.first); });
    const bool known = same != kSame.end();
    const std::string_view next = known ? same->second : word.substr(0, 1);
    const bool doubled = next == "'" && out.ends_with('\'');  // two single ones for a double one
    if (!doubled) out += next;
    word.remove_prefix(known ? same->first.size() : 1);
  }
  return out;
}

// "(a)", "(iv)," and the like: numbering, wherever it stands.
bool isParenthesised(std::string_view word) {
  while (!word.empty() && (word.back() == ',' || word.back() == '.' || word.back() == ';')) {
    word.remove_suffix(1);
  }
  if (word.size() < 3 || word.size() > 6 || word.front() != '(' || word.back() != ')') return false;
  return std::all_of(word.begin() + 1, word.end() - 1,
                     [](char c) { return isDigit(c) || isLetter(c); });
}

// What counts of a word; empty: nothing (numbering, rules, marks of markdown).
std::string folded(std::string_view shown) {
  std::string word = replaced(shown);
  for (char& c : word) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  const std::string_view marks = "*_#";
  const auto first = word.find_first_not_of(marks);
  if (first == std::string::npos) return {};
  word = word.substr(first, word.find_last_not_of(marks) - first + 1);
  if (word.find_first_not_of("-=~>|/'") == std::string::npos || isParenthesised(word)) return {};
  return word;
}

// "4.", "4)", "10.2", "a.", "iv)" at the beginning of a paragraph.
bool isNumbering(std::string_view word) {
  const bool ends = word.ends_with('.') || word.ends_with(')') || word.ends_with(':');
  std::string_view stem = word;
  while (!stem.empty() && (stem.back() == '.' || stem.back() == ')' || stem.back() == ':')) {
    stem.remove_suffix(1);
  }
  if (stem.empty()) return false;
  if (isDigit(stem.front())) {
    const bool dotted = stem.find('.') != std::string_view::npos;
    return (ends || dotted) && stem.size() <= 8 &&
           std::all_of(stem.begin(), stem.end(), [](char c) { return isDigit(c) || c == '.'; });
  }
  if (!ends) return false;
  return (stem.size() == 1 && isLetter(stem.front())) ||
         (stem.size() <= 5 && stem.find_first_not_of("ivx") == std::string_view::npos);
}

bool endsClause(std::string_view word) {
  return word.ends_with('.') || word.ends_with(':') || word.ends_with(';');
}

// The number of a top-level section: "4" of "4."; empty where it is none.
std::string sectionNumber(std::string_view word) {
  const std::size_t digits = std::min(word.find_first_not_of("0123456789"), word.size());
  const bool top = digits > 0 && word.find_first_not_of(".):", digits) == std::string_view::npos;
  return top ? std::string(word.substr(0, digits)) : std::string();
}

std::vector<std::string_view> wordsOf(std::string_view line) {
  const std::string_view no_break = "\xc2\xa0";
  const auto spaceAt = [&](std::size_t i) -> std::size_t {  // its length in bytes
    if (std::string_view(" \t\r\f\v").find(line[i]) != std::string_view::npos) return 1;
    return line.substr(i).starts_with(no_break) ? no_break.size() : 0;
  };
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < line.size();) {
    if (const std::size_t space = spaceAt(at)) {
      at += space;
      continue;
    }
    const std::size_t from = at;
    while (at < line.size() && spaceAt(at) == 0) ++at;
    words.push_back(line.substr(from, at - from));
  }
  return words;
}

// Numbers behind "section", "sections 1 through 9", become "#".
void maskReferences(Paragraph& paragraph) {
  static constexpr std::array<std::string_view, 8> kNouns{
      "section", "sections", "clause", "clauses", "paragraph", "paragraphs", "article", "articles"};
  static constexpr std::array<std::string_view, 5> kJoints{"through", "to", "and", "or", "-"};
  const auto among = [](const auto& list, std::string_view word) {
    return std::find(list.begin(), list.end(), word) != list.end();
  };
  bool referring = false;
  for (const std::string& word : paragraph.folded) {
    const std::size_t digits = std::min(word.find_first_not_of("0123456789"), word.size());
    if (referring && digits > 0) {
      paragraph.references.push_back(word.substr(0, digits));
      paragraph.masked.push_back("#" + word.substr(digits));
      continue;
    }
    referring = among(kNouns, word) || (referring && among(kJoints, word));
    paragraph.masked.push_back(word);
  }
}

class Splitter {
 public:
  explicit Splitter(const std::string& place) : place_(place) {}

  void addLine(std::string_view line) {
    const std::vector<std::string_view> words = wordsOf(line);
    const bool blank = std::all_of(words.begin(), words.end(), [](std::string_view word) {
      return folded(word).empty() && !isParenthesised(word);
    });
    if (blank) return finish();
    // Clauses without a blank line between them.
    if (!shown_.empty() && isNumbering(words.front()) && endsClause(shown_.back())) {
      finish();
    }
    for (const std::string_view word : words) shown_.emplace_back(word);
  }

  void finish() {
    if (shown_.empty()) return;
    if (paragraphs_.size() == kMostParagraphs) {
      throw inputError(place_, "the text has more than 4000 paragraphs",
                       "this is no licence; name its text");
    }
    Paragraph paragraph;
    std::string number;
    for (const std::string& shown : shown_) {
      std::string word = folded(shown);
      if (word.empty()) continue;
      const bool begins = paragraph.folded.empty() && number.empty();
      // Items that were a paragraph each before the text was filled anew.
      const bool begins_item = !paragraph.folded.empty() && endsClause(paragraph.shown.back());
      if ((begins || begins_item) && isNumbering(word)) {
        if (begins) number = word;
        continue;
      }
      paragraph.shown.push_back(shown);
      paragraph.folded.push_back(std::move(word));
    }
    shown_.clear();
    if (paragraph.folded.empty()) return;
    const std::string section = sectionNumber(number);
    paragraph.opens_section = !section.empty();
    if (paragraph.opens_section) section_ = section;
    paragraph.section = section_;
    paragraph.is_heading =
        number.empty() && paragraph.folded.size() <= kHeadingWords &&
        std::string_view(".;:,").find(paragraph.folded.back().back()) == std::string_view::npos;
    maskReferences(paragraph);
    paragraphs_.push_back(std::move(paragraph));
  }

  std::vector<Paragraph> take() { return std::move(paragraphs_); }

 private:
  const std::string& place_;
  std::vector<std::string> shown_;
  std::string section_;
  std::vector<Paragraph> paragraphs_;
};

// Words of a form: a run of placeholders is one gap.
struct Slot {
  bool gap = false;
  std::string word;
};

std::vector<Slot> slotsOf(const Paragraph& form) {
  std::vector<Slot> slots;
  char closing = 0;
  for (const std::string& word : form.folded) {
    const char first = word.front();
    const bool opens = closing == 0 && word.size() > 1 &&
                       ((first == '[' && word[1] != ']') || (first == '<' && word[1] != '>'));
    if (opens) closing = first == '[' ? ']' : '>';
    if (closing == 0) {
      slots.push_back({false, word});
      continue;
    }
    if (slots.empty() || !slots.back().gap) slots.push_back({true, ""});
    if (word.find(closing) != std::string::npos) closing = 0;
  }
  return slots;
}

}  // namespace

std::string Paragraph::text(std::size_t words) const {
  std::string out;
  for (std::size_t i = 0; i < std::min(words, shown.size()); ++i) {
    out += (i > 0 ? " " : "") + shown[i];
  }
  return out;
}

std::vector<Paragraph> paragraphsOf(std::string_view text, const std::string& place) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // byte order mark
  Splitter splitter(place);
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    splitter.addLine(text.substr(from, end - from));
    from = end + 1;
  }
  splitter.finish();
  return splitter.take();
}

bool isCopyrightLine(const Paragraph& paragraph) {
  const auto is_year = [](const std::string& word) {
    return word.size() >= 4 && std::all_of(word.begin(), word.begin() + 4, isDigit);
  };
  return paragraph.folded.front() == "copyright" && paragraph.folded.size() <= kCopyrightWords &&
         std::any_of(paragraph.folded.begin(), paragraph.folded.end(), is_year);
}

bool fillsIn(const Paragraph& form, const Paragraph& filled) {
  const std::vector<Slot> slots = slotsOf(form);
  if (std::none_of(slots.begin(), slots.end(), [](const Slot& slot) { return slot.gap; })) {
    return false;
  }
  std::size_t at = 0;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (!slots[i].gap) {
      if (at == filled.folded.size() || filled.folded[at++] != slots[i].word) return false;
      continue;
    }
    // Up to the next word of the form, or the end.
    const std::size_t from = at;
    const bool last = i + 1 == slots.size();
    while (at < filled.folded.size() && (last || filled.folded[at] != slots[i + 1].word)) ++at;
    if (at - from > kFilledWords) return false;
  }
  return at == filled.folded.size();
}

}  // namespace kindred::documents
