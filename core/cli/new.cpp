// kindred new: writes an out-of-tree plugin project from share/kindred/template/KIND.
//
// In a template's file names and contents stand three words: @NAME@ the plugin's name (my-metric),
// @FILE@ the same for file names (my_metric), @CLASS@ for the C++ class (MyMetric).
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <ostream>
#include <set>
#include <sstream>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <kindred/declaration.hpp>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "plugin/installation.hpp"
#include "plugin/registry.hpp"

namespace kindred::cli {
namespace {

namespace fs = std::filesystem;

constexpr Option kNewOptions[] = {
    {"into", "DIR", "write the project's folder into this one (default: the current folder)"},
    kPluginPath};

// A kind is a folder of templates.
fs::path templateOf(const std::string& kind) {
  const fs::path all = plugin::sharedFiles() / "template";
  std::set<std::string> kinds;
  std::error_code problem;
  for (const auto& entry : fs::directory_iterator(all, problem)) {
    kinds.insert(entry.path().filename().string());
  }
  if (kinds.empty()) {
    throw inputError(all.string(), "the templates are missing", "install Kindred again");
  }
  if (kinds.contains(kind)) return all / kind;
  throw inputError("", "'" + kind + "' is no kind of new plugin",
                   fmt::format("write {}", fmt::join(kinds, ", ")));
}

// CMake keeps these for itself.
constexpr std::array kReserved{"all", "clean", "help", "install", "package", "test"};

void checkName(const std::string& name) {
  const auto refuse = [&](const std::string& why, const std::string& remedy) {
    throw inputError("", "'" + name + "' can't be a plugin's name: " + why, remedy);
  };
  if (!isPluginName(name) || name.ends_with('-')) {
    refuse(
        "a name has small letters, digits and '-', begins with a letter and ends with none of "
        "'-'",
        "for example 'relative-error'");
  }
  if (name.starts_with("lib")) refuse("a file's 'lib' is not part of the name", "leave 'lib' out");
  if (std::find(kReserved.begin(), kReserved.end(), name) != kReserved.end()) {
    refuse("CMake keeps it for itself", "for example '" + name + "-metric'");
  }
}

void checkUnused(const std::string& name, const Invocation& invocation) {
  const plugin::Registry registry(plugin::pluginFolders(invocation.values("plugin-path")));
  const std::vector<std::string> names = registry.names();
  if (!std::binary_search(names.begin(), names.end(), name)) return;
  throw inputError("",
                   "there is a plugin '" + name + "' already, and two of one name can't be used",
                   "choose another name; `kindred plugins` lists those that are taken");
}

// "relative-error" -> RelativeErrorMetric: the kind's word keeps it apart from the template's own
// classes.
std::string className(const std::string& name, const std::string& kind) {
  std::string words;
  bool begins = true;
  for (const char c : name + (name.ends_with(kind) ? "" : "-" + kind)) {
    if (c != '-') words += begins && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    begins = c == '-';
  }
  return words;
}

using Words = std::map<std::string, std::string>;

std::string filledIn(std::string text, const Words& words) {
  for (const auto& [word, value] : words) {
    for (std::size_t at = 0; (at = text.find(word, at)) != std::string::npos; at += value.size()) {
      text.replace(at, word.size(), value);
    }
  }
  return text;
}

std::string readText(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) throw inputError(file.string(), "can't be read", "install Kindred again");
  return text.str();
}

void writeText(const fs::path& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary);
  out << text;
  out.close();
  if (!out) throw inputError(file.string(), "can't be written", "check permissions and free space");
}

// Removes the folder unless it was renamed to its final name.
struct Unfinished {
  fs::path folder;
  ~Unfinished() {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
  }
};

// Fills a folder beside the final one and renames it: there is never half a project.
std::vector<std::string> writeProject(const fs::path& from, const fs::path& to,
                                      const Words& words) {
  const Unfinished unfinished{to.parent_path() /
                              ("." + to.filename().string() + "." + std::to_string(::getpid()))};
  fs::create_directory(unfinished.folder);
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(from)) {
    names.push_back(filledIn(entry.path().filename().string(), words));
    writeText(unfinished.folder / names.back(), filledIn(readText(entry.path()), words));
  }
  std::sort(names.begin(), names.end());
  fs::rename(unfinished.folder, to);
  return names;
}

std::string nextSteps(const fs::path& project, const std::string& name) {
  // An installed binary knows its prefix; in a build tree nothing is installed yet.
  const fs::path prefix = plugin::executable().parent_path().parent_path();
  const bool installed = fs::exists(prefix / "include/kindred/plugin.hpp");
  const std::string build = (project / "build").string();
  return "next:\n  cmake -S " + project.string() + " -B " + build +
         " -DCMAKE_PREFIX_PATH=" + (installed ? prefix.string() : "PREFIX") + "\n  cmake --build " +
         build + "\n  ctest --test-dir " + build + "\n  kindred plugins " + name +
         " --plugin-path " + build + "\n" +
         (installed ? "" : "PREFIX is where `cmake --install` has put Kindred\n");
}

int newVerb(const Invocation& invocation) {
  const std::string& kind = invocation.positional[0];
  const std::string& name = invocation.positional[1];
  const fs::path from = templateOf(kind);
  checkName(name);
  checkUnused(name, invocation);
  const fs::path into = invocation.value("into", ".");
  if (!fs::is_directory(into)) {
    throw inputError(into.string(), "is no folder", "create it, or name another with --into");
  }
  const fs::path project = (into / name).lexically_normal();
  if (fs::exists(fs::symlink_status(project))) {
    throw inputError(project.string(), "exists already", "remove it, or choose another name");
  }
  std::string file = name;
  std::replace(file.begin(), file.end(), '-', '_');
  try {
    const std::vector<std::string> names = writeProject(
        from, project, {{"@NAME@", name}, {"@FILE@", file}, {"@CLASS@", className(name, kind)}});
    output() << "written:\n";
    for (const std::string& written : names)
      output() << "  " << (project / written).string() << '\n';
  } catch (const fs::filesystem_error& error) {
    throw inputError(into.string(), "the project can't be written: " + error.code().message(),
                     "check permissions and free space");
  }
  output() << nextSteps(project, name);
  return kDone;
}

}  // namespace

const Command kNewCommand{"new",
                          "metric|source|test|matrix-test|survey|format NAME",
                          "Write an out-of-tree plugin project that builds",
                          2,
                          2,
                          kNewOptions,
                          newVerb};

}  // namespace kindred::cli
