#include "cli/dry_run.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

#include <fmt/format.h>

#include "report/text.hpp"
#include "report/wording.hpp"
#include "words/names.hpp"

namespace kindred::cli {
namespace {

using Clock = std::chrono::steady_clock;

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

}  // namespace

std::string dryRun(const steps::Plan& plan, const plan::Models& models, double seconds) {
  const auto planned = steps::bytesByModel(plan);
  TextTable table{"", {"model", "files", "they hold", "at most read"}, {}, ""};
  double reading = 0;
  std::uint64_t remote = 0, requests = 0, memory = 0;
  for (const plan::Model* model : models.opened()) {
    const auto found = planned.find(model->key);
    const std::uint64_t bytes = found == planned.end() ? 0 : found->second;
    table.rows.push_back({words::escaped(model->key),
                          std::to_string(model->checkpoint.shards().size()),
                          report::byteCount(sizeOf(model->checkpoint)), report::byteCount(bytes)});
    if (model->source->remote()) {
      remote += bytes;
    } else if (const double rate = rateOf(model->checkpoint); rate > 0) {
      reading += static_cast<double>(bytes) / rate;
    }
  }
  for (const steps::PlannedStep& step : plan.steps) {
    requests += steps::base(step).requests;
    memory = std::max(memory, steps::base(step).memory);
  }
  std::string text = "Nothing was compared. A comparison would take:\n\n" +
                     report::tableText(table, table.rows.size()) +
                     fmt::format("\nmemory    at most {} by one step\n", report::byteCount(memory));
  if (remote > 0 || requests > 0) {
    const double each =
        seconds / static_cast<double>(std::max<std::uint64_t>(plan.headers.requests, 1));
    reading += each * static_cast<double>(requests);
    text += fmt::format("requests  at most {}, {:.2f} s each as the {} for headers took\n",
                        requests, each, plan.headers.requests);
  }
  return text +
         fmt::format("time      {} to read, as fast as now; computing comes on top\n",
                     timeOf(reading)) +
         "Tests begin with the cheapest bytes and stop where a pair is settled.\n";
}

}  // namespace kindred::cli
