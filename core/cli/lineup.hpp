// Models and fingerprints of the command line, as fingerprints: those that are files are read, of
// the others one is made.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "cli/model_argument.hpp"
#include "cli/open_models.hpp"
#include "fingerprint/fingerprint.hpp"
#include "formats/formats.hpp"
#include "run/journal.hpp"

namespace kindred::cli {

// Whether the command line's text names a fingerprint, by its ending.
bool namesFingerprint(const std::string& text);

// How a fingerprint is made where there is none.
struct Making {
  std::uint64_t size = 0;  // of the file, in bytes
  std::uint64_t read = 0;  // bytes of weights at most; 0: local models whole, of others the usual
};

// The size of fingerprints that are made to be held against these: fingerprints are compared at the
// smaller of two sizes, so that one which is made for the largest loses nothing.
std::uint64_t sizeFor(const std::vector<ModelArgument>& models);

// Not movable: its parts refer to each other.
class Lineup {
 public:
  // Keys become distinct. Opens no model.
  Lineup(const Invocation& invocation, std::vector<ModelArgument> models);
  Lineup(const Lineup&) = delete;
  Lineup& operator=(const Lineup&) = delete;

  const std::vector<ModelArgument>& models() const { return opened_.arguments(); }
  // How long of() may take, in bytes of local files: 1 of a remote model.
  std::uint64_t cost(std::size_t i) const;
  // What the results depend on.
  run::Facts facts();
  // Under the key of its model. Whatever is wrong with it is an Error. [any-thread]
  fingerprint::Fingerprint of(std::size_t i, const Making& making);

 private:
  OpenModels opened_;
  std::unique_ptr<formats::Formats> formats_;
  std::mutex mutex_;  // of opened_
};

}  // namespace kindred::cli
