// A run's answer in the forms that other tools sign, keep and check: an in-toto statement and a
// CycloneDX bill of materials. Neither says more than the report does: no direction, no intent.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "results/json.hpp"
#include "results/report.hpp"

namespace kindred::report {

// A file of a model, by its bytes.
struct FileDigest {
  std::string model, name;  // the model's key; the file below it
  std::uint64_t bytes = 0;
  std::string sha256;  // 64 hex digits
};

inline constexpr const char* kPredicateType = "urn:kindred:verdict:v1";
inline constexpr const char* kStatementEnding = ".intoto.json";

// https://in-toto.io/Statement/v1: subjects are the files, the predicate is the question, every
// pair's verdict with p, breadth and power, the recipe with its hash, the plugins, and the byte
// ranges that were read.
results::Json statementOf(const results::Report& report, const std::vector<FileDigest>& files);

// CycloneDX 1.6 with a machine-learning model a component. Models found to share weights are
// variants of each other (whose relation is not known), which `pedigree` holds.
results::Json billOfMaterials(const results::Report& report, const std::vector<FileDigest>& files);

// What of a statement makes the same run again. Anything else than such a statement is an Error
// that names `file`.
results::Recipe recipeOfStatement(const std::string& file, const std::string& text);

}  // namespace kindred::report
