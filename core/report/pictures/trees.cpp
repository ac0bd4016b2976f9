// Trees of relatives: which of them stand close together.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "report/pictures/parts.hpp"
#include "report/shown.hpp"
#include "results/tree.hpp"

namespace kindred::report {
namespace {

using results::Tree;
using results::TreeNode;

// A node's place: how far from where the drawing starts, and its row.
struct Spot {
  double x = 0, y = 0;
};

std::size_t parentOf(const TreeNode& node) { return static_cast<std::size_t>(node.parent); }

// Drawn from the last node, which is no root, to the right. A parent's number is larger than its
// children's.
class Drawing {
 public:
  explicit Drawing(const std::vector<TreeNode>& nodes)
      : nodes_(nodes), children_(nodes.size()), spots_(nodes.size()) {
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      if (nodes[i].parent >= 0) children_[parentOf(nodes[i])].push_back(i);
    }
    for (std::size_t i = nodes.size(); i-- > 0;) {
      if (nodes[i].parent >= 0) spots_[i].x = spots_[parentOf(nodes[i])].x + nodes[i].length;
    }
    double row = 0;
    place(nodes.size() - 1, row);
  }

  const Spot& at(std::size_t node) const { return spots_[node]; }
  const std::vector<std::size_t>& children(std::size_t node) const { return children_[node]; }

 private:
  void place(std::size_t node, double& row) {
    if (children_[node].empty()) {
      spots_[node].y = row--;
      return;
    }
    double sum = 0;
    for (const std::size_t child : children_[node]) {
      place(child, row);
      sum += spots_[child].y;
    }
    spots_[node].y = sum / static_cast<double>(children_[node].size());
  }

  const std::vector<TreeNode>& nodes_;
  std::vector<std::vector<std::size_t>> children_;
  std::vector<Spot> spots_;
};

std::string percent(double share) { return fmt::format("{:.0f} %", 100 * share); }

Columns rowsOf(const Tree& tree) {
  const Drawing drawing(tree.nodes);
  Columns rows({"kind", "x", "y", "x2", "y2", "label", "length", "support"});
  for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
    const TreeNode& node = tree.nodes[i];
    const Spot& spot = drawing.at(i);
    const std::string support = std::isnan(node.support) ? "" : percent(node.support);
    const std::string sides = fmt::format("{}", fmt::join(results::setApart(tree.nodes, i), ", "));
    if (node.parent >= 0) {
      const Spot& from = drawing.at(parentOf(node));
      rows.add({"branch", rounded(from.x), rounded(spot.y), rounded(spot.x), rounded(spot.y),
                shown(sides), rounded(node.length), support});
    }
    if (!drawing.children(i).empty()) {
      const auto [low, high] = std::minmax_element(
          drawing.children(i).begin(), drawing.children(i).end(),
          [&](std::size_t x, std::size_t y) { return drawing.at(x).y < drawing.at(y).y; });
      rows.add({"fork", rounded(spot.x), rounded(drawing.at(*low).y), rounded(spot.x),
                rounded(drawing.at(*high).y), "", nullptr, ""});
    }
    if (!node.model.empty()) {
      rows.add({"model", rounded(spot.x), rounded(spot.y), nullptr, nullptr, shown(node.model),
                rounded(node.length), ""});
    } else if (!support.empty()) {
      rows.add({"support", rounded(spot.x), rounded(spot.y), nullptr, nullptr, support, nullptr,
                support});
    }
  }
  return rows;
}

Json only(const char* condition) { return Json::array({Json{{"filter", condition}}}); }

// A layer without rows has no extent, of which the drawing library complains.
Json layers(bool with_support) {
  const Json ends{{"x2", {{"field", "x2"}}}, {"y2", {{"field", "y2"}}}};
  Json branches = ends;
  branches["tooltip"] = Json::array({channel("label", "nominal", "set apart"),
                                     channel("length", "quantitative", "length"),
                                     channel("support", "nominal", "support")});
  Json list = Json::array(
      {Json{{"transform", only("datum.kind === 'branch'")},
            {"mark", {{"type", "rule"}, {"strokeWidth", 2}}},
            {"encoding", branches}},
       Json{{"transform", only("datum.kind === 'fork'")},
            {"mark", {{"type", "rule"}, {"strokeWidth", 2}}},
            {"encoding", ends}},
       Json{{"transform", only("datum.kind === 'model'")},
            {"mark", {{"type", "text"}, {"align", "left"}, {"dx", 6}, {"fontSize", 11}}},
            {"encoding", {{"text", {{"field", "label"}}}}}}});
  if (with_support) {
    list.push_back(
        {{"transform", only("datum.kind === 'support'")},
         {"mark", {{"type", "text"}, {"align", "right"}, {"dx", -4}, {"dy", -7}, {"fontSize", 10}}},
         {"encoding", {{"text", {{"field", "label"}}}}}});
  }
  return list;
}

TextTable tableOf(const Tree& tree) {
  TextTable table;
  table.columns = {"models set apart", "length", "support"};
  for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
    const TreeNode& node = tree.nodes[i];
    if (node.parent < 0) continue;
    table.rows.push_back({fmt::format("{}", fmt::join(results::setApart(tree.nodes, i), ", ")),
                          fmt::format("{:.4g}", node.length),
                          std::isnan(node.support) ? "" : percent(node.support)});
  }
  table.note = tree.newick;
  return table;
}

Picture pictureOf(const Tree& tree, std::size_t number) {
  std::size_t models = 0, branches = 0;
  double least = 1;
  for (const TreeNode& node : tree.nodes) {
    models += !node.model.empty();
    if (std::isnan(node.support)) continue;
    ++branches;
    least = std::min(least, node.support);
  }
  Picture picture;
  picture.id = fmt::format("tree-{}", number);
  picture.title = "Which relatives stand close together";
  picture.caption = fmt::format(
      "An unrooted tree by neighbour joining on rows of {}: the left end is where the drawing "
      "begins, and no ancestor. Percentages: in how many of the draws of layers a branch was found "
      "again; those in fewer than half are not drawn. {}",
      tree.gauge, tree.note);
  picture.summary =
      fmt::format("{} models, {} inner branches{}", models, branches,
                  branches == 0 ? "" : fmt::format(", the weakest in {} of draws", percent(least)));
  const Json across{{"scale", {{"zero", false}, {"padding", 90}}}};
  const Json down{{"axis", nullptr}, {"scale", {{"zero", false}, {"padding", 14}}}};
  picture.spec = {{"usermeta", layout(1, 60 + 26.0 * static_cast<double>(models))},
                  {"datasets", rowsOf(tree).datasets()},
                  {"data", {{"name", "rows"}}},
                  {"encoding",
                   {{"x", channel("x", "quantitative", "distance, -ln of a correlation", across)},
                    {"y", channel("y", "quantitative", "", down)}}},
                  {"layer", layers(branches > 0)}};
  picture.table = tableOf(tree);
  return picture;
}

}  // namespace

std::vector<Picture> treePictures(const results::Report& report) {
  std::vector<Picture> pictures;
  for (const results::Family& family : report.families) {
    for (const Tree& tree : family.trees) {
      if (!tree.nodes.empty()) pictures.push_back(pictureOf(tree, pictures.size() + 1));
    }
  }
  return pictures;
}

}  // namespace kindred::report
