// Descent and a shared start: models trained on from others, and models trained apart from one
// start.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>

namespace kindred::calibration {

// Trains and compares what comes of `starts` starts, six pairs of each kind of every one, one start
// after the other on one core; after each `show` gets what all so far come to, as Markdown.
void measureStarts(std::size_t starts, const std::filesystem::path& folder,
                   const std::function<void(const std::string&)>& show);

}  // namespace kindred::calibration
