#include "run/share.hpp"

#include <algorithm>
#include <chrono>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <numeric>
#include <thread>

#include <fmt/format.h>

#include <kindred/error.hpp>

#include <kindred/analysis/stop/stop.hpp>

#include "results/hash.hpp"
#include "run/interrupt.hpp"
#include "run/told_error.hpp"

namespace kindred::run {
namespace {

constexpr std::chrono::milliseconds kPause{1};  // between looks for messages

Error toldBy(const std::string& text) {
  return errorOf(text,
                 {Category::internal, "", "another rank told of an error that can't be read"});
}

enum class Kind {
  want,    // to the first rank: something to do (unit: how often ranks shared work, this time
           // included; text: the hash of the units' names)
  begin,   // from it: this unit
  done,    // a unit, and its text
  none,    // a unit that can't be told, or was interrupted
  failed,  // a unit, and its error
  lost,    // a rank, and why
  end      // from the first rank: all texts, or an error
};

// What goes between ranks: a line, and a text behind it.
struct Note {
  Kind kind{};
  std::uint64_t unit = 0;
  std::string text = {};
};

std::string packed(const Note& note) {
  return fmt::format("{} {}\n{}", static_cast<int>(note.kind), note.unit, note.text);
}

Note unpacked(const std::string& text) {
  const std::size_t space = text.find(' '), line = text.find('\n');
  Note note;
  note.kind = static_cast<Kind>(std::stoi(text.substr(0, space)));
  note.unit = std::stoull(text.substr(space + 1, line - space - 1));
  note.text = text.substr(line + 1);
  return note;
}

using Texts = std::vector<std::optional<std::string>>;

std::string packedTexts(const Texts& texts) {
  std::string all;
  for (const auto& text : texts) {
    all += text ? fmt::format("{}\n", text->size()) + *text : "-\n";
  }
  return all;
}

Texts unpackedTexts(const std::string& all, std::size_t count) {
  Texts texts(count);
  std::size_t at = 0;
  for (auto& text : texts) {
    const std::size_t line = all.find('\n', at);
    const std::string size = all.substr(at, line - at);
    at = line + 1;
    if (size == "-") continue;
    text = all.substr(at, std::stoull(size));
    at += text->size();
  }
  return texts;
}

// Threads that compute units, for the thread that passes messages.
class Bench {
 public:
  explicit Bench(const SharedWork& work) : work_(work) {}

  bool hasRoom() const { return under_way_ < std::max(work_.threads, 1u); }
  bool isEmpty() const { return under_way_ == 0; }

  void begin(std::size_t unit) {
    ++under_way_;
    threads_.emplace_back([this, unit] {
      Note note = computed(unit);
      const std::lock_guard lock(mutex_);
      finished_.push_back(std::move(note));
    });
  }

  std::optional<Note> takeFinished() {
    const std::lock_guard lock(mutex_);
    if (finished_.empty()) return std::nullopt;
    Note note = std::move(finished_.front());
    finished_.pop_front();
    --under_way_;
    if (under_way_ == 0) threads_.clear();  // their work is done: joins at once
    return note;
  }

 private:
  Note computed(std::size_t unit) const {
    try {
      std::optional<std::string> text = work_.compute(unit);
      if (text && !interrupted()) return {Kind::done, unit, std::move(*text)};
      return {Kind::none, unit};
    } catch (const Stopped&) {
      return {Kind::none, unit};
    } catch (const Error& error) {
      return {Kind::failed, unit, errorText(error)};
    } catch (const std::exception& error) {
      return {Kind::failed, unit, errorText(Error(Category::internal, "", error.what()))};
    }
  }

  const SharedWork& work_;
  std::size_t under_way_ = 0;
  std::mutex mutex_;  // of finished_
  std::deque<Note> finished_;
  std::vector<std::jthread> threads_;
};

std::string hashOf(const std::vector<std::string>& names) {
  std::string all;
  for (const std::string& name : names) all += name + '\n';
  return results::xxh3(all);
}

// The rank that hands out, and computes as well.
class First {
 public:
  First(Ranks& ranks, const SharedWork& work)
      : ranks_(ranks), work_(work), bench_(work), names_(hashOf(work.names)) {}

