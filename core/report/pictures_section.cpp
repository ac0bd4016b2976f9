// The frames of pictures. Without a script each shows its numbers as a table.
#include "report/sections.hpp"

namespace kindred::report {
namespace {

Markup frame(const Picture& picture) {
  Markup content = element("h3", picture.title, {{"id", picture.id + "-title"}});
  content << element("div", Markup(),
                     {{"class", "chart"}, {"role", "img"}, {"aria-label", picture.summary}})
          << element("figcaption", picture.caption);
  if (!picture.table.rows.empty()) {
    content << foldedMarkup("The numbers", tableMarkup(picture.table));
  }
  content << trusted("<script type=\"application/json\">" + scriptSafe(picture.spec.dump()) +
                     "</script>");
  return element("figure", content,
                 {{"id", picture.id}, {"aria-labelledby", picture.id + "-title"}});
}

}  // namespace

Markup picturesSection(const std::vector<Picture>& pictures) {
  Markup content;
  if (pictures.empty()) return content;
  content << element("h2", "Pictures");
  for (const Picture& picture : pictures) content << frame(picture);
  return element("section", content, {{"id", "pictures"}});
}

}  // namespace kindred::report
