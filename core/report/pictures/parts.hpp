// What pictures are built of.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "report/picture.hpp"
#include "results/json.hpp"

namespace kindred::report {

// Five significant digits, so that pages stay small; null where undefined.
Json rounded(double value);

// "a and b", as text to show.
std::string pairName(const std::string& a, const std::string& b);

// What a tensor is within its layer: "model.layers.3.mlp.up_proj.weight" is "mlp.up_proj".
std::string partOf(const std::string& tensor, std::int64_t layer);

// A name as part of an element's id: what is neither letter nor digit becomes a dash.
std::string idOf(const std::string& text);

// What plugins declare of the figures of observations.
class Declarations {
 public:
  explicit Declarations(const results::Report& report);
  // How its step measured the metric; null where the report doesn't say.
  const results::Metric* metricOf(const results::Observation& o) const;
  // Null where nothing is declared.
  const results::Figure* of(const results::Observation& o) const;
  bool isPart(const results::Observation& o, Part part) const;
  // Whether it says yes or no of a pair, or is of a distribution that has a picture of its own: it
  // makes no line or map.
  bool isApart(const results::Observation& o) const;

 private:
  using Key = std::pair<std::string, std::string>;
  std::map<Key, const results::Metric*> metrics_;  // by step and name
  std::map<Key, const results::Figure*> figures_;  // by plugin and name
  std::set<std::string> binned_;                   // plugins
};

// A metric's first figure, the one meant where none is named: by step and metric.
class FirstFigures {
 public:
  explicit FirstFigures(const results::Report& report);
  bool isFirst(const results::Observation& o) const;

 private:
  std::map<std::pair<std::string, std::string>, std::string> first_;
};

// Rows of a data set, kept in columns.
class Columns {
 public:
  explicit Columns(const std::vector<std::string>& names);
  void add(const std::vector<Json>& row);  // as long as the names
  std::size_t size() const { return size_; }
  Json datasets() const { return {{"rows", columns_}}; }

 private:
  std::vector<std::string> names_;
  Json columns_ = Json::object();
  std::size_t size_ = 0;
};

// {"field": ..., "type": ..., "title": ...} with more members.
Json channel(const char* field, const char* type, const std::string& title, const Json& more = {});

// How the page fits a picture into its width: panels a row at most, and the height of a panel in
// pixels (or in widths, where below ten).
Json layout(int columns, double height);

// Mean of the defined values, NaN without any.
class Mean {
 public:
  void add(double value);
  double value() const;

 private:
  double sum_ = 0;
  std::uint64_t count_ = 0;
};

// Gives every model, and every pair, one colour in all pictures where the palette suffices for
// those that are drawn; subjects take its first colours.
void colourAlike(const results::Report& report, std::vector<Picture>& pictures);

// One file each.
std::vector<Picture> familyPictures(const results::Report& report);
std::vector<Picture> treePictures(const results::Report& report);
std::vector<Picture> coinPictures(const results::Report& report);
std::vector<Picture> nullPictures(const results::Report& report);
std::vector<Picture> layerMaps(const results::Report& report);
std::vector<Picture> layerPictures(const results::Report& report);
std::vector<Picture> heatmaps(const results::Report& report);
std::vector<Picture> differencePictures(const results::Report& report);
std::vector<Picture> momentPictures(const results::Report& report);
std::vector<Picture> componentPictures(const results::Report& report);

}  // namespace kindred::report
