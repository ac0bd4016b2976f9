// The frames of pictures, each with its numbers as a table.
#include "report/sections.hpp"

namespace kindred::report {
namespace {

Markup frame(const Picture& picture, bool charts) {
  Markup content = element("h3", picture.title, {{"id", picture.id + "-title"}});
  if (charts) {
    content << element("div", Markup(),
                       {{"class", "chart"}, {"role", "img"}, {"aria-label", picture.summary}});
  }
  content << element("figcaption", picture.caption);
  if (!picture.table.rows.empty()) {
    const Markup table = tableMarkup(picture.table);
    content << (charts ? foldedMarkup("The numbers", table) : table);
  }
  if (charts) {
    content << trusted("<script type=\"application/json\">" + scriptSafe(picture.spec.dump()) +
                       "</script>");
  }
  return element("figure", content,
                 {{"id", picture.id}, {"aria-labelledby", picture.id + "-title"}});
}

}  // namespace

Markup picturesSection(const std::vector<Picture>& pictures, bool charts) {
  Markup content;
  if (pictures.empty()) return content;
  content << element("h2", "Pictures");
  for (const Picture& picture : pictures) content << frame(picture, charts);
  return element("section", content, {{"id", "pictures"}});
}

}  // namespace kindred::report
