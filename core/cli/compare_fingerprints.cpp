#include "cli/compare_fingerprints.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>
#include <ostream>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <kindred/error.hpp>

#include "cli/execute.hpp"
#include "cli/fingerprint_pairs.hpp"
#include "cli/fingerprint_report.hpp"
#include "cli/lineup.hpp"
#include "cli/output.hpp"
#include "cli/unsaved.hpp"
#include "outcome/report_of.hpp"
#include "report/family_summary.hpp"
#include "report/saved_run.hpp"
#include "report/terminal.hpp"
#include "results/files.hpp"
#include "results/write.hpp"
#include "run/interrupt.hpp"
#include "run/memory.hpp"
#include "run/progress.hpp"
#include "run/units.hpp"

namespace kindred::cli {
namespace {

using fingerprint::Fingerprint;

constexpr std::size_t kMostModels = 4096;  // all are held in memory, a megabyte each

void refuseOptions(const Invocation& invocation) {
  for (const char* option : {"control", "deep", "resume", "dates", "dry-run"}) {
    if (!invocation.has(option)) continue;
    throw inputError(std::string("--") + option, "does not go with a fingerprint",
                     "compare the models themselves");
  }
  for (const char* of_weights : {"beacon", "check-null"}) {
    if (!invocation.has(of_weights)) continue;
    throw inputError(std::string("--") + of_weights,
                     "looks at weights, and one of the models is a fingerprint",
                     "compare the models themselves");
  }
  if (invocation.has("bundle")) {
    throw inputError("--bundle",
                     "keeps what is read of models, and one of the models is a fingerprint",
                     "a fingerprint is a file that can be sent itself");
  }
}

struct Read {
  std::optional<Fingerprint> print;
  std::string error, reason;  // where there is none: with its place, and without
};

struct Readings {
  std::vector<Fingerprint> prints;
  std::uint64_t bytes = 0;
  std::string left_out;  // sentences
};

// `all`: a model that can't be read is left out, and an Error of two.
Readings readAll(Lineup& lineup, const Making& making, bool all, const steps::RunOptions& options) {
  Readings made;
  run::Units<Read> units = unsaved<Read>();
  units.stage = "fingerprints";
  units.count = lineup.models().size();
  units.threads = options.threads;
  units.name = [&](std::size_t i) { return "fingerprint of " + lineup.models()[i].key; };
  units.cost = [&](std::size_t i) { return lineup.cost(i); };
  units.compute = [&](std::size_t i) {
    try {
      return Read{lineup.of(i, making), {}, {}};
    } catch (const Error& error) {
      if (error.category() == Category::internal || !all) throw;
      return Read{std::nullopt, error.what(), error.message()};
    }
  };
  units.consume = [&](std::size_t i, Read&& read) {
    if (read.print) {
      made.bytes += lineup.cost(i);
      made.prints.push_back(*std::move(read.print));
      return;
    }
    const std::string what = knownAs(lineup.models()[i]);
    sayLeftOut(what, read.error);
    made.left_out += (made.left_out.empty() ? "" : " ") + leftOutText(what, read.reason);
  };
  run::perform(options.crew, units);
  return made;
}

}  // namespace

bool hasFingerprint(const Compared& compared) {
  return std::any_of(compared.models.begin(), compared.models.end(),
                     [](const auto& model) { return namesFingerprint(model.address); });
}

int compareFingerprints(const Invocation& invocation, const Compared& compared,
                        const std::filesystem::path& out) {
  refuseOptions(invocation);
  const auto began = std::chrono::steady_clock::now();
  const bool all = invocation.has("all");
  if (const std::size_t count = compared.models.size(); count > kMostModels) {
    throw inputError("--all", fmt::format("{} models are more than {}", count, kMostModels),
                     "kindred identify holds one against thousands");
  }
  const std::set<evidence::Class> fail_on = failOn(invocation);
  Lineup lineup(invocation, compared.models);
  const Making making{sizeFor(compared.models), invocation.bytes("max-bytes", 0)};
  steps::RunOptions options = runOptions(invocation);
  run::Progress progress(watched(invocation));
  options.crew.progress = &progress;
  const run::InterruptGuard guard("what was compared is told. ");
  const Readings read = readAll(lineup, making, all, options);
  if (run::interrupted()) return kInterrupted;
  if (read.prints.size() < 2) {
    throw inputError(invocation.value("all"), "fewer than two of its models can be read",
                     "fetch those again that are left out");
  }
  const FingerprintPairs pairs = compareAll(read.prints, options);
  progress.rest();
  results::Report made = reportOf(read.prints, pairs);
  made.why = read.left_out;
  made.manifest.command_line = invocation.argv;
  made.cost.date = outcome::today();
  made.cost.bytes_read = read.bytes;
  made.cost.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  made.cost.peak_memory_bytes = run::privateMemory();
  results::prepareFolder(out);
  std::error_code ignored;
  std::filesystem::remove(out / "recipe.yaml", ignored);  // of the results that these replace
  report::writeAll(out, made);
  if (invocation.has("json")) {
    output() << results::reportJson(made);
  } else {
    output() << (all ? report::familySummary(made, terminalView(invocation).width)
                     : report::terminalSummary(made, terminalView(invocation)));
    sayWhere(out);
  }
  return comparisonCode(made, fail_on);
}

}  // namespace kindred::cli
