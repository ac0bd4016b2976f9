#include "plugin/stop.hpp"

#include <kindred/analysis/stop/stop.hpp>

namespace kindred::plugin {

std::atomic<bool>& stopFlag() {
  static std::atomic<bool> flag{false};
  static const bool told = (kindred_stop = &flag, true);
  static_cast<void>(told);
  return flag;
}

}  // namespace kindred::plugin
