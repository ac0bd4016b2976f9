// kindred --version: what this program is, for whoever reads of a run that went wrong.
#include <fmt/format.h>

#include "cli/command.hpp"
#include "models/architecture.hpp"
#include "plugin/fingerprint.hpp"
#include "plugin/installation.hpp"

namespace kindred::cli {

std::string version() {
#ifdef __clang__
  constexpr const char* kCompiler = "Clang " __clang_version__;
#else
  constexpr const char* kCompiler = "GCC " __VERSION__;
#endif
  return fmt::format(
      "kindred {}\n"
      "compiler       {}\n"
      "build type     {}\n"
      "sdk            {}\n"
      "plugins        {}\n"
      "architectures  {}\n",
      KINDRED_VERSION, kCompiler, KINDRED_BUILD_TYPE, plugin::hostFingerprint(),
      plugin::builtinPlugins().string(), models::architectureFolder(plugin::executable()).string());
}

}  // namespace kindred::cli
