// A small results folder as texts, to be changed by tests; members in the order in which the
// program writes them.
#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "results/csv.hpp"
#include "results/json.hpp"
#include "results/read.hpp"

namespace kindred {

using results::Json;
using results::kSchemaVersion;

inline Json verdictJson(const std::string& klass, double log10_p) {
  return {{"class", klass},
          {"unverified", false},
          {"sentence", "In full."},
          {"log10_p", log10_p},
          {"power", "not needed"},
          {"sizes", "the mean absolute cosine of 1000 pairs of rows is 0.80"},
          {"breadth",
           {{"layers", 2}, {"layers_tested", 2}, {"share", 0.9}, {"median", 0.5}, {"chance", 0.1}}},
          {"start", {{"constants", 0.9}, {"rows", 0.95}, {"looks_like", "descent"}}}};
}

inline Json modelJson(const std::string& key, const std::string& role = "subject") {
  return {{"key", key},
          {"address", "disk:" + key},
          {"role", role},
          {"date", ""},
          {"made", "unknown"},
          {"revision", ""},
          {"architecture", "llama"},
          {"architecture_files", ""},
          {"told", ""},
          {"naming", ""},
          {"tensors", 3},
          {"parameters", 300},
          {"notes", Json::array()}};
}

inline Json familyJson(const std::vector<std::string>& models) {
  return {{"models", models}, {"joints", Json::array()}, {"parts", Json::array()},
          {"undecided", 0},   {"trees", Json::array()},  {"nearest", Json::array()}};
}

inline Json pairJson(const std::string& a, const std::string& b, const std::string& klass,
                     double log10_p) {
  return {{"a", a},
          {"b", b},
          {"verdict", verdictJson(klass, log10_p)},
          {"coverage",
           {{"tensors_a", 3},
            {"tensors_b", 3},
            {"understood_a", 3},
            {"understood_b", 3},
            {"bytes_a", 12},
            {"bytes_b", 12},
            {"understood_bytes_a", 12},
            {"understood_bytes_b", 12},
            {"compared", {{"tensors", 3}, {"bytes", 12}}},
            {"compared_size", 12},
            {"budget", 0},
            {"left_out", Json::object()},
            {"no_evidence", Json::array()},
            {"identity",
             {{"known", true},
              {"differing", 2},
              {"differences", {"up holds other bytes", "down holds other bytes"}},
              {"remarks", Json::array()}}},
            {"shared_known", {{"tensors", 1}, {"elements", 64}}},
            {"shared_unknown", {{"tensors", 0}, {"elements", 0}}},
            {"plain_cosine", {{"value", 0.5}, {"parameters", 3}}},
            {"components",
             {{"norms",
               {{"equal", 1},
                {"constant", 0},
                {"tied", 0},
                {"changed", 2},
                {"absent", 0},
                {"only_b", 0}}}}}}},
          {"components", Json::array()},
          {"assignments", {{"solved", 0}, {"optimal", 0}}}};
}

inline Json findingJson(const std::string& a, const std::string& b, double log10_p) {
  return {{"step", "signs"},
          {"test", "sign-test"},
          {"gauge", "mlp-unit"},
          {"model_a", a},
          {"model_b", b},
          {"layer_a", nullptr},
          {"layer_b", nullptr},
          {"statistic", 990.0},
          {"null", "signs are fair coins"},
          {"log10_p", log10_p},
          {"log10_p_adjusted", log10_p},
          {"log10_p_floor", -300.0},
          {"units", 1000},
          {"copies", 0},
          {"assumptions", "a symmetric start"},
          {"basis", "exact"},
          {"decides", true},
          {"stage", 1},
          {"drawn", false},
          {"calibrated", false},
          {"alignment", ""},
          {"likeness",
           {{"rows", 1000},
            {"width", 128},
            {"matched", 9.1},
            {"chance", 0.8},
            {"turned", 0.0},
            {"agreement", 2.9},
            {"agreement_error", 0.01},
            {"agreement_least", 2.0},
            {"median", 8.0},
            {"clear", 64}}},
          {"power",
           {{"rows", "mlp.up"},
            {"paired_by", "mlp.gate"},
            {"if_paired", 0.03},
            {"alone", 0.4},
            {"whole", true},
            {"rotated", true},
            {"pairing", 0.09},
            {"redrawn", false}}},
          {"seed", 0},
          {"by_layer", Json::array()},
          {"matches", Json::array()},
          {"details", Json::object()}};
}

inline Json stepJson(const std::string& name, const std::string& a, const std::string& b,
                     const std::string& pairing, Json metrics) {
  return {{"name", name},
          {"verb", "compare"},
          {"pairing", pairing},
          {"models", Json::array({a, b})},
          {"metrics", std::move(metrics)},
          {"note", "a note"},
          {"left_out", Json::array()},
          {"skipped", Json::array()}};
}

inline Json metricJson(const std::string& name, const std::string& plugin) {
  return {{"name", name}, {"plugin", plugin}, {"parameters", Json::object()}};
}

// As a plugin declares a figure; null: not at all.
inline Json figureJson(const std::string& plugin, const std::string& name, const char* unit,
                       Json least, Json most, const char* part = "none", Json at = 0.0) {
  return {
      {"plugin", plugin},        {"name", name},     {"unit", unit}, {"least", std::move(least)},
      {"most", std::move(most)}, {"alike", nullptr}, {"part", part}, {"at", std::move(at)},
      {"strangers", ""}};
}

// Two models, one pair that shares weights, one finding.
inline Json smallReport() {
  return {
      {"kindred", "0.1.0"},
      {"schema", kSchemaVersion},
      {"title", "A title"},
      {"question", "A question?"},
      {"complete", true},
      {"adjustment", "for the tests of this run"},
      {"verdict", verdictJson("shared-weights", -250.07)},
      {"pairs", Json::array({pairJson("one", "two", "shared-weights", -250.07)})},
      {"unlisted", Json::array()},
      {"families", Json::array({familyJson({"one", "two"})})},
      {"models", Json::array({modelJson("one"), modelJson("two")})},
      {"steps", Json::array()},
      {"figures", Json::array()},
      {"observations", Json::array()},
      {"notes", Json::array()},
      {"tables", Json::array()},
      {"findings", Json::array({findingJson("one", "two", -250.07)})},
      {"refused", Json::array()},
      {"expectations", Json::array()},
      {"cost",
       {{"bytes_read", 1234567}, {"requests", 12}, {"seconds", 1.5}, {"peak_memory_bytes", 1}}}};
}

inline Json smallManifest() {
  return {{"kindred", "0.1.0"},
          {"complete", true},
          {"recipe",
           {{"file", "recipe.yaml"},
            {"folder", "/somewhere"},
            {"xxh3_128", "00"},
            {"text", "kindred: 1\n"}}},
          {"command_line", {"kindred", "run", "my recipe.yaml"}},
          {"toolchain", "gcc"},
          {"plugins", Json::array()},
          {"seeds", {{"aligner", nullptr}, {"first.sample", 7}, {"first.test", "12"}}},
          {"models", Json::array()},
          {"ranges", Json::array()}};
}

inline results::Texts textsOf(const Json& report,
                              const std::vector<results::Observation>& rows = {}) {
  return {"results", report.dump(-1, ' ', false, Json::error_handler_t::replace),
          results::observationsCsv(rows), smallManifest().dump()};
}

inline results::Report readBack(const Json& report,
                                const std::vector<results::Observation>& rows = {}) {
  return results::reportOf(textsOf(report, rows));
}

}  // namespace kindred
