#include "registry.hpp"

#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "parallel.hpp"
#include "support/process.hpp"
#include "trainer/save.hpp"
#include "zoo.hpp"

namespace kindred::calibration {
namespace {

std::string fingerprintOf(const std::filesystem::path& model, const std::filesystem::path& folder) {
  const std::string file = (folder / (model.filename().string() + ".kfp")).string();
  const auto made = support::run({"fingerprint", model.string(), "--out", file});
  if (made.exit_code != 0) throw std::runtime_error(made.err);
  return file;
}

// How many candidates share weights, and the first of all.
struct Answer {
  std::size_t related = 0;
  std::string first;
};

Answer ask(const std::string& what, const std::string& model, const std::string& among) {
  const auto start = std::chrono::steady_clock::now();
  const auto asked = support::run({"identify", model, "--among", among, "--json"});
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  if (asked.exit_code != 0) throw std::runtime_error(asked.err);
  Answer answer;
  const nlohmann::json candidates = nlohmann::json::parse(asked.out).at("candidates");
  std::size_t untestable = 0;
  for (const auto& candidate : candidates) {
    const bool open = candidate.at("class") == "untestable";
    untestable += open;
    answer.related += !open && candidate.at("class") != "no-evidence";
  }
  answer.first = candidates.at(0).at("model");
  fmt::print("{}: {:.1f} s, {} MiB; {} of {} candidates share weights, {} can't be tested{}\n",
             what, taken.count(), asked.peak_kib / 1024, answer.related, candidates.size(),
             untestable, answer.related > 0 ? ", nearest " + answer.first : "");
  return answer;
}

}  // namespace

bool measureRegistry(std::size_t count, const std::filesystem::path& folder) {
  const ZooSize size{{32, 48, 64}, count / 3 + 1, 0};
  const std::filesystem::path models = folder / "models", prints = folder / "prints";
  std::filesystem::create_directories(prints);
  std::vector<std::filesystem::path> folders;
  Member parent;
  for (std::vector<Member>& group : independentModels(size)) {
    for (Member& member : group) {
      folders.push_back(models / member.name);
      trainer::save(member.model, folders.back(), member.dtype);
      if (folders.size() == count / 2) parent = member;
    }
  }
  const std::filesystem::path stranger = folders.back();
  folders.resize(count);
  parallelFor(count, [&](std::size_t i) { fingerprintOf(folders[i], prints); });
  fmt::print("{} models trained and fingerprinted\n", count);
  std::fflush(stdout);

  const std::filesystem::path child = folder / "child";
  trainOn(parent.model, trainer::Corpus(parent.model.shape.vocabulary, 9), {60}, 5);
  trainer::save(parent.model, child, parent.dtype);
  const Answer kin = ask("a descendant", fingerprintOf(child, folder), prints.string());
  const Answer none = ask("a stranger", fingerprintOf(stranger, folder), prints.string());
  return kin.related == 1 && kin.first.find(parent.name) != std::string::npos && none.related == 0;
}

}  // namespace kindred::calibration
