#include "cli/dry_run.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "report/text.hpp"
#include "report/wording.hpp"
#include "run/memory.hpp"
#include "words/names.hpp"

namespace kindred::cli {
namespace {

using Clock = std::chrono::steady_clock;

// What runs over the demo's models keep beside what a step reads: tables and results, and in each
// thread its heap and what tests compute with.
constexpr std::uint64_t kRunMemory = 5'000'000, kThreadMemory = 3'000'000;

std::uint64_t sizeOf(const models::Checkpoint& checkpoint) {
  std::uint64_t bytes = 0;
  for (const models::Shard& shard : checkpoint.shards()) bytes += shard.file->size();
  return bytes;
}

// Bytes a second; 0: not measured.
double rateOf(const models::Checkpoint& checkpoint) {
  constexpr std::uint64_t kProbe = 16'000'000;
  if (checkpoint.shards().empty()) return 0;
  File& file = *checkpoint.shards().front().file;
  std::vector<std::byte> bytes(std::min(kProbe, file.size()));
  const Clock::time_point began = Clock::now();
  file.read(0, bytes);
  const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
  return static_cast<double>(bytes.size()) / std::max(seconds, 1e-6);
}

std::string timeOf(double seconds) {
  if (seconds < 1) return "less than a second";
  if (seconds < 120) return fmt::format("about {:.0f} s", seconds);
  if (seconds < 7200) return fmt::format("about {:.0f} min", seconds / 60);
  return fmt::format("about {:.1f} h", seconds / 3600);
}

// What a comparison would take.
struct Estimate {
  struct Read {
    std::string model;
    std::size_t files = 0;
    std::uint64_t held = 0, most = 0;  // bytes
    double rate = 0;                   // bytes a second; 0: of a server, or not measured
  };
  std::vector<Read> reads;
  std::uint64_t requests = 0, step_memory = 0, memory = 0;
  std::uint64_t passed = 0;  // bytes of local files, as often as steps read them
  bool remote = false;
  double request_seconds = 0, seconds = 0;  // of one request; of all that is read
};

Estimate estimateOf(const steps::Plan& plan, const plan::Models& models, const Spent& spent) {
  Estimate made;
  const std::uint64_t own = run::privateMemory() + kRunMemory + spent.threads * kThreadMemory;
  const auto planned = steps::bytesByModel(plan), passes = steps::passesByModel(plan);
  for (const plan::Model* model : models.opened()) {
    const auto found = planned.find(model->key);
    Estimate::Read read{model->key, model->checkpoint.shards().size(), sizeOf(model->checkpoint),
                        found == planned.end() ? 0 : found->second};
    const bool remote = model->source->remote();
    if (!remote) read.rate = rateOf(model->checkpoint);
    made.remote |= remote && read.most > 0;
    if (read.rate > 0) {
      const auto taken = passes.find(model->key);
      const std::uint64_t bytes = taken == passes.end() ? 0 : taken->second;
      made.passed += bytes;
      made.seconds += static_cast<double>(bytes) / read.rate;
    }
    made.reads.push_back(std::move(read));
  }
  for (const steps::PlannedStep& step : plan.steps) {
    made.requests += steps::base(step).requests;
    made.step_memory = std::max(made.step_memory, steps::base(step).memory);
  }
  made.memory = own + steps::memoryOf(plan);
  made.request_seconds =
      spent.seconds / static_cast<double>(std::max<std::uint64_t>(plan.headers.requests, 1));
  made.seconds += made.request_seconds * static_cast<double>(made.requests);
  return made;
}

}  // namespace

std::string dryRunText(const steps::Plan& plan, const plan::Models& models, const Spent& spent,
                       std::size_t width) {
  const Estimate made = estimateOf(plan, models, spent);
  TextTable table{"", {"model", "files", "they hold", "at most read"}, {}, ""};
  for (const Estimate::Read& read : made.reads) {
    table.rows.push_back({words::escaped(read.model), std::to_string(read.files),
                          report::byteCount(read.held), report::byteCount(read.most)});
  }
  std::string text =
      "Nothing was compared. A comparison would take:\n\n" +
      report::tableText(table, table.rows.size(), width) +
      fmt::format("\nmemory    about {}, of which one step takes at most {}\n",
                  report::byteCount(made.memory), report::byteCount(made.step_memory));
  if (made.remote || made.requests > 0) {
    text += fmt::format("requests  at most {}, {:.2f} s each as the {} for headers took\n",
                        made.requests, made.request_seconds, plan.headers.requests);
  }
  std::string time = report::wrapped(
      fmt::format("{} to read{}, as fast as now; computing comes on top", timeOf(made.seconds),
                  made.passed > 0 ? " " + report::byteCount(made.passed) + " of local files" : ""),
      10, width);
  text += time.replace(0, 4, "time");
  return text + report::wrapped(
                    "Tests begin with the cheapest bytes and stop where a pair is settled. The "
                    "table counts bytes once; hashing, cosines and tests read those of local files "
                    "each for itself, and the time is of all that.",
                    0, width);
}

std::string dryRunJson(const steps::Plan& plan, const plan::Models& models, const Spent& spent) {
  const Estimate made = estimateOf(plan, models, spent);
  auto document = nlohmann::ordered_json::parse(steps::toJson(plan));
  document["memory"] = made.memory;
  document["seconds_to_read"] = made.seconds;
  document["bytes_of_local_files"] = made.passed;
  document["seconds_a_request"] =
      made.remote ? nlohmann::ordered_json(made.request_seconds) : nlohmann::ordered_json();
  auto& rates = document["bytes_a_second"] = nlohmann::ordered_json::object();
  for (const Estimate::Read& read : made.reads) {
    rates[read.model] =
        read.rate > 0 ? nlohmann::ordered_json(read.rate) : nlohmann::ordered_json();
  }
  return document.dump(2) + "\n";
}

}  // namespace kindred::cli
