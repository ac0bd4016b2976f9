#include "report/html.hpp"

#include <fstream>
#include <iterator>

#include <kindred/error.hpp>

#include "report/markup.hpp"
#include "report/sections.hpp"
#include "results/hash.hpp"

namespace kindred::report {
namespace {

std::string readAsset(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) {
    throw inputError(file.string(), "a part of the report page can't be read",
                     "install kindred again, with its share folder");
  }
  return {std::istreambuf_iterator<char>(stream), {}};
}

// Nothing may be loaded from elsewhere, and only the page's own scripts run: text that slipped
// through as markup could not know the nonce, which hashes the whole report.
Markup policy(const std::string& nonce) {
  return element("meta", "",
                 {{"http-equiv", "Content-Security-Policy"},
                  {"content",
                   "default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; "
                   "script-src 'nonce-" +
                       nonce + "'; base-uri 'none'; form-action 'none'"}});
}

Markup head(const results::Report& report, const PageAssets& assets, const std::string& nonce) {
  Markup head;
  head << R"(<meta charset="utf-8">)"_html << policy(nonce)
       << R"(<meta name="viewport" content="width=device-width, initial-scale=1">)"_html
       << R"(<meta name="color-scheme" content="light dark">)"_html
       << element("title", report.title.empty() ? "Kindred report" : report.title) << "<style>"_html
       << trusted(assets.style) << "</style>"_html;
  return element("head", head);
}

Markup contents(const results::Report& report, bool pictures) {
  Markup links;
  const auto link = [&](const char* target, const char* text) {
    links << element("a", text, {{"href", std::string("#") + target}});
  };
  if (!report.pairs.empty() || !report.unlisted.empty()) {
    link("pairs", results::onlyPair(report) == nullptr ? "Pairs" : "In full");
  }
  link("evidence", "Evidence");
  if (pictures) link("pictures", "Pictures");
  if (!report.tables.empty()) link("tables", "Tables");
  link("method", "Method");
  link("cost", "Cost");
  link("manifest", "Reproduce");
  return element("nav", links, {{"aria-label", "Contents"}});
}

Markup scripts(const std::vector<Picture>& pictures, const PageAssets& assets,
               const std::string& nonce) {
  Markup markup;
  if (assets.charts.empty() || pictures.empty()) return markup;
  const std::string open = "<script nonce=\"" + nonce + "\">";
  return markup << trusted(open + assets.charts + "</script>\n" + open + assets.script +
                           "</script>\n");
}

}  // namespace

PageAssets pageAssets(const std::filesystem::path& folder) {
  PageAssets assets{readAsset(folder / "page.css"),
                    readAsset(folder / "look.js") + readAsset(folder / "page.js"),
                    {}};
  std::error_code ignored;
  if (std::filesystem::exists(folder / "charts.js", ignored)) {
    assets.charts = readAsset(folder / "charts.js");
  }
  return assets;
}

std::string reportHtml(const results::Report& report, const PageAssets& assets) {
  const std::vector<Picture> pictures = picturesOf(report);
  Markup main;
  main << answerSection(report) << contents(report, !pictures.empty()) << pairsSection(report)
       << evidenceSection(report) << picturesSection(pictures, !assets.charts.empty())
       << tablesSection(report) << methodSection(report) << costSection(report)
       << manifestSection(report);
  const std::string nonce = results::xxh3(report.manifest.recipe.text + main.html());
  Markup page;
  page << "<!doctype html>\n"_html
       << R"(<html lang="en">)"_html << head(report, assets, nonce) << "<body>"_html
       << element("main", main) << scripts(pictures, assets, nonce) << "</body></html>\n"_html;
  return page.html();
}

}  // namespace kindred::report
