// Until the architecture files are read, every model is of an unknown family.
#include "checkpoint/architecture.hpp"

namespace kindred::checkpoint {

std::vector<std::string> Architecture::roles() const { return {}; }
std::vector<Gauge> Architecture::gauges(std::string_view, unsigned) const { return {}; }
std::vector<View> Architecture::resolve(const Checkpoint&, std::string_view) const { return {}; }
std::string Architecture::roleOf(std::string_view) const { return {}; }
ArchitectureRegistry::ArchitectureRegistry(const std::filesystem::path&) {}
const Architecture* ArchitectureRegistry::recognise(const Checkpoint&) const { return nullptr; }
std::filesystem::path architectureFolder(const std::filesystem::path& executable) {
  return executable;
}

}  // namespace kindred::checkpoint
