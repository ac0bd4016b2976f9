#include "run/journal.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

#include <kindred/error.hpp>

#include "results/files.hpp"
#include "results/hash.hpp"

namespace kindred::run {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFolder = "journal";
constexpr const char* kHead = "run";  // says whose the others are
constexpr const char* kEnding = ".unit";
constexpr std::string_view kFirstLine =
    "Kindred keeps here what a run has finished, until it ends (layout 1).\n";
constexpr std::string_view kUnitLine = "kindred unit 1\n";
constexpr off_t kLargestJournal = off_t{1} << 30;
constexpr std::size_t kHexDigits = 32;

// The file's text, where only this user can have written it.
std::optional<std::string> ownText(const fs::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return std::nullopt;
  std::optional<std::string> text;
  struct stat found {};
  if (::fstat(descriptor, &found) == 0 && S_ISREG(found.st_mode) && found.st_uid == ::geteuid() &&
      (found.st_mode & S_IWOTH) == 0 && found.st_size <= kLargestJournal) {
    text.emplace(static_cast<std::size_t>(found.st_size), '\0');
    std::size_t done = 0;
    while (done < text->size()) {
      const ssize_t n = ::read(descriptor, text->data() + done, text->size() - done);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) break;
      done += static_cast<std::size_t>(n);
    }
    if (done < text->size()) text.reset();
  }
  ::close(descriptor);
  return text;
}

std::string textOf(const Facts& facts) {
  std::string text(kFirstLine);
  for (const auto& [name, hash] : facts) text += name + ' ' + hash + '\n';
  return text;
}

bool isUnit(const std::string& name) {
  return name.size() == kHexDigits + std::string_view(kEnding).size() && name.ends_with(kEnding) &&
         name.find_first_not_of("0123456789abcdef") == kHexDigits;
}

// A file of a journal, or NAME.PID.part, what was left of one that was being written.
bool isOurs(std::string name) {
  if (name.ends_with(".part")) {
    name.resize(name.size() - std::string_view(".part").size());
    name.resize(std::min(name.rfind('.'), name.size()));
  }
  return name == kHead || isUnit(name);
}

void removeAll(const fs::path& folder) {
  std::error_code ignored;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (isOurs(entry.path().filename().string())) files.push_back(entry.path());
  }
  for (const fs::path& file : files) fs::remove(file, ignored);
  fs::remove(folder, ignored);  // where nothing of anybody else is in it
}

}  // namespace

bool Journal::isIn(const fs::path& results) {
  const auto head = ownText(results / kFolder / kHead);
  return head && head->starts_with(kFirstLine);
}

Journal::Journal(const fs::path& results, const Facts& facts, Start start)
    : folder_(results / kFolder), facts_(textOf(facts)), writes_(start != Start::read) {
  if (start == Start::read) return;
  if (start == Start::resumed) {
    resume(facts);
    return;
  }
  if (isIn(results)) removeAll(folder_);
  results::prepareFolder(folder_);
  if (fs::is_symlink(fs::symlink_status(folder_))) {
    throw inputError(folder_.string(), "is a link, and what a run keeps would go elsewhere",
                     "remove it, or name another folder with --out");
  }
  results::writeAtomically(folder_ / kHead, facts_);
}

void Journal::resume(const Facts& facts) {
  const auto head = ownText(folder_ / kHead);
  if (!head || !head->starts_with(kFirstLine)) {
    throw inputError(
        folder_.parent_path().string(),
        "holds nothing that a run could go on from: there is no journal of yours in it",
        "name the folder of a run that was interrupted, or leave --resume out");
  }
  std::string others;
  for (const auto& [name, hash] : facts) {
    if (head->find('\n' + name + ' ' + hash + '\n') != std::string::npos) continue;
    others += (others.empty() ? "" : ", ") + name;
  }
  if (!others.empty() || *head != facts_) {
    throw inputError(
        folder_.parent_path().string(),
        fmt::format("holds the journal of another run: not the same {}",
                    others.empty() ? "version of it" : others),
        "give the same command as then, or leave --resume out and begin anew with --force");
  }
}

std::string Journal::keyOf(const std::string& unit) const { return results::xxh3(facts_ + unit); }

fs::path Journal::fileOf(const std::string& key) const { return folder_ / (key + kEnding); }

std::optional<std::string> Journal::find(const std::string& unit) {
  const std::string key = keyOf(unit);
  const fs::path file = fileOf(key);
  std::error_code ignored;
  if (!fs::exists(fs::symlink_status(file, ignored))) return std::nullopt;
  std::optional<std::string> text = ownText(file);
  const std::size_t head = kUnitLine.size() + 2 * kHexDigits + 2;
  if (!text || text->size() < head) {
    doubt();
    return std::nullopt;
  }
  const std::string_view body = std::string_view(*text).substr(head);
  if (std::string_view(*text).substr(0, head) !=
      fmt::format("{}{} {}\n", kUnitLine, key, results::xxh3(body))) {
    doubt();
    return std::nullopt;
  }
  ++kept_;
  return text->substr(head);
}

void Journal::keep(const std::string& unit, std::string_view text) {
  if (!writes_) return;
  const std::string key = keyOf(unit);
  // What a failing machine cuts off is told by its hash.
  constexpr bool kDurable = false;
  results::writeAtomically(
      fileOf(key), fmt::format("{}{} {}\n{}", kUnitLine, key, results::xxh3(text), text), kDurable);
  ++kept_;
}

void Journal::remove() {
  if (writes_) removeAll(folder_);
}

}  // namespace kindred::run
