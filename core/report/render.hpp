// From a finished run to the files of its results folder.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "plan/models.hpp"
#include "plugin/registry.hpp"
#include "report/context.hpp"
#include "report/document.hpp"
#include "results/results.hpp"

namespace kindred::report {

// Collects what the renderings need and judges each pair of models that steps compared.
Context contextOf(const recipe::Recipe& recipe, const plan::Models& models,
                  const std::vector<const plugin::Plugin*>& plugins,
                  const results::Results& results, const std::vector<std::string>& command_line);

// report.json, observations.csv, findings.csv, manifest.json, and the pages made of them.
void writeAll(const std::filesystem::path& folder, const Context& context,
              const results::Results& results);

// report.html and report.md, from nothing but what is saved.
void writePages(const ResultTexts& texts);

}  // namespace kindred::report
