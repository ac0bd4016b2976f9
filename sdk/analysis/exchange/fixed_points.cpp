#include <kindred/analysis/exchange/fixed_points.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include <kindred/analysis/align/certificates.hpp>
#include <kindred/analysis/align/likeness.hpp>
#include <kindred/analysis/stats/assignment.hpp>
#include <kindred/analysis/stats/log_space.hpp>
#include <kindred/analysis/stats/tails.hpp>

namespace kindred::exchange {
namespace {

// Of a normal row of a dozen: random ones of as few are as alike as copies.
constexpr double kFewestNumbers = 4;

double medianOf(std::vector<float> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

// An order chosen to fit can do no better than the largest cosine of each row, so that is what rows
// that are alike must exceed.
void FixedPoints::addSizes(const arma::fmat& cosines, const std::vector<std::size_t>& matching,
                           std::span<const double> numbers) {
  for (std::size_t i = 0; i < matching.size(); ++i) {
    if (matching[i] >= cosines.n_cols) continue;
    float largest = 0;
    for (arma::uword j = 0; j < cosines.n_cols; ++j) {
      if (j != matching[i]) largest = std::max(largest, cosines(i, j));
    }
    matched_.push_back(cosines(i, matching[i]));
    others_ += largest;
    const bool tells = numbers.empty() || numbers[i] >= kFewestNumbers;
    clear_ += tells && cosines(i, matching[i]) >= align::clearFrom(largest);
  }
}

std::vector<std::size_t> FixedPoints::add(const arma::fmat& similarity, std::uint64_t width,
                                          std::span<const double> numbers) {
  if (similarity.n_elem < 2 || !similarity.is_finite()) return {};
  const arma::fmat by_row = similarity.t();  // column-major columns are row-major rows
  const stats::MatrixView<float> view{
      {by_row.memptr(), by_row.n_elem}, similarity.n_rows, similarity.n_cols};
  if (stats::isConstant(view)) return {};
  stats::Assignment best =
      stats::assignRelabelled(view, stats::Goal::maximise, seed_ + sizes_.size());
  optimal_ += stats::certify(view, stats::Goal::maximise, best).holds;
  std::vector<std::size_t> matching = std::move(best.column_of_row);
  for (std::size_t i = 0; i < matching.size(); ++i) fixed_ += matching[i] == i;
  if (width > 0) addSizes(similarity, matching, numbers);
  width_ = width;
  const std::uint64_t smaller = std::min(similarity.n_rows, similarity.n_cols);
  square_ = square_ && similarity.n_rows == similarity.n_cols;
  larger_ = std::max(similarity.n_rows, similarity.n_cols);
  sizes_.push_back(smaller);
  units_ += smaller;
  return matching;
}

Finding FixedPoints::finding(const std::string& null) const {
  Finding finding;
  finding.statistic = static_cast<double>(fixed_);
  finding.units = units_;
  finding.null = null;
  finding.seed = seed_;
  if (square_) {
    finding.log10_p = stats::layersTail(sizes_, fixed_).log10_p;
    for (const std::uint64_t size : sizes_) finding.log10_p_floor -= stats::log10Factorial(size);
  } else if (sizes_.size() == 1) {
    finding.log10_p = stats::injectionTailBound(units_, larger_, fixed_);
    finding.log10_p_floor = stats::injectionTailBound(units_, larger_, units_);
  } else {
    finding.log10_p = stats::layersTailBound(sizes_.size(), fixed_);
    finding.log10_p_floor = stats::layersTailBound(sizes_.size(), units_);
  }
  for (std::size_t i = 0; i < sizes_.size(); ++i) align::addAssignment(finding, i < optimal_);
  if (width_ > 0 && units_ > 0) {
    const double scale = std::sqrt(static_cast<double>(width_)) / static_cast<double>(units_);
    const double matched = std::accumulate(matched_.begin(), matched_.end(), 0.0);
    finding.likeness = Likeness{units_, width_, scale * matched, scale * others_};
    finding.likeness->median = std::sqrt(static_cast<double>(width_)) * medianOf(matched_);
    finding.likeness->clear = clear_;
  }
  finding.details["parts"] = static_cast<double>(sizes_.size());
  return finding;
}

bool mostlyDistinct(std::span<const std::uint32_t> origins) {
  constexpr double kShare = 0.75;  // trained units may be alike without being copies
  std::set<std::uint32_t> distinct;
  std::size_t count = 0;
  for (const std::uint32_t origin : origins) {
    if (origin == kNoOrigin) continue;
    distinct.insert(origin);
    ++count;
  }
  return static_cast<double>(distinct.size()) >= kShare * static_cast<double>(count);
}

std::vector<MlpMatch> oncePerGroup(const MatrixTask& task) {
  const std::vector<Place>& places = task.a.weights().mlps();
  std::map<std::uint32_t, MlpMatch> best;
  for (const MlpMatch& match : task.alignment.mlps) {
    const auto mlp =
        static_cast<std::size_t>(std::find(places.begin(), places.end(), match.a) - places.begin());
    if (!mostlyDistinct(task.a.doubling().units.at(mlp))) continue;
    const auto [found, fresh] = best.try_emplace(task.a.doubling().mlp_groups.at(mlp), match);
    if (!fresh && match.similarity > found->second.similarity) found->second = match;
  }
  std::vector<MlpMatch> matches;
  for (auto& [group, match] : best) matches.push_back(std::move(match));
  return matches;
}

std::vector<std::pair<std::int64_t, std::int64_t>> layerPairs(
    const MatrixTask& task, const std::vector<std::uint32_t>& groups) {
  std::map<std::uint32_t, const MlpMatch*> best;
  for (const MlpMatch& match : task.alignment.mlps) {
    const MlpMatch*& known = best[groups.at(static_cast<std::size_t>(match.a.layer))];
    if (known == nullptr || match.similarity > known->similarity) known = &match;
  }
  std::vector<std::pair<std::int64_t, std::int64_t>> pairs;
  for (const auto& [group, match] : best) pairs.emplace_back(match->a.layer, match->b.layer);
  return pairs;
}

std::string assumption(const ModelWeights& reference, const std::string& what) {
  return "initialisation and training of " + reference.model() + " treat " + what + " alike";
}

}  // namespace kindred::exchange
