// How the assignment is solved, for rows <= columns.
//
// Every column has a price, at first 0, that only ever falls; value - price is a reduced value.
// Rows are assigned to columns at which their reduced value is smallest, so that prices and row
// minima are a feasible dual solution throughout, and the first complete assignment is an optimal
// one.
//   1. Each row takes the column of its smallest value if that is still free. In one pass over the
//      matrix; where rows and columns are clearly related, this is already all.
//   2. Row reduction: a row left over takes its best column from whoever holds it, and lowers the
//      column's price until its second-best column is as good; the row thrown out goes on.
//   3. The shortest augmenting path (Dijkstra over reduced values) from each row still left over.
// Steps 2 and 3 look at short lists of each row's smallest reduced values. Prices never rise, so a
// list's bound (no column outside it was smaller when it was made) holds for ever; a row is read in
// full again only where the bound leaves the answer open.

#include <kindred/analysis/stats/detail/shortest_paths.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <queue>

#include <kindred/analysis/stats/detail/class_minima.hpp>
#include <kindred/analysis/stop/stop.hpp>
#include <kindred/error.hpp>

namespace kindred::stats {

namespace {

constexpr double kUnbounded = std::numeric_limits<double>::infinity();
constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

template <class T>
class Solver {
 public:
  Solver(MatrixView<T> values, double sign)
      : values_(values),
        sign_(sign),
        column_of_(values.rows, kNone),
        row_of_(values.columns, kNone),
        price_(values.columns, 0.0) {}

  Assignment solve() {
    takeRowMinima();
    if (!left_over_.empty()) {
      makeLists();
      reduceRows();
      prepareSearch();
      for (const std::uint32_t row : left_over_) {
        stopWhereAsked();
        augment(row);
      }
    }
    return result();
  }

 private:
  // A column of a row's list, and sign * value there.
  struct Candidate {
    T value;
    std::uint32_t column;
  };
  static constexpr std::size_t kWanted = 24;  // classes whose minima a list is to hold
  static constexpr std::size_t kMost = 96;    // candidates a list can hold
  struct List {
    std::size_t size = 0;
    double bound = -kUnbounded;  // no column outside the list has a smaller reduced value
  };
  struct BestTwo {
    double best = kUnbounded;
    double second = kUnbounded;
    std::uint32_t column = kNone;
    std::uint32_t second_column = kNone;
  };

  double valueAt(std::size_t row, std::size_t column) const {
    return sign_ * values_.row(row)[column];
  }

  void takeRowMinima() {
    std::array<T, kBlock> minima;
    for (std::size_t i = 0; i < values_.rows; ++i) {
      const T* row = values_.row(i);
      if (!classMinima(row, values_.columns, static_cast<T>(sign_), minima.data())) {
        throw inputError("", "an assignment over values that are not finite",
                         "leave out rows that are zero or not numbers");
      }
      const auto least = std::min_element(minima.begin(), minima.end());
      auto column = static_cast<std::size_t>(least - minima.begin());
      while (static_cast<T>(sign_) * row[column] != *least) column += kBlock;
      take(i, static_cast<std::uint32_t>(column));
    }
  }

  void take(std::size_t row, std::uint32_t column) {
    if (row_of_[column] != kNone) {
      left_over_.push_back(static_cast<std::uint32_t>(row));
      return;
    }
    row_of_[column] = static_cast<std::uint32_t>(row);
    column_of_[row] = column;
  }

  void makeLists() {
    candidates_ = std::make_unique_for_overwrite<Candidate[]>(values_.rows * kMost);
    lists_.resize(values_.rows);
  }

  // Lists the row's smallest reduced values: all up to the kWanted-th smallest class minimum.
  void renewList(std::size_t i) {
    const T* row = values_.row(i);
    std::array<double, kBlock> minima;
    reducedClassMinima(row, price_.data(), values_.columns, sign_, minima.data());
    std::array<double, kBlock> sorted = minima;
    std::nth_element(sorted.begin(), sorted.begin() + kWanted, sorted.end());
    List& list = lists_[i];
    list = {0, sorted[kWanted]};
    const double threshold = list.bound;
    Candidate* candidates = candidates_.get() + i * kMost;
    for (std::size_t c = 0; c < kBlock; ++c) {
      if (minima[c] > threshold) continue;
      for (std::size_t j = c; j < values_.columns; j += kBlock) {
        const double reduced = sign_ * row[j] - price_[j];
        if (reduced > threshold) continue;
        if (list.size < kMost) {
          candidates[list.size++] = {static_cast<T>(sign_ * row[j]), static_cast<std::uint32_t>(j)};
        } else {
          list.bound = std::min(list.bound, reduced);
        }
      }
    }
  }

