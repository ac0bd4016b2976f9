// The flag that asks the host and the plugins that it opened to stop
// (kindred/analysis/stop/stop.hpp).
#pragma once

#include <atomic>

namespace kindred::plugin {

std::atomic<bool>& stopFlag();

}  // namespace kindred::plugin
