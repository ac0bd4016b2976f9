#include "documents/licence.hpp"

#include <sstream>

#include <kindred/error.hpp>

#include "documents/standard_licence.hpp"
#include "support.hpp"
#include "support/refusal.hpp"
#include "support/temp_dir.hpp"

namespace kindred::documents {
namespace {

using testing::HasSubstr;

const Document& apache() {
  static const Document text = standardLicence("Apache-2.0");
  return text;
}

Report comparedLicences(const std::string& licence, const Document& standard = apache()) {
  return compareLicence(documentOf("m", "LICENSE", licence), standard);
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

// Every paragraph filled anew to lines of about `width` characters, without indentation.
std::string rewrapped(const std::string& text, std::size_t width) {
  std::istringstream lines(text);
  std::string out, line;
  std::size_t column = 0;
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    std::string word;
    bool blank = true;
    while (words >> word) {
      blank = false;
      if (column > 0 && column + word.size() > width) {
        out += '\n';
        column = 0;
      }
      out += (column == 0 ? "" : " ") + word;
      column += word.size() + 1;
    }
    if (blank) {
      out += column > 0 ? "\n\n" : "\n";
      column = 0;
    }
  }
  return out + "\n";
}

const char* const kCompetitors =
    "\n   10. Competing Services. You may not use the Work or Derivative Works\n"
    "      to offer a service that competes with a service of the Licensor.\n";
const char* const kNaming =
    "\n   11. Naming. Every model derived from the Work must carry the name of\n"
    "      the Work at the beginning of its own name.\n"
    "\n      This holds for distilled models as well.\n";

// Two clauses more and one paragraph with other words.
std::string doctored() {
  std::string text = replaced(apache().text, "\n   END OF TERMS",
                              std::string(kCompetitors) + kNaming + "\n   END OF TERMS");
  return replaced(text, "worldwide, non-exclusive, no-charge, royalty-free, irrevocable",
                  "regional, non-exclusive, no-charge, royalty-free, revocable");
}

void expectCounts(const Report& report, double changed, double added, double removed) {
  EXPECT_EQ(figureOf(report, "changed"), changed);
  EXPECT_EQ(figureOf(report, "added"), added);
  EXPECT_EQ(figureOf(report, "removed"), removed);
  if (testing::Test::HasNonfatalFailure()) {
    for (const auto& row : report.tables.at(0).rows) {
      GTEST_LOG_(INFO) << row.at(1) << " | " << row.at(0) << " | " << row.at(2);
    }
  }
}

TEST(LicenceComparison, FindsTheStandardTextUnchanged) {
  const Report report = comparedLicences(apache().text);
  expectCounts(report, 0, 0, 0);
  EXPECT_GT(figureOf(report, "unchanged"), 30);
}

TEST(LicenceComparison, FindsExactlyTwoAddedClausesAndOneChangedParagraph) {
  const Report report = comparedLicences(doctored());
  expectCounts(report, 1, 2, 0);
  EXPECT_EQ(figureOf(report, "unchanged"),
            figureOf(comparedLicences(apache().text), "unchanged") - 1);
}

TEST(LicenceComparison, ShowsAddedClausesWholeAndChangedWordsMarked) {
  const TextTable table = comparedLicences(doctored()).tables.at(0);
  const Rows added = rowsWith(table, 1, "added"), changed = rowsWith(table, 1, "changed");
  ASSERT_EQ(added.size(), 2U);
  EXPECT_THAT(added[0][2], HasSubstr("You may not use the Work or Derivative Works to offer a "
                                     "service that competes with a service of the Licensor."));
  EXPECT_THAT(added[1][2], HasSubstr("This holds for distilled models as well."));
  ASSERT_EQ(changed.size(), 1U);
  EXPECT_THAT(changed[0][0], HasSubstr("Grant of Copyright License"));
  EXPECT_THAT(changed[0][2], HasSubstr("[-worldwide,-] {+regional,+} non-exclusive, no-charge"));
  EXPECT_THAT(changed[0][2], HasSubstr("[-irrevocable-] {+revocable+}"));
}

TEST(LicenceComparison, IsBlindToWrapping) {
  for (const std::size_t width : {40, 65, 120, 100'000}) {
    SCOPED_TRACE(width);
    expectCounts(comparedLicences(rewrapped(apache().text, width)), 0, 0, 0);
    expectCounts(comparedLicences(rewrapped(doctored(), width)), 1, 2, 0);
  }
}

TEST(LicenceComparison, IsBlindToLineEndsQuotationMarksAndCapitals) {
  std::string text;
  for (const char c : apache().text) {
    if (c == '\n') text += '\r';
    if (c == '"') {
      text += "\xe2\x80\x9c";
    } else {
      text += c;
    }
  }
  text = replaced(text, "Grant of Patent License", "GRANT OF PATENT LICENSE");
  expectCounts(comparedLicences("\xef\xbb\xbf" + text), 0, 0, 0);
}

TEST(LicenceComparison, IsBlindToTheNumbersOfClauses) {
  std::string text = apache().text;
  for (int section = 9; section >= 5; --section) {
    text = replaced(text, "\n   " + std::to_string(section) + ". ",
                    "\n   " + std::to_string(section + 1) + ". ");
  }
  text = replaced(text, "\n   6. Submission",
                  "\n   5. No Competition. You must not compete.\n\n   6. Submission");
  expectCounts(comparedLicences(text), 0, 1, 0);
  // A reference that follows the new numbers is no change either; one that goes elsewhere is.
  expectCounts(comparedLicences(replaced(text, "Sections 1 through 9", "Sections 1 through 10")), 0,
               1, 0);
  expectCounts(comparedLicences(replaced(text, "Sections 1 through 9", "Sections 1 through 4")), 1,
               1, 0);
}

TEST(LicenceComparison, IsBlindToLettersOfItems) {
  std::string text =
      replaced(apache().text, "(d) If the Work includes", "(e) If the Work includes");
  text = replaced(text, "      (e) If the Work",
                  "      (d) You must pay; and\n\n      (e) If the Work");
  expectCounts(comparedLicences(text), 0, 1, 0);
}

TEST(LicenceComparison, TakesAFilledInCopyrightForTheSame) {
  const Report report =
      comparedLicences(replaced(apache().text, "Copyright [yyyy] [name of copyright owner]",
                                "Copyright 2026 Example Co., Ltd."));
  expectCounts(report, 0, 0, 0);
  const Rows rows = rowsWith(report.tables.at(0), 1, "unchanged, filled in");
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0][2], "Copyright 2026 Example Co., Ltd.");
}

TEST(LicenceComparison, DoesNotTakeATermForAFilledInCopyright) {
  const Report report = comparedLicences(replaced(
      apache().text, "Copyright [yyyy] [name of copyright owner]",
      "Copyright 2026 Example. You may not use this to compete with Example or with any firm that "
      "Example owns or comes to own."));
  EXPECT_EQ(figureOf(report, "changed") + figureOf(report, "added"), 1);
}

TEST(LicenceComparison, ListsACopyrightLineApart) {
  const Report report = comparedLicences("Copyright 2026 Example\n\n" + apache().text);
  expectCounts(report, 0, 0, 0);
  EXPECT_EQ(rowsWith(report.tables.at(0), 1, "copyright line").size(), 1U);
}

TEST(LicenceComparison, FindsWhatIsRemoved) {
  const std::size_t from = apache().text.find("   APPENDIX:");
  const Report cut = comparedLicences(apache().text.substr(0, from));
  EXPECT_EQ(figureOf(cut, "added"), 0);
  EXPECT_GT(figureOf(cut, "removed"), 0);

  const std::size_t begin = apache().text.find("   8. Limitation");
  const std::size_t end = apache().text.find("   9. Accepting");
  const Report report =
      comparedLicences(apache().text.substr(0, begin) + apache().text.substr(end));
  expectCounts(report, 0, 0, 1);
  EXPECT_THAT(rowsWith(report.tables.at(0), 1, "removed").at(0).at(0),
              HasSubstr("8: Limitation of Liability."));
}

TEST(LicenceComparison, FindsAMovedClauseUnchanged) {
  std::string text = apache().text;
  const std::size_t begin = text.find("   6. Trademarks."), end = text.find("   7. Disclaimer");
  const std::string clause = text.substr(begin, end - begin);
  text.erase(begin, end - begin);
  text.insert(text.find("   2. Grant of Copyright"), clause);
  const Report report = comparedLicences(text);
  expectCounts(report, 0, 0, 0);
}

TEST(LicenceComparison, FindsJoinedParagraphsUnchanged) {
  std::string text = apache().text;
  const std::size_t at = text.find("\n\n      (b) You must cause");
  ASSERT_NE(at, std::string::npos);
  text.replace(at, 2, " ");
  expectCounts(comparedLicences(text), 0, 0, 0);
}

TEST(LicenceComparison, KnowsTheOtherLicencesOfThisMachine) {
  for (const char* id : {"MPL-2.0", "GPL-3.0-or-later", "LGPL-2.1-only", "CC0-1.0"}) {
    SCOPED_TRACE(id);
    const Document standard = standardLicence(id);
    expectCounts(comparedLicences(rewrapped(standard.text, 90), standard), 0, 0, 0);
    EXPECT_GT(figureOf(comparedLicences(apache().text, standard), "removed"), 5)
        << "another licence";
  }
}

TEST(LicenceComparison, HoldsAgainstAFileOfTheUsers) {
  const support::TempDir dir;
  const auto file = dir.write("terms.txt", "1. Do good.\n\n2. Copyright <year> <owner>\n");
  const Document standard = standardLicence("file:" + file.string());
  expectCounts(comparedLicences("1. Do good.\n\nCopyright 2026 me\n", standard), 0, 0, 0);
  for (const std::string& other : {(dir / "missing").string(), dir.text()}) {
    const Error refusal = support::refusalOf([&] { standardLicence("file:" + other); });
    EXPECT_EQ(refusal.place(), other);
    EXPECT_EQ(refusal.message(), "there is no such file to hold a licence against");
    EXPECT_EQ(refusal.remedy(), "name a text: against: file:PATH");
  }
}

TEST(LicenceComparison, SaysWhichLicencesItKnows) {
  try {
    standardLicence("Apache-3.0");
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("'Apache-3.0'"));
    EXPECT_THAT(error.what(), HasSubstr("Apache-2.0"));
    EXPECT_THAT(error.what(), HasSubstr("against: file:PATH"));
  }
  try {
    standardLicence("Apache-2.0", "/no/such/folder");
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("/no/such/folder"));
  }
}