  Texts run() {
    listUnits();
    while (!isDone()) {
      bool idle = true;
      for (; bench_.hasRoom() && mayBegin(); idle = false) bench_.begin(next());
      for (; !waiting_.empty() && mayBegin(); idle = false) {
        ranks_.send(waiting_.front(), packed({Kind::begin, next()}));
        waiting_.pop_front();
        ++outside_;
      }
      while (std::optional<Note> note = bench_.takeFinished()) {
        take(*note);
        idle = false;
      }
      while (std::optional<Message> message = ranks_.receive()) {
        answer(*message);
        idle = false;
      }
      if (idle) std::this_thread::sleep_for(kPause);
    }
    tellAll();
    if (!failures_.empty()) throw toldBy(failures_.begin()->second);
    return std::move(texts_);
  }

 private:
  // The dearest first, so that none of them is begun last.
  void listUnits() {
    texts_.resize(work_.names.size());
    for (std::size_t i = 0; i < texts_.size(); ++i) {
      texts_[i] = work_.known(i);
      if (!texts_[i]) queue_.push_back(i);
    }
    std::stable_sort(queue_.begin(), queue_.end(),
                     [&](std::size_t x, std::size_t y) { return work_.cost[x] > work_.cost[y]; });
  }

  bool mayBegin() const { return !queue_.empty() && failures_.empty() && !interrupted(); }
  bool isDone() const { return !mayBegin() && bench_.isEmpty() && outside_ == 0; }

  std::size_t next() {
    const std::size_t unit = queue_.front();
    queue_.pop_front();
    return unit;
  }

  void take(Note& note) {
    if (note.kind == Kind::failed) failures_.emplace(note.unit, std::move(note.text));
    if (note.kind != Kind::done) return;
    work_.done(note.unit, note.text);
    texts_.at(note.unit) = std::move(note.text);
  }

  static std::string rankText(const Message& message) {
    return fmt::format("rank {}", message.from);
  }

  void fail(const Error& error) { failures_.emplace(0, errorText(error)); }

  void answer(const Message& message) {
    Note note = unpacked(message.text);
    if (note.kind == Kind::lost) return fail({Category::input, rankText(message), note.text});
    if (note.kind == Kind::want) {
      if (note.unit < ranks_.times_shared) return;  // it crossed the end of earlier work
      if (note.text != names_) {
        return fail(
            inputError(rankText(message),
                       "has other work than the first: it sees other files, or is another program",
                       "give all ranks the same files, by the same paths"));
      }
      waiting_.push_back(message.from);
      return;
    }
    --outside_;
    take(note);
  }

  void tellAll() {
    Note end{Kind::end, interrupted() ? 1U : 0U, packedTexts(texts_)};
    if (!failures_.empty()) end = {Kind::failed, 0, failures_.begin()->second};
    for (int rank = 1; rank < ranks_.size(); ++rank) ranks_.send(rank, packed(end));
  }

  Ranks& ranks_;
  const SharedWork& work_;
  Bench bench_;
  std::string names_;
  Texts texts_;
  std::deque<std::size_t> queue_;
  std::deque<int> waiting_;                      // ranks that want something to do
  std::size_t outside_ = 0;                      // units at other ranks
  std::map<std::size_t, std::string> failures_;  // by unit
};

// Any other rank.
class Other {
 public:
  Other(Ranks& ranks, const SharedWork& work)
      : ranks_(ranks), work_(work), bench_(work), names_(hashOf(work.names)) {}

  Texts run() {
    std::optional<Note> end;
    while (!end) {
      bool idle = true;
      if (!asked_ && bench_.hasRoom()) {
        ranks_.send(0, packed({Kind::want, ranks_.times_shared, names_}));
        asked_ = true;
      }
      while (std::optional<Note> note = bench_.takeFinished()) {
        ranks_.send(0, packed(*note));
        idle = false;
      }
      while (std::optional<Message> message = end ? std::nullopt : ranks_.receive()) {
        Note note = unpacked(message->text);
        idle = false;
        if (note.kind == Kind::begin) {
          bench_.begin(note.unit);
          asked_ = false;
        } else {
          end = std::move(note);
        }
      }
      if (idle) std::this_thread::sleep_for(kPause);
    }
    if (end->kind == Kind::failed) throw toldBy(end->text);
    if (end->unit == 1) interrupt();
    return unpackedTexts(end->text, work_.names.size());
  }

 private:
  Ranks& ranks_;
  const SharedWork& work_;
  Bench bench_;
  std::string names_;
  bool asked_ = false;
};

}  // namespace

std::vector<std::optional<std::string>> share(Ranks& ranks, const SharedWork& work) {
  ++ranks.times_shared;
  return ranks.first() ? First(ranks, work).run() : Other(ranks, work).run();
}

void sayLost(Ranks& ranks, const std::string& why) { ranks.send(0, packed({Kind::lost, 0, why})); }

}  // namespace kindred::run
