// What a run has finished, kept while it goes on, so that one which ends early can be gone on with:
// a file a unit of work in the folder `journal` of its results, written whole or not at all.
//
// A unit is kept under a hash of its name and of all that the run's results depend on, together
// with a hash of its text. What is damaged, cut off, a link, somebody else's file or one that
// everyone may write to is as good as not there: the unit is computed again.
#pragma once

#include <atomic>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kindred::run {

// What all results of a run depend on, and its hash: {"recipe", "1a2b..."}.
using Facts = std::vector<std::pair<std::string, std::string>>;

class Journal {
 public:
  enum class Start { anew, resumed, read };

  // In the folder of results, which is there and this run's alone. Anew: what an earlier run kept
  // is removed. Resumed: an Error names the folder where it has no journal, or one of a run with
  // other facts. Read: what a run that is at work has kept; nothing is written.
  Journal(const std::filesystem::path& results, const Facts& facts, Start start);
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // The text that was kept of a unit; none: it is to be computed. [any-thread]
  std::optional<std::string> find(const std::string& unit);
  // An Error where it can't be written. [any-thread]
  void keep(const std::string& unit, std::string_view text);
  // A text that was found is no result of the unit. [any-thread]
  void doubt() { ++doubted_; }

  bool empty() const { return kept_ == 0; }
  std::size_t doubted() const { return doubted_; }  // units whose files could not be believed
  // Of a run that came to its end: nothing is to be gone on with.
  void remove();

  // Whether a run left one in this folder of results.
  static bool isIn(const std::filesystem::path& results);

 private:
  std::filesystem::path fileOf(const std::string& key) const;
  std::string keyOf(const std::string& unit) const;
  void resume(const Facts& facts);

  std::filesystem::path folder_;
  std::string facts_;
  bool writes_ = true;
  std::atomic<std::size_t> kept_{0}, doubted_{0};
};

}  // namespace kindred::run
