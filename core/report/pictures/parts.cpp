#include "report/pictures/parts.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>

#include <fmt/format.h>

#include "report/shown.hpp"

namespace kindred::report {

Json rounded(double value) {
  if (!std::isfinite(value)) return nullptr;
  return std::strtod(fmt::format("{:.5g}", value).c_str(), nullptr);
}

std::string pairName(const std::string& a, const std::string& b) {
  return b.empty() ? shown(a) : shown(a) + " and " + shown(b);
}

std::string partOf(const std::string& tensor, std::int64_t layer) {
  std::string name = tensor;
  const std::string number = "." + std::to_string(layer) + ".";
  const std::size_t at = name.find(number);
  if (layer >= 0 && at != std::string::npos) name = name.substr(at + number.size());
  if (name.ends_with(".weight") && name.size() > 7) name.resize(name.size() - 7);
  return shown(name);
}

std::string idOf(const std::string& text) {
  std::string id;
  for (const char c : text) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0;
    if (plain || (!id.empty() && id.back() != '-')) id += plain ? c : '-';
  }
  return id;
}

Declarations::Declarations(const results::Report& report) {
  for (const results::Step& step : report.steps) {
    for (const results::Metric& metric : step.metrics) {
      metrics_.try_emplace({step.name, metric.name}, &metric);
    }
  }
  for (const results::Figure& figure : report.figures) {
    figures_.try_emplace({figure.plugin, figure.name}, &figure);
    if (figure.part == Part::bin) binned_.insert(figure.plugin);
  }
}

const results::Metric* Declarations::metricOf(const results::Observation& o) const {
  const auto found = metrics_.find({o.step, o.metric});
  return found == metrics_.end() ? nullptr : found->second;
}

const results::Figure* Declarations::of(const results::Observation& o) const {
  const results::Metric* metric = metricOf(o);
  if (metric == nullptr) return nullptr;
  const auto found = figures_.find({metric->plugin, o.figure});
  return found == figures_.end() ? nullptr : found->second;
}

bool Declarations::isPart(const results::Observation& o, Part part) const {
  const results::Figure* figure = of(o);
  return figure != nullptr && figure->part == part;
}

bool Declarations::isApart(const results::Observation& o) const {
  const results::Figure* figure = of(o);
  return figure != nullptr && (figure->unit == Unit::truth || binned_.contains(figure->plugin));
}

FirstFigures::FirstFigures(const results::Report& report) {
  for (const results::Observation& o : report.rows) {
    first_.try_emplace({o.step, o.metric}, o.figure);
  }
}

bool FirstFigures::isFirst(const results::Observation& o) const {
  const auto found = first_.find({o.step, o.metric});
  return found != first_.end() && found->second == o.figure;
}

Columns::Columns(const std::vector<std::string>& names) : names_(names) {
  for (const std::string& name : names_) columns_[name] = Json::array();
}

void Columns::add(const std::vector<Json>& row) {
  for (std::size_t i = 0; i < names_.size(); ++i) columns_[names_[i]].push_back(row.at(i));
  ++size_;
}

Json channel(const char* field, const char* type, const std::string& title, const Json& more) {
  Json json{{"field", field}, {"type", type}, {"title", title}};
  if (more.is_object()) json.update(more);
  return json;
}

Json layout(int columns, double height) { return {{"columns", columns}, {"height", height}}; }

void Mean::add(double value) {
  if (!std::isfinite(value)) return;
  sum_ += value;
  ++count_;
}

double Mean::value() const {
  return count_ == 0 ? results::kUndefined : sum_ / static_cast<double>(count_);
}

}  // namespace kindred::report
