#include "documents/inventory.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <limits>
#include <map>
#include <tuple>

#include "documents/breadcrumbs.hpp"
#include "documents/cells.hpp"
#include "models/component.hpp"
#include "words/names.hpp"

namespace kindred::documents {
namespace {

using models::Tensor;

// Where a tensor meets its counterpart; without a role it is its name.
using Key = std::tuple<std::string, std::int64_t, std::int64_t>;

enum class Met { alone, other_shape, comparable };

struct Entry {
  const Tensor* tensor = nullptr;
  models::Placement placement;  // without a role where it is not known
  Met met = Met::alone;
};

struct Listed {
  const Catalogue& model;
  std::vector<Entry> entries;  // as the catalogue has them
  std::map<Key, std::size_t> places = {};

  const std::string& key() const { return model.checkpoint.model(); }
};

Key keyOf(const Entry& entry) {
  if (entry.placement.role.empty()) return {"name " + entry.tensor->name, -1, -1};
  return {entry.placement.role, entry.placement.layer, entry.placement.expert};
}

Listed listed(const Catalogue& model) {
  Listed list{model, {}};
  for (const Tensor& tensor : model.checkpoint.tensors()) {
    Entry entry{&tensor, {}};
    if (model.architecture != nullptr) {
      entry.placement = model.architecture->placementOf(tensor.name).value_or(entry.placement);
    }
    list.places.try_emplace(keyOf(entry), list.entries.size());
    list.entries.push_back(std::move(entry));
  }
  return list;
}

void meet(Listed& a, Listed& b) {
  for (const auto& [key, i] : a.places) {
    const auto other = b.places.find(key);
    if (other == b.places.end()) continue;
    Entry& x = a.entries[i];
    Entry& y = b.entries[other->second];
    x.met = y.met = x.tensor->shape == y.tensor->shape ? Met::comparable : Met::other_shape;
  }
}

double count(const Listed& list, Met met) {
  double n = 0;
  for (const Entry& entry : list.entries) n += entry.met == met;
  return n;
}

std::string index(std::int64_t value) { return value < 0 ? "" : std::to_string(value); }

std::string metText(Met met) {
  switch (met) {
    case Met::comparable:
      return "comparable";
    case Met::other_shape:
      return "shapes differ";
    default:
      return "only here";
  }
}

TextTable tensorTable(const Listed& list, bool has_other) {
  TextTable table{
      "Tensors of " + list.key(),
      {"tensor", "dtype", "shape", "role", "layer", "expert", "file", "offset", "bytes"},
      {},
      ""};
  if (has_other) table.columns.emplace_back("beside the other");
  for (const Entry& entry : list.entries) {
    const Tensor& tensor = *entry.tensor;
    std::vector<std::string> row{words::escaped(tensor.name),
                                 std::string(name(tensor.dtype)),
                                 fmt::format("[{}]", fmt::join(tensor.shape, ", ")),
                                 entry.placement.role,
                                 index(entry.placement.layer),
                                 index(entry.placement.expert),
                                 words::escaped(list.model.checkpoint.shards()[tensor.shard].name),
                                 std::to_string(tensor.offset),
                                 std::to_string(tensor.bytes)};
    if (has_other) row.push_back(metText(entry.met));
    table.rows.push_back(std::move(row));
  }
  return table;
}

// Counts of a role in one model.
struct RoleCount {
  std::uint64_t tensors = 0, elements = 0, comparable = 0, other_shape = 0, alone = 0;
};

// By component, then by role.
TextTable roleTable(const std::vector<Listed>& lists) {
  std::map<std::pair<std::string, std::string>, std::vector<RoleCount>> counts;
  TextTable table{"Tensors by role", {"component", "role"}, {}, ""};
  for (std::size_t m = 0; m < lists.size(); ++m) {
    table.columns.push_back(lists[m].key() + " tensors");
    table.columns.push_back(lists[m].key() + " parameters");
    for (const Entry& entry : lists[m].entries) {
      const std::string& role = entry.placement.role;
      auto& row =
          counts[{models::componentOf(role, entry.tensor->name), role.empty() ? "unknown" : role}];
      row.resize(lists.size());
      ++row[m].tensors;
      row[m].elements += entry.tensor->elements;
      row[m].comparable += entry.met == Met::comparable;
      row[m].other_shape += entry.met == Met::other_shape;
      row[m].alone += entry.met == Met::alone;
    }
  }
  const bool two = lists.size() == 2;
  if (two) {
    for (const std::string& column : {std::string("comparable"), std::string("shapes differ"),
                                      "only in " + lists[0].key(), "only in " + lists[1].key()}) {
      table.columns.push_back(column);
    }
  }
  for (const auto& [key, row] : counts) {
    std::vector<std::string> cells{key.first, key.second};
    for (const RoleCount& c : row) {
      cells.push_back(std::to_string(c.tensors));
      cells.push_back(std::to_string(c.elements));
    }
    if (two) {
      for (const std::uint64_t n :
           {row[0].comparable, row[0].other_shape, row[0].alone, row[1].alone}) {
        cells.push_back(std::to_string(n));
      }
    }
    table.rows.push_back(std::move(cells));
  }
  return table;
}

struct Size {
  double total = 0, active = kNaN, bytes = 0;
};

Size sizeOf(const Catalogue& model) {
  const auto counted = models::countParameters(model.checkpoint, model.architecture.get());
  Size size;
  size.total = static_cast<double>(counted.total);
  if (counted.active) size.active = static_cast<double>(*counted.active);
  for (const Tensor& tensor : model.checkpoint.tensors()) {
    size.bytes += static_cast<double>(tensor.bytes);
  }
  return size;
}

void addClaims(const std::string& key, const Size& size, const Claims& claims, Report& report) {
  TextTable table{"Size of " + key + " beside its card's claim",
                  {"parameters", "counted", "claimed", "counted over claimed"},
                  {},
                  "A card rounds, and may leave out layers that only predict further tokens, which "
                  "the files hold."};
  const auto add = [&](const char* what, const char* figure, double counted, double claimed) {
    if (claimed <= 0) return;
    const double ratio = counted / claimed;
    report.figures.push_back({figure, ratio, key});
    table.rows.push_back({what, whole(counted), whole(claimed),
                          std::isnan(ratio) ? "-" : fmt::format("{:.4f}", ratio)});
  };
  add("total", "total_of_claim", size.total, claims.total);
  add("active", "active_of_claim", size.active, claims.active);
  if (!table.rows.empty()) report.tables.push_back(std::move(table));
}

}  // namespace

Report inventory(std::span<const Catalogue> models, const Claims& claims) {
  std::vector<Listed> lists;
  for (const Catalogue& model : models) lists.push_back(listed(model));
  const bool two = lists.size() == 2;
  if (two) meet(lists[0], lists[1]);

  Report report;
  TextTable sizes{"Sizes", {"model", "family", "tensors", "parameters", "active", "bytes"}, {}, ""};
  for (const Listed& list : lists) {
    const Size size = sizeOf(list.model);
    const auto tensors = static_cast<double>(list.entries.size());
    report.figures.push_back({"tensors", tensors, list.key()});
    report.figures.push_back({"parameters", size.total, list.key()});
    report.figures.push_back({"active", size.active, list.key()});
    report.figures.push_back({"bytes", size.bytes, list.key()});
    const auto* family = list.model.architecture.get();
    sizes.rows.push_back({list.key(), family == nullptr ? "unknown" : family->name(),
                          whole(tensors), whole(size.total), whole(size.active),
                          whole(size.bytes)});
  }
  report.tables.push_back(std::move(sizes));
  addClaims(lists[0].key(), sizeOf(models[0]), claims, report);
  report.tables.push_back(breadcrumbs(models));
  report.tables.push_back(roleTable(lists));
  for (const Listed& list : lists) report.tables.push_back(tensorTable(list, two));
  if (two) {
    const std::string &a = lists[0].key(), &b = lists[1].key();
    report.figures.push_back({"comparable", count(lists[0], Met::comparable), a, b});
    report.figures.push_back({"only_a", count(lists[0], Met::alone), a, b});
    report.figures.push_back({"only_b", count(lists[1], Met::alone), a, b});
  }
  return report;
}

}  // namespace kindred::documents
