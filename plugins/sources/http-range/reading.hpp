// Many ranges of many files at once: what the cache has is taken from there, the rest is sorted,
// merged, fetched concurrently, checked and kept.
#pragma once

#include <span>

#include <kindred/source.hpp>

#include "remote_file.hpp"

namespace kindred::http {

// Throws the first error after everything that was under way has ended. What had arrived whole by
// then is kept in the cache. [any-thread]
void readAll(Service& service, std::span<const ReadRequest> requests);

// What that would cost.
Cost priceOf(const Service& service, std::span<const PlannedRange> ranges);

}  // namespace kindred::http
