#include "documents/manifests.hpp"

#include <cmath>

#include "support.hpp"

namespace kindred::documents {
namespace {

const std::string kSha = std::string(64, 'a'), kOtherSha = std::string(64, 'b');
const std::string kGit = std::string(40, 'c');

std::vector<Manifest> manifests() {
  return {{"a",
           "hub:org/a@main",
           std::string(40, '1'),
           {{"model.safetensors", 100, kSha, kSha}, {".gitattributes", 7, kGit, ""}}},
          {"b",
           "hub:org/b@main",
           std::string(40, '2'),
           {{"copy.safetensors", 100, kSha, kSha},
            {"twin.safetensors", 100, kSha, kSha},
            {"model.safetensors", 50, kOtherSha, kOtherSha},
            {".gitattributes", 7, kGit, ""}}},
          {"c", "disk:c", "", {{"model.safetensors", 100, "100 bytes, inode 7", ""}}}};
}

double figureOfModel(const Report& report, const std::string& name, const std::string& model) {
  for (const Figure& figure : report.figures) {
    if (figure.name == name && figure.model_a == model) return figure.value;
  }
  return std::nan("");
}

TEST(Manifests, CountFilesAndBytesOfEachModel) {
  const Report report = compareManifests(manifests());
  EXPECT_EQ(figureOfModel(report, "files", "a"), 2);
  EXPECT_EQ(figureOfModel(report, "files", "b"), 4);
  EXPECT_EQ(figureOfModel(report, "bytes", "a"), 107);
  EXPECT_EQ(report.tables.at(0).rows.at(0).at(2), std::string(40, '1')) << "what it is pinned to";
  EXPECT_EQ(report.tables.at(2).rows.size(), 7U);
}

TEST(Manifests, PairFilesOfDifferentModelsWithEqualPublishedHashes) {
  const Report report = compareManifests(manifests());
  // model ~ copy, model ~ twin, .gitattributes; copy ~ twin lie in one model.
  EXPECT_EQ(figureOf(report, "equal_hashes"), 3);
  const TextTable& equal = report.tables.at(1);
  ASSERT_EQ(equal.rows.size(), 2U);
  EXPECT_EQ(equal.rows[1][0], "sha256 " + kSha);
  EXPECT_EQ(equal.rows[1][2], "a: model.safetensors, b: copy.safetensors, b: twin.safetensors");
}

TEST(Manifests, TakeNoLocalIdentityForAHash) {
  std::vector<Manifest> local(2, manifests()[2]);
  local[1].model = "d";
  EXPECT_TRUE(std::isnan(figureOf(compareManifests(local), "equal_hashes")));
}

}  // namespace
}  // namespace kindred::documents
