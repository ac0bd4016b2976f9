// kindred fingerprint: what a model is told apart by, in a file of a megabyte.
#include <array>
#include <filesystem>
#include <ostream>
#include <string_view>

#include <fmt/format.h>

#include <kindred/error.hpp>

#include "cli/commands.hpp"
#include "cli/lineup.hpp"
#include "cli/out_file.hpp"
#include "cli/output.hpp"
#include "cli/workspace.hpp"
#include "fingerprint/file.hpp"
#include "fingerprint/make.hpp"
#include "report/wording.hpp"
#include "results/files.hpp"
#include "words/names.hpp"

namespace kindred::cli {
namespace {

namespace fs = std::filesystem;

constexpr Option kFingerprintOptions[] = {
    {"out", "FILE", "where it goes (default: NAME.kfp)"},
    kForce,
    {"size", "BYTES", "about how large it may be, 200kB to 4MB (default: 1MB)"},
    {"max-bytes", "BYTES",
     "weights that are read at most (default: all of a local model, 64MB of others)"},
    kPluginPath,
    kOffline,
    kCacheSize,
};

std::uint64_t sizeOf(const Invocation& invocation) {
  const std::uint64_t size = invocation.bytes("size", fingerprint::kUsual);
  if (size < fingerprint::kSmallest || size > fingerprint::kLargest) {
    throw inputError("--size", "a fingerprint has 200kB to 4MB", "write 200kB, 1MB or 4MB");
  }
  return size;
}

fs::path outFile(const Invocation& invocation, const std::string& usual) {
  const std::string_view ending = fingerprint::kEnding;
  std::string stem = usual;
  if (invocation.has("out")) {
    stem = invocation.value("out");
    if (!namesFingerprint(stem)) throw inputError("--out", "a fingerprint's name ends in .kfp");
    stem.resize(stem.size() - ending.size());
  }
  return outStem(invocation, stem, std::array{ending.data()}).append(ending);
}

int fingerprintVerb(const Invocation& invocation) {
  const std::uint64_t size = sizeOf(invocation);
  const ModelArgument argument = modelArgument(invocation.positional.front());
  if (namesFingerprint(argument.address)) {
    throw inputError(invocation.positional.front(), "is a fingerprint already");
  }
  const fs::path file = outFile(invocation, argument.key);
  if (!file.parent_path().empty()) results::prepareFolder(file.parent_path());
  Lineup lineup(invocation, {argument});
  const fingerprint::Fingerprint made = lineup.of(0, {size, invocation.bytes("max-bytes", 0)});
  const std::string bytes = fingerprint::written(made);
  results::writeAtomically(file, bytes);
  std::string others;
  for (const fingerprint::Fingerprint& other : made.others) {
    others += fmt::format(" With its {}: {} units, {} value dimensions.", other.component,
                          other.units.count(), other.values.count());
  }
  output() << fmt::format(
      "{}: {} of {}{}: {} units, {} value dimensions, {} columns of down, {} tokens.{}\n",
      words::escapedText(file.string(), 4096), report::byteCount(bytes.size()), made.model,
      made.whole ? "" : ", which was read in part", made.units.count(), made.values.count(),
      made.bands.count(), made.tokens.size(), others);
  return kDone;
}

}  // namespace

const Command kFingerprintCommand{"fingerprint",
                                  "MODEL",
                                  "Write what a model is told apart by into a file of a megabyte",
                                  1,
                                  1,
                                  kFingerprintOptions,
                                  fingerprintVerb};

}  // namespace kindred::cli
