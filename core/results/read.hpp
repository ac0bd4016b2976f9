// What is saved, as values again. Files may come from anybody: what is malformed, or does not hold
// together, is an Error with file, place and remedy.
#pragma once

#include <filesystem>
#include <string>

#include "results/report.hpp"

namespace kindred::results {

// The files' contents, each with the name that errors are to give it.
struct Texts {
  std::filesystem::path folder;
  std::string report, observations, manifest;
};

// Throws where a file is missing, larger than a gigabyte or can't be read.
Texts readTexts(const std::filesystem::path& folder);
std::string readWhole(const std::filesystem::path& file);

// `file` stands for the file in errors. Fields that the table of fields doesn't know are passed
// over.
Manifest manifestOf(const std::filesystem::path& file, const std::string& text);
Report reportOf(const Texts& texts);
StepResult stepResultOf(const std::string& file, const std::string& text);

}  // namespace kindred::results
