// A case of the library on its stand-ins: its recipe run against a server of them, and what the
// report, the page and the table of cases say.
#pragma once

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "servers/cases/cases.hpp"
#include "servers/giants.hpp"
#include "servers/range_server.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"

namespace kindred::casetest {

namespace fs = std::filesystem;
using nlohmann::json;
using support::RunOptions;
using support::RunResult;
using support::TempDir;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

inline const fs::path kRecipes = fs::path(KINDRED_SOURCE_DIR) / "configs/cases";
inline const fs::path kPages = fs::path(KINDRED_SOURCE_DIR) / "docs/cases";

inline fs::path recipeOf(const std::string& name) { return kRecipes / (name + ".yaml"); }

// Each run of spaces and line ends as one space.
inline std::string oneLine(std::string text) {
  for (std::size_t at = 0; (at = text.find_first_of(" \n", at)) != std::string::npos; ++at) {
    const std::size_t end = std::min(text.find_first_not_of(" \n", at), text.size());
    text.replace(at, end - at, " ");
  }
  return text;
}

class Cases : public testing::Test {
 protected:
  // What the recipe reports of its stand-ins. All that it expects must have come out.
  json run(const std::string& name) {
    const RunResult result = runOn(name, servers::caseModels(name));
    EXPECT_EQ(result.exit_code, 0) << name << ": " << result.err << result.out;
    for (const json& expectation : report_.at("expectations")) {
      EXPECT_TRUE(expectation.at("met")) << expectation;
    }
    EXPECT_GT(report_.at("expectations").size(), 0u);
    return report_;
  }

  // The recipe of this case on these models, whatever comes of it.
  RunResult runOn(const std::string& name, std::vector<servers::CaseModel> models) {
    models_ = std::move(models);
    server_ = std::make_unique<servers::RangeServer>();
    servers::publish(*server_, models_);
    name_ = name;
    fs::remove_all(dir_ / "cache");  // of other models under these names
    std::vector<std::string> words{"run", recipeOf(name).string(), "--force", "--out",
                                   (dir_ / "out").string()};
    for (const std::string& setting : {"sources.hub.endpoint=" + server_->endpoint(),
                                       "sources.hub.cache=" + (dir_ / "cache").string()}) {
      words.insert(words.end(), {"--set", setting});
    }
    RunResult result = support::run(words);
    printed_ = result.out;
    report_ = json::parse(support::readFile(dir_ / "out/report.json"));
    return result;
  }

  std::string verdict(const std::string& a, const std::string& b) const {
    for (const json& pair : report_.at("pairs")) {
      if (pair.at("a") == a && pair.at("b") == b) return pair.at("verdict").at("class");
    }
    return "no such pair";
  }

  // The smallest p-value of a step's findings, as its decimal logarithm; of one gauge where it is
  // named.
  double log10P(const std::string& step, const std::string& gauge = {}) const {
    double least = 0;
    for (const json& finding : report_.at("findings")) {
      if (finding.at("step") != step) continue;
      if (!gauge.empty() && finding.at("gauge") != gauge) continue;
      least = std::min(least, finding.at("log10_p").get<double>());
    }
    return least;
  }

  // Of the model pair whose second is `of`, where there are several.
  json summary(const std::string& step, const std::string& metric, std::string figure = {},
               const std::string& of = {}) const {
    if (figure.empty()) figure = metric;
    for (const json& entry : report_.at("observations")) {
      if (entry.at("step") == step && entry.at("metric") == metric &&
          entry.at("figure") == figure && (of.empty() || entry.at("model_b") == of)) {
        return entry;
      }
    }
    ADD_FAILURE() << "no summary of " << step << "." << metric << "." << figure;
    return json::object();
  }
  double mean(const std::string& step, const std::string& metric, std::string figure = {},
              const std::string& of = {}) const {
    return summary(step, metric, std::move(figure), of).value("mean", std::nan(""));
  }

  // Whether the row of this case in the table of all cases says this, so that it can't be wrong.
  void expectInTable(const std::string& text) const {
    const std::string page = support::readFile(kPages / "README.md");
    const std::size_t at = page.find("(" + name_ + ".md)");
    ASSERT_NE(at, std::string::npos) << name_;
    const std::size_t start = page.rfind('\n', at) + 1;
    EXPECT_THAT(page.substr(start, page.find('\n', at) - start), HasSubstr(text)) << name_;
  }
  void expectInTable(double value, int digits) const {
    char text[32];
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    expectInTable(text);
  }
  // A published figure stands in the table as it stands in the recipe, with its origin.
  void expectPublishedInTable(const std::string& figure) const {
    expectInTable(figure);
    EXPECT_THAT(support::readFile(recipeOf(name_)), HasSubstr(figure)) << name_;
  }

  // The intervals of each table of a mixture's weights, by `parent`.
  void expectIntervalsHold(const std::string& parent, double weight) const {
    std::size_t seen = 0;
    for (const json& table : report_.at("tables")) {
      const std::vector<std::string> columns = table.at("columns");
      const auto place = [&](const char* column) {
        return static_cast<std::size_t>(std::find(columns.begin(), columns.end(), column) -
                                        columns.begin());
      };
      const std::size_t name = place("parent"), from = place("from"), to = place("to");
      if (std::max({name, from, to}) >= columns.size()) continue;
      for (const json& row : table.at("rows")) {
        if (row.at(name) != parent) continue;
        ++seen;
        EXPECT_LE(std::stod(row.at(from).get<std::string>()), weight) << row;
        EXPECT_GE(std::stod(row.at(to).get<std::string>()), weight) << row;
      }
    }
    EXPECT_GE(seen, 9u);
  }

  // The bytes that the run has read, to a megabyte: what is read ahead differs a little from run to
  // run.
  void expectBytesInTable() const {
    const std::string page = support::readFile(kPages / "README.md");
    const std::size_t row = page.find("(" + name_ + ".md)"), unit = page.find(" MB |\n", row);
    ASSERT_NE(unit, std::string::npos) << name_;
    const double said = std::stod(page.substr(page.rfind('|', unit) + 1));
    EXPECT_NEAR(report_.at("cost").at("bytes_read").get<double>() / 1e6, said, 0.75) << name_;
  }

  // The values of a tensor as they were published.
  std::vector<double> values(const std::string& repository, const std::string& tensor) const {
    for (const servers::CaseModel& model : models_) {
      if (model.repository == repository) return servers::giantValues(model.files, tensor);
    }
    throw std::runtime_error("no model " + repository);
  }

  TempDir dir_;
  std::unique_ptr<servers::RangeServer> server_;
  std::vector<servers::CaseModel> models_;
  std::string name_, printed_;
  json report_;
};

}  // namespace kindred::casetest