  BestTwo bestListed(std::size_t i) const {
    BestTwo two;
    const Candidate* candidate = candidates_.get() + i * kMost;
    for (const Candidate* end = candidate + lists_[i].size; candidate != end; ++candidate) {
      const double reduced = candidate->value - price_[candidate->column];
      if (reduced >= two.second) continue;
      if (reduced < two.best) {
        two.second = std::exchange(two.best, reduced);
        two.second_column = std::exchange(two.column, candidate->column);
      } else {
        two.second = reduced;
        two.second_column = candidate->column;
      }
    }
    return two;
  }

  BestTwo bestTwo(std::size_t i) {
    BestTwo two = bestListed(i);
    if (two.second > lists_[i].bound) {
      renewList(i);
      two = bestListed(i);
      // Only a list cut short at kMost can leave the second open: its bound then stands for it.
      if (two.second > lists_[i].bound) two.second = std::max(two.best, lists_[i].bound);
    }
    return two;
  }

  void reduceRows() {
    for (int pass = 0; pass < kPasses && !left_over_.empty(); ++pass) {
      std::vector<std::uint32_t> still;
      std::size_t budget = kStepsPerRow * values_.rows;  // prices may fall in tiny steps
      for (std::uint32_t row : left_over_) {
        stopWhereAsked();
        while (row != kNone) {
          if (budget == 0) {
            still.push_back(row);
            break;
          }
          --budget;
          BestTwo two = bestTwo(row);
          if (two.best == two.second && row_of_[two.column] != kNone &&
              two.second_column != kNone) {
            std::swap(two.column, two.second_column);
          }
          const bool lowered = two.second < kUnbounded && two.best < two.second;
          if (lowered) price_[two.column] -= two.second - two.best;
          const std::uint32_t thrown_out = row_of_[two.column];
          row_of_[two.column] = row;
          column_of_[row] = two.column;
          if (thrown_out != kNone) column_of_[thrown_out] = kNone;
          if (thrown_out != kNone && !lowered) {
            still.push_back(thrown_out);
            break;
          }
          row = thrown_out;
        }
      }
      left_over_ = std::move(still);
    }
  }

  // --- Shortest augmenting paths ---------------------------------------------------------------

  struct Reached {  // a column and its distance from the row that the search began at
    double distance;
    std::uint32_t column;
    bool operator<(const Reached& other) const { return distance > other.distance; }
  };
  struct Unread {  // a row of which only the list was looked at
    double bound;  // on the distances of the columns outside the list
    double offset;
    std::uint32_t row;
    bool operator<(const Unread& other) const { return bound > other.bound; }
  };

  void prepareSearch() {
    limit_.assign(values_.columns, kUnbounded);
    came_from_.assign(values_.columns, kNone);
    blocks_.resize(values_.columns / kBlock + 1);
    for (std::size_t j = 0; j < values_.columns; ++j) {
      if (row_of_[j] == kNone) free_columns_.push_back(static_cast<std::uint32_t>(j));
    }
  }

  void reach(std::uint32_t column, double distance, std::uint32_t from) {
    if (limit_[column] == kUnbounded) touched_.push_back(column);
    limit_[column] = distance;
    came_from_[column] = from;
    if (row_of_[column] == kNone) {
      ceiling_ = distance;
      target_ = column;
    } else {
      reached_.push_back({distance, column});
      std::push_heap(reached_.begin(), reached_.end());
    }
  }

  void tryColumn(std::uint32_t row, std::uint32_t column, double distance) {
    if (distance < limit_[column] && distance < ceiling_) reach(column, distance, row);
  }

  // Distances through `row` are its reduced values less `offset`.
  void readList(std::uint32_t row, double offset) {
    const Candidate* candidate = candidates_.get() + row * kMost;
    for (const Candidate* end = candidate + lists_[row].size; candidate != end; ++candidate) {
      tryColumn(row, candidate->column, candidate->value - price_[candidate->column] - offset);
    }
    unread_.push_back({lists_[row].bound - offset, offset, row});
    std::push_heap(unread_.begin(), unread_.end());
  }

