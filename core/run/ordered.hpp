// Work shared by threads whose results arrive in order.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include <kindred/analysis/stop/stop.hpp>

namespace kindred::run {

// Calls compute(i) for i in [0, count) on `threads` threads and consume(i, result) in the order of
// i, one call at a time. At most a few results a thread wait for their turn, so memory is bounded.
// `stop` is asked before each item; once it says so, or compute throws Stopped, no more are begun,
// and those that are finished up to the first that is not are still consumed.
// Returns how many were consumed. The first exception (by order) is rethrown after all threads have
// ended.
template <class Result>
std::size_t inOrder(std::size_t count, unsigned threads,
                    const std::function<Result(std::size_t)>& compute,
                    const std::function<void(std::size_t, Result&&)>& consume,
                    const std::function<bool()>& stop) {
  struct State {
    std::mutex mutex;
    std::condition_variable room;
    std::size_t next = 0;      // the item to begin
    std::size_t consumed = 0;  // items before this one are done
    bool closed = false;       // no more items are begun
    std::map<std::size_t, Result> waiting;
    std::map<std::size_t, std::exception_ptr> failures;
  } state;
  const std::size_t window = std::size_t{4} * std::max(threads, 1u);

  const auto begin = [&]() -> std::optional<std::size_t> {
    std::unique_lock lock(state.mutex);
    state.room.wait(lock, [&] {
      return state.closed || state.next == count || state.next < state.consumed + window;
    });
    if (state.closed || state.next == count) return std::nullopt;
    if (stop()) {
      state.closed = true;
      state.room.notify_all();
      return std::nullopt;
    }
    return state.next++;
  };
  const auto finish = [&](std::size_t i, Result&& result) {
    const std::lock_guard lock(state.mutex);
    state.waiting.emplace(i, std::move(result));
    while (!state.waiting.empty() && state.waiting.begin()->first == state.consumed) {
      auto node = state.waiting.extract(state.waiting.begin());
      consume(node.key(), std::move(node.mapped()));
      ++state.consumed;
    }
    state.room.notify_all();
  };
  const auto work = [&] {
    for (std::optional<std::size_t> i; (i = begin());) {
      try {
        finish(*i, compute(*i));
      } catch (const Stopped&) {
        const std::lock_guard lock(state.mutex);
        state.closed = true;
        state.room.notify_all();
      } catch (...) {
        const std::lock_guard lock(state.mutex);
        state.failures.emplace(*i, std::current_exception());
        state.closed = true;
        state.room.notify_all();
      }
    }
  };
  {
    std::vector<std::jthread> helpers;
    for (unsigned t = 1; t < threads && t < count; ++t) helpers.emplace_back(work);
    work();
  }
  if (!state.failures.empty()) std::rethrow_exception(state.failures.begin()->second);
  return state.consumed;
}

}  // namespace kindred::run
