#include "documents/manifests.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "words/names.hpp"

namespace kindred::documents {
namespace {

std::string publishedHash(const ListedFile& file) {
  if (!file.sha256.empty()) return "sha256 " + file.sha256;
  const bool git = file.identity.size() == 40 &&
                   file.identity.find_first_not_of("0123456789abcdef") == std::string::npos;
  return git ? "git " + file.identity : "";
}

struct Place {
  std::size_t model;
  const ListedFile* file;
};

// Pairs of entries that stand in different models.
double pairsAcross(const std::vector<Place>& places) {
  std::map<std::size_t, double> by_model;
  for (const Place& place : places) ++by_model[place.model];
  const auto all = static_cast<double>(places.size());
  double ordered = all * all;
  for (const auto& [model, count] : by_model) ordered -= count * count;
  return ordered / 2;
}

}  // namespace

Report compareManifests(std::span<const Manifest> manifests) {
  Report report;
  TextTable models{"Models", {"model", "address", "pinned to", "files", "bytes"}, {}, ""};
  TextTable files{"Files", {"model", "file", "bytes", "identity", "published SHA-256"}, {}, ""};
  std::map<std::string, std::vector<Place>> by_hash;
  std::set<std::size_t> with_hashes;  // models
  for (std::size_t m = 0; m < manifests.size(); ++m) {
    const Manifest& manifest = manifests[m];
    std::uint64_t bytes = 0;
    for (const ListedFile& file : manifest.files) {
      bytes += file.bytes;
      files.rows.push_back({manifest.model, words::escaped(file.name), std::to_string(file.bytes),
                            words::escaped(file.identity), file.sha256});
      const std::string hash = publishedHash(file);
      if (hash.empty()) continue;
      by_hash[hash].push_back({m, &file});
      with_hashes.insert(m);
    }
    models.rows.push_back({manifest.model, manifest.address,
                           manifest.revision.empty() ? "nothing" : manifest.revision,
                           std::to_string(manifest.files.size()), std::to_string(bytes)});
    report.figures.push_back({"files", static_cast<double>(manifest.files.size()), manifest.model});
    report.figures.push_back({"bytes", static_cast<double>(bytes), manifest.model});
  }
  TextTable equal{"Files of different models with the same published hash",
                  {"hash", "bytes", "files"},
                  {},
                  "Equal weights have equal hashes only where whole files are equal. Small files "
                  "that every repository has, such as .gitattributes, mean nothing."};
  // Of files on a disk nobody published a hash: that none are equal is not known then.
  double pairs = with_hashes.size() < 2 ? std::numeric_limits<double>::quiet_NaN() : 0;
  for (const auto& [hash, places] : by_hash) {
    const double across = pairsAcross(places);
    if (across == 0) continue;
    pairs += across;
    std::string names;
    for (const Place& place : places) {
      names += (names.empty() ? "" : ", ") + manifests[place.model].model + ": " +
               words::escaped(place.file->name);
    }
    equal.rows.push_back({hash, std::to_string(places.front().file->bytes), names});
  }
  std::string first = manifests.front().model, last = manifests.back().model;
  report.figures.push_back(
      {"equal_hashes", pairs, first, manifests.size() > 1 ? last : std::string()});
  report.tables = {std::move(models), std::move(equal), std::move(files)};
  return report;
}

}  // namespace kindred::documents