TEST(LicenceComparison, ShowsControlCharactersEscaped) {
  const Report report = comparedLicences(apache().text + "\n\nPay \x1b[31mnow.\n");
  EXPECT_THAT(rowsWith(report.tables.at(0), 1, "added").at(0).at(2),
              HasSubstr("Pay \\u001b[31mnow."));
}

TEST(LicenceComparison, EndsOnHostileTexts) {
  EXPECT_NO_THROW(comparedLicences(""));
  EXPECT_NO_THROW(comparedLicences(std::string(500'000, 'a')));
  std::string quotes;
  for (int i = 0; i < 100'000; ++i) quotes += "\xe2\x80\x9c";
  EXPECT_NO_THROW(comparedLicences(quotes));
  std::string words;
  for (int i = 0; i < 200'000; ++i) words += "the ";
  EXPECT_NO_THROW(comparedLicences(words));
  std::string paragraphs;
  for (int i = 0; i < 100'000; ++i) paragraphs += "a\n\n";
  const Error refusal = support::refusalOf([&] { comparedLicences(paragraphs); });
  EXPECT_EQ(refusal.message(), "the text has more than 4000 paragraphs");
  EXPECT_EQ(refusal.remedy(), "this is no licence; name its text");
}

}  // namespace
}  // namespace kindred::documents
