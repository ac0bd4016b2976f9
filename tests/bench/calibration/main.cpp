// bench_calibration [--quick | --misleading] [--out FILE]: how the exact tests behave on models
// whose descent is known. --quick takes a few models only, --misleading those that could mislead;
// both print the page without writing it.
// bench_calibration --doubled NAME|all: independent models with copies inside, in sorted order, or
// with rows that say nothing; prints what strangers come to.
// bench_calibration --starts COUNT [--out FILE]: whether a pair looks like descent or like a shared
// start, and how often that is right; writes this section of the page anew after every start.
// bench_calibration --plain SERIES: models with LayerNorm from other seeds, whose page is printed.
// bench_calibration --registry COUNT: `kindred identify` among so many fingerprints.
// bench_calibration --stored: independent models in every encoding; writes docs/formats.md.
#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <string_view>

#include <kindred/random.hpp>

#include "doubled.hpp"
#include "further.hpp"
#include "page.hpp"
#include "parallel.hpp"
#include "registry.hpp"
#include "starts.hpp"
#include "support/temp_dir.hpp"
#include "trainer/save.hpp"
#include "unfair.hpp"
#include "zoo.hpp"

namespace kindred::calibration {
namespace {

struct Extent {
  ZooSize zoo;
  std::size_t families = kFamilies;
  std::size_t between = 150;     // sampled pairs of descendants, for each family
  std::size_t unfair_each = 12;  // models of each kind that could mislead
  std::size_t of_kind = 46;      // models with LayerNorm, and as many with biases
  std::size_t strangers = 300;   // sampled pairs of descendants of different roots, for each width
};

class Clock {
 public:
  void report(const std::string& what) const {
    const std::chrono::duration<double> since = std::chrono::steady_clock::now() - start_;
    std::fprintf(stderr, "%6.0f s  %s\n", since.count(), what.c_str());
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// Members as saved and profiled.
struct Group {
  Group(std::vector<Member> list, const std::filesystem::path& folder)
      : members(std::move(list)), comparer(saved(members, folder)) {}

  static std::vector<std::filesystem::path> saved(std::vector<Member>& members,
                                                  const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> folders;
    for (Member& member : members) {
      folders.push_back(folder / member.name);
      trainer::save(member.model, folders.back(), member.dtype);
      member.model = {};
    }
    return folders;
  }

  std::vector<Member> members;
  Comparer comparer;
};

using Pairs = std::vector<std::pair<std::size_t, std::size_t>>;

std::vector<Compared> compareAll(const Group& group, const Pairs& pairs) {
  std::vector<Compared> results(pairs.size());
  parallelFor(pairs.size(), [&](std::size_t i) {
    results[i] = group.comparer.compare(pairs[i].first, pairs[i].second);
  });
  return results;
}

Pairs ofDifferentRoots(const std::vector<Member>& list) {
  Pairs pairs;
  for (std::size_t i = 0; i < list.size(); ++i) {
    for (std::size_t j = i + 1; j < list.size(); ++j) {
      if (list[i].root != list[j].root) pairs.emplace_back(i, j);
    }
  }
  return pairs;
}

// By their fingerprints, those without doubled parts.
void measurePrints(const Group& group, Results& results) {
  const Prints prints(group.comparer, group.members.size());
  Pairs pairs = ofDifferentRoots(group.members);
  std::erase_if(pairs, [&](const auto& pair) {
    return group.members[pair.first].doubled || group.members[pair.second].doubled;
  });
  std::vector<Compared> compared(pairs.size());
  parallelFor(pairs.size(), [&](std::size_t i) {
    compared[i] = prints.compare(pairs[i].first, pairs[i].second);
  });
  for (const Compared& pair : compared) results.prints.add(pair);
}

// Controls of the first recipe, which every second model has.
void measureCalibrated(const Group& group, Results& results) {
  std::vector<std::size_t> of_recipe, others;
  for (std::size_t i = 0; i < group.members.size(); ++i) {
    if (!group.members[i].doubled) (i % 2 == 0 ? of_recipe : others).push_back(i);
  }
  if (others.size() > 10) others.resize(10);
  addCalibrated(group.comparer, of_recipe, others, results.calibrated);
}

// Read in part: bands stand for whole MLPs.
void measureInPart(const Group& group, const std::filesystem::path& folder, Results& results) {
  std::vector<std::filesystem::path> folders;
  for (const Member& member : group.members) {
    if (!member.doubled) folders.push_back(folder / member.name);
  }
  const Comparer comparer(folders, kLittle);
  Pairs pairs;
  for (std::size_t i = 0; i < folders.size(); ++i) {
    for (std::size_t j = i + 1; j < folders.size(); ++j) pairs.emplace_back(i, j);
  }
  std::vector<Compared> compared(pairs.size());
  parallelFor(pairs.size(), [&](std::size_t i) {
    compared[i] = comparer.compare(pairs[i].first, pairs[i].second);
  });
  for (const Compared& pair : compared) results.in_part.add(pair);
}

void measureKind(std::vector<Member> members, const std::filesystem::path& folder, NullTally& tally,
                 Results& results) {
  const Group group(std::move(members), folder);
  for (const Compared& pair : compareAll(group, ofDifferentRoots(group.members))) tally.add(pair);
  measurePrints(group, results);
}

void measureIndependent(std::vector<Member> members, const std::filesystem::path& folder,
                        Results& results) {
  const bool widest = members.front().model.shape.hidden == results.widths.back();
  const Group group(std::move(members), folder);
  const auto& list = group.members;
  for (const Member& member : list) results.independent_models += !member.doubled;
  const Pairs pairs = ofDifferentRoots(list);
  const std::vector<Compared> compared = compareAll(group, pairs);
  for (std::size_t p = 0; p < pairs.size(); ++p) {
    const bool doubled = list[pairs[p].first].doubled || list[pairs[p].second].doubled;
    (doubled ? results.doubled : results.plain).add(compared[p]);
  }
  measurePrints(group, results);
  measureCalibrated(group, results);
  if (widest) measureInPart(group, folder, results);
}

// Distinct pairs of descendants, of one root or of two.
Pairs sampledPairs(const std::vector<Member>& members, bool same_root, std::size_t count,
                   Random& random) {
  Pairs all;
  for (std::size_t i = 0; i < members.size(); ++i) {
    for (std::size_t j = i + 1; j < members.size(); ++j) {
      const bool both = !members[i].transformation.empty() && !members[j].transformation.empty();
      if (both && (members[i].root == members[j].root) == same_root) all.emplace_back(i, j);
    }
  }
  random.shuffle(std::span(all));
  if (all.size() > count) all.resize(count);
  return all;
}

std::string describe(const Member& member, const std::vector<DetectionRow>& rows) {
  for (const DetectionRow& row : rows) {
    if (row.transformation->name == member.transformation) {
      return member.root + " " + member.transformation + " (" +
             row.transformation->strengths[member.strength] + ")";
    }
  }
  return member.root;
}

void measureDirect(const Group& group, Results& results) {
  const auto& list = group.members;
  Pairs pairs;
  for (std::size_t i = 0, root = 0; i < list.size(); ++i) {
    if (list[i].transformation.empty()) {
      root = i;
    } else {
      pairs.emplace_back(root, i);
    }
  }
  const std::vector<Compared> compared = compareAll(group, pairs);
  for (std::size_t p = 0; p < pairs.size(); ++p) {
    const Member& member = list[pairs[p].second];
    for (DetectionRow& row : results.rows) {
      if (row.transformation->name != member.transformation) continue;
      row.strengths[member.strength].add(compared[p]);
    }
    if (!compared[p].aboveNoEvidence()) results.missed.push_back(describe(member, results.rows));
  }
}

// The families of one width, in one list.
void measureFamilies(std::vector<Member> members, const std::filesystem::path& folder,
                     const Extent& extent, std::size_t families, Results& results) {
  const Group group(std::move(members), folder);
  measureDirect(group, results);
  Random random(11);
  const Pairs kin = sampledPairs(group.members, true, extent.between * families, random);
  const std::vector<Compared> compared = compareAll(group, kin);
  for (std::size_t p = 0; p < kin.size(); ++p) {
    const Member& first = group.members[kin[p].first];
    const Member& second = group.members[kin[p].second];
    const std::string pair =
        describe(first, results.rows) + ", with " + describe(second, results.rows);
    const std::string reason = nothingShared(first.keeps, second.keeps);
    (reason.empty() ? results.between : results.apart).add(compared[p]);
    if (!reason.empty()) {
      results.nothing_shared.push_back(pair + ": " + reason);
    } else if (!compared[p].aboveNoEvidence()) {
      results.missed.push_back(pair);
    }
  }
  const Pairs strangers = sampledPairs(group.members, false, extent.strangers, random);
  for (const Compared& pair : compareAll(group, strangers)) results.edited.add(pair);
}

void addMisleading(const std::string& name, const std::string& wanted, const std::string& gauge,
                   const std::vector<Compared>& compared, Results& results) {
  MisleadingRow row{name, wanted};
  for (const Compared& pair : compared) {
    ++row.pairs;
    row.accused += evidence::isRelated(pair.klass);
    row.refused += std::find(pair.unfair.begin(), pair.unfair.end(), gauge) != pair.unfair.end();
    ++row.classes[pair.klass];
  }
  results.misleading.push_back(std::move(row));
}

void measureMisleading(std::size_t each, const std::filesystem::path& folder, Results& results) {
  constexpr std::size_t kWidth = 64;
  for (Unfair& unfair : unfairModels(kWidth, each)) {
    const Group group(std::move(unfair.members),
                      folder / std::to_string(results.misleading.size()));
    Pairs pairs;
    for (std::size_t i = 0; i < group.members.size(); ++i) {
      for (std::size_t j = i + 1; j < group.members.size(); ++j) pairs.emplace_back(i, j);
    }
    addMisleading(unfair.name, "no-evidence", unfair.gauge, compareAll(group, pairs), results);
  }
  for (Adversary& adversary : adversaries(kWidth, each)) {
    const Group group(std::move(adversary.members),
                      folder / std::to_string(results.misleading.size()));
    Pairs pairs;
    for (std::size_t i = 1; i < group.members.size(); ++i) pairs.emplace_back(0, i);
    addMisleading(adversary.name, adversary.copies ? "inconclusive or above" : "arranged", "",
                  compareAll(group, pairs), results);
  }
}

Results measure(const Extent& extent, const std::filesystem::path& folder) {
  const Clock clock;
  Results results;
  results.widths = extent.zoo.widths;
  std::vector<std::vector<Member>> groups = independentModels(extent.zoo);
  clock.report("independent models trained");
  for (auto& group : groups) measureIndependent(std::move(group), folder / "independent", results);
  clock.report(std::to_string(results.plain.pairs() + results.doubled.pairs()) +
               " independent pairs compared");
  measureKind(ofKind(Variety::plain, extent.of_kind), folder / "plain", results.ungated, results);
  measureKind(ofKind(Variety::biased, extent.of_kind), folder / "biased", results.biased, results);
  clock.report(std::to_string(results.ungated.pairs()) + " pairs with LayerNorm, " +
               std::to_string(results.biased.pairs()) + " with biases compared");
  static const std::vector<Transformation> all = transformations();
  for (const Transformation& transformation : all) results.rows.push_back({&transformation, {}});
  measureMisleading(extent.unfair_each, folder / "misleading", results);
  clock.report("models that could mislead compared");
  for (std::size_t f = 0; f < extent.families; f += 2) {
    std::vector<Member> members = family(f, all);
    std::vector<Member> more = family(f + 1, all);
    std::move(more.begin(), more.end(), std::back_inserter(members));
    clock.report(std::to_string(members.size()) + " models of two families made");
    measureFamilies(std::move(members), folder / "families", extent, 2, results);
    clock.report("and compared");
  }
  return results;
}

constexpr const char* kStarts = "Descent or a shared start";

std::string textOf(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path);
  file << text;
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

int run(std::span<char*> arguments) {
  Extent extent;
  std::filesystem::path out = std::filesystem::path(KINDRED_SOURCE_DIR) / "docs/calibration.md";
  bool writes = true;
  std::size_t starts = 0;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    if (argument == "--quick") {
      extent = {{{48}, 10, 2}, 2, 20, 4, 8, 40};
      writes = false;
    } else if (argument == "--misleading") {  // these models alone
      extent = {{{}, 0, 0}, 0, 0, 12, 0, 0};
      writes = false;
    } else if (argument == "--out" && i + 1 < arguments.size()) {
      out = arguments[++i];
    } else if (argument == "--doubled" && i + 1 < arguments.size()) {
      const support::TempDir folder;
      return measureDoubled(arguments[i + 1], folder.path()) ? 0 : 1;
    } else if (argument == "--stored") {
      const support::TempDir folder;
      return measureStored(folder.path()) ? 0 : 1;
    } else if (argument == "--registry" && i + 1 < arguments.size()) {
      const support::TempDir folder;
      return measureRegistry(std::stoul(arguments[i + 1]), folder.path()) ? 0 : 1;
    } else if (argument == "--starts" && i + 1 < arguments.size()) {
      starts = std::stoul(arguments[++i]);
    } else if (argument == "--plain" && i + 1 < arguments.size()) {
      const support::TempDir folder;
      Results results;
      measureKind(ofKind(Variety::plain, extent.of_kind, std::stoul(arguments[i + 1])),
                  folder.path(), results.ungated, results);
      std::cout << page(results);
      return 0;
    } else {
      std::cerr << "usage: bench_calibration [--quick | --misleading] [--out FILE]\n"
                   "       bench_calibration --doubled NAME|all\n"
                   "       bench_calibration --starts COUNT [--out FILE]\n"
                   "       bench_calibration --plain SERIES\n"
                   "       bench_calibration --registry COUNT\n"
                   "       bench_calibration --stored\n";
      return 2;
    }
  }
  const support::TempDir folder;
  if (starts > 0) {
    const Clock clock;
    measureStarts(starts, folder.path(), [&](const std::string& section) {
      write(out, withSection(textOf(out), kStarts, section));
      clock.report("written to " + out.string());
    });
    return 0;
  }
  std::string text = page(measure(extent, folder.path()));
  std::cout << text;
  if (const std::string kept = sectionOf(textOf(out), kStarts); !kept.empty()) {
    text = withSection(text, kStarts, kept);  // which --starts writes
  }
  if (writes) write(out, text);
  return 0;
}

}  // namespace
}  // namespace kindred::calibration

int main(int argc, char** argv) {
  // Activations are allocated and freed all the time; returning them to the system costs a third.
  mallopt(M_MMAP_THRESHOLD, 1 << 28);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  try {
    return kindred::calibration::run({argv + 1, static_cast<std::size_t>(argc - 1)});
  } catch (const std::exception& error) {
    std::cerr << "bench_calibration: " << error.what() << "\n";
    return 1;
  }
}
