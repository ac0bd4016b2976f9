// Opening a plugin's library: permissions, fingerprint, the dynamic linker, the descriptor.
#include <dlfcn.h>
#include <sys/stat.h>

#include <atomic>
#include <boost/dll/shared_library.hpp>
#include <cerrno>
#include <cstring>
#include <new>
#include <system_error>

#include <kindred/analysis/room/room.hpp>
#include <kindred/declaration.hpp>

#include "plugin/fingerprint.hpp"
#include "plugin/guard.hpp"
#include "plugin/plugin.hpp"
#include "plugin/stop.hpp"
#include "plugin/symbols.hpp"

namespace kindred::plugin {
namespace {

namespace fs = std::filesystem;

// Never unloaded: objects, exceptions and functions of the library may outlive every handle.
const auto kMode = boost::dll::load_mode::rtld_lazy | boost::dll::load_mode::rtld_local |
                   static_cast<boost::dll::load_mode::type>(RTLD_NODELETE);

[[noreturn]] void refuse(const fs::path& file, const std::string& what,
                         const std::string& remedy = {}) {
  throw Error(Category::plugin, file.string(), what, remedy);
}

// Whoever may write here decides what this program does.
void refuseWorldWritable(const fs::path& path, const char* what) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) {
    refuse(path, std::string("can't be read: ") + std::strerror(errno));
  }
  if ((found.st_mode & S_IWOTH) == 0) return;
  refuse(path,
         std::string("is a ") + what +
             " that everyone may write to, so plugins are not "
             "loaded from it",
         "chmod o-w " + path.string());
}

void checkPermissions(const fs::path& file) {
  std::error_code problem;
  const fs::path real = fs::canonical(file, problem);
  if (problem) refuse(file, "can't be read: " + problem.message());
  refuseWorldWritable(fs::absolute(file).parent_path(), "folder");
  refuseWorldWritable(real.parent_path(), "folder");
  refuseWorldWritable(real, "file");
}

// The linker's sentence without Boost's around it: "libfoo.so.1: cannot open shared object file".
std::string linkersReason(const std::string& text) {
  const std::string_view mark = "dlerror system message: ";
  const std::size_t begin = text.find(mark);
  if (begin == std::string::npos) return text;
  const std::size_t end = text.rfind("):");
  const std::size_t from = begin + mark.size();
  return text.substr(from, end == std::string::npos || end < from ? end : end - from);
}

const Descriptor& openLibrary(const std::string& name, const fs::path& file) {
  namespace dll = boost::dll;
  try {
    const dll::shared_library library(fs::absolute(file), kMode);
    return library.get<const Descriptor>("kindred_plugin");
  } catch (const std::system_error& error) {
    refuse(file, "the dynamic linker refuses it: " + linkersReason(error.what()),
           "install what is missing, or rebuild the plugin on this machine");
  } catch (...) {  // a static initialiser of the library
    rethrowNaming(name, file.string());
  }
}

void checkDescriptor(const std::string& name, const fs::path& file, const Descriptor& found) {
  if (found.magic != kMagic) {
    refuse(file, "its 'kindred_plugin' is not a plugin's descriptor (wrong magic number)",
           "define it with KINDRED_METRIC, KINDRED_SOURCE or their like");
  }
  if (found.interface != KINDRED_INTERFACE) {
    refuse(file,
           "speaks plugin interface " + std::to_string(found.interface) + ", the host " +
               std::to_string(KINDRED_INTERFACE),
           "rebuild it against this host's SDK");
  }
  const std::vector<std::string> faults = faultsOf(found);
  if (!faults.empty()) {
    std::string all;
    for (const std::string& fault : faults) all += (all.empty() ? "" : "; ") + fault;
    refuse(file, "declares itself wrongly: " + all, "correct the plugin's declaration");
  }
  if (name != found.name) {
    refuse(file,
           "holds plugin '" + std::string(found.name) + "', but its file is named '" + name + "'",
           "rename the file to " + std::string(found.name) + ".so");
  }
}

// A library that computes for long has a flag of its own, which is to be the host's.
void tellStop(const fs::path& file) {
  boost::dll::shared_library library(fs::absolute(file), kMode);
  constexpr const char* kFlag = "kindred_stop";
  if (library.has(kFlag)) library.get<const std::atomic<bool>*>(kFlag) = &stopFlag();
}

}  // namespace

Plugin openPlugin(const std::string& name, const fs::path& file) {
  checkPermissions(file);
  checkFingerprint(file, exportedSymbols(file));
  if (!roomForProduct()) throw std::bad_alloc();  // OpenBLAS takes its first buffer when opened
  const Descriptor& descriptor = openLibrary(name, file);
  checkDescriptor(name, file, descriptor);
  tellStop(file);
  return {&descriptor, file, parametersOf(descriptor), figuresOf(descriptor), {}};
}

}  // namespace kindred::plugin