  void readRow(std::uint32_t row, double offset) {
    const std::size_t blocks = blocksBelow(values_.row(row), price_.data(), limit_.data(), ceiling_,
                                           values_.columns, sign_, offset, blocks_.data());
    for (std::size_t b = 0; b < blocks; ++b) {
      const std::size_t first = blocks_[b] * kBlock;
      const std::size_t end = std::min(values_.columns, first + kBlock);
      for (std::size_t j = first; j < end; ++j) {
        tryColumn(row, static_cast<std::uint32_t>(j), valueAt(row, j) - price_[j] - offset);
      }
    }
  }

  void augment(std::uint32_t start) {
    ceiling_ = kUnbounded;
    reached_.clear();
    unread_.clear();
    settled_.clear();
    if (lists_[start].size == 0) renewList(start);
    // The free columns at once: they bound the length of any path worth following.
    std::erase_if(free_columns_, [&](std::uint32_t j) { return row_of_[j] != kNone; });
    for (const std::uint32_t j : free_columns_) {
      tryColumn(start, j, valueAt(start, j) - price_[j]);
    }
    readList(start, 0);
    for (;;) {
      while (!reached_.empty() && reached_.front().distance > limit_[reached_.front().column]) {
        pop(reached_);  // reached again since, by a shorter way
      }
      const double nearest =
          std::min(ceiling_, reached_.empty() ? kUnbounded : reached_.front().distance);
      if (!unread_.empty() && unread_.front().bound < nearest) {
        const Unread unread = pop(unread_);
        readRow(unread.row, unread.offset);
      } else if (nearest == ceiling_) {
        break;
      } else {
        settle(pop(reached_));
      }
    }
    for (const Reached& settled : settled_) price_[settled.column] += settled.distance - ceiling_;
    for (const std::uint32_t j : touched_) limit_[j] = kUnbounded;
    touched_.clear();
    std::uint32_t column = target_;
    for (std::uint32_t row = kNone; row != start;) {
      row = came_from_[column];
      row_of_[column] = row;
      std::swap(column, column_of_[row]);
    }
  }

  void settle(Reached nearest) {
    limit_[nearest.column] = -kUnbounded;
    settled_.push_back(nearest);
    const std::uint32_t row = row_of_[nearest.column];
    if (lists_[row].size == 0) renewList(row);
    readList(row, valueAt(row, nearest.column) - price_[nearest.column] - nearest.distance);
  }

  template <class Item>
  static Item pop(std::vector<Item>& heap) {
    std::pop_heap(heap.begin(), heap.end());
    const Item item = heap.back();
    heap.pop_back();
    return item;
  }

  Assignment result() const {
    Assignment assignment;
    assignment.column_of_row.assign(column_of_.begin(), column_of_.end());
    assignment.row_price.resize(values_.rows);
    assignment.column_price = price_;
    for (std::size_t i = 0; i < values_.rows; ++i) {
      const std::uint32_t j = column_of_[i];
      assignment.total += sign_ * valueAt(i, j);
      assignment.row_price[i] = sign_ * (valueAt(i, j) - price_[j]);
    }
    for (double& price : assignment.column_price) price *= sign_;
    return assignment;
  }

  static constexpr int kPasses = 2;
  static constexpr std::size_t kStepsPerRow = 10;

  MatrixView<T> values_;
  double sign_;
  std::vector<std::uint32_t> column_of_;
  std::vector<std::uint32_t> row_of_;
  std::vector<double> price_;
  std::vector<std::uint32_t> left_over_;  // rows without a column
  std::unique_ptr<Candidate[]> candidates_;
  std::vector<List> lists_;
  // One search:
  std::vector<double> limit_;  // a column's distance so far; minus infinity once it is settled
  std::vector<std::uint32_t> came_from_;
  std::vector<std::uint32_t> touched_;
  std::vector<std::uint32_t> free_columns_;
  std::vector<std::uint32_t> blocks_;
  std::vector<Reached> reached_;
  std::vector<Reached> settled_;
  std::vector<Unread> unread_;
  double ceiling_ = kUnbounded;  // the distance of the nearest free column
  std::uint32_t target_ = kNone;
};

}  // namespace

template <class T>
Assignment shortestPaths(MatrixView<T> values, double sign) {
  if (values.rows == 0) {
    return {{}, 0, {}, std::vector<double>(values.columns, 0.0)};
  }
  return Solver<T>(values, sign).solve();
}

template Assignment shortestPaths(MatrixView<float>, double);
template Assignment shortestPaths(MatrixView<double>, double);

}  // namespace kindred::stats
