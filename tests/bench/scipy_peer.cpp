#include "bench/scipy_peer.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "support/process.hpp"

namespace kindred::bench {

namespace {

support::RunResult runPython(const std::string& python, std::vector<std::string> arguments) {
  support::RunOptions options;
  options.environment["OMP_NUM_THREADS"] = "1";
  options.environment["OPENBLAS_NUM_THREADS"] = "1";
  options.timeout = std::chrono::minutes(10);
  arguments.insert(arguments.begin(), python);
  return support::runCommand(arguments, options);
}

std::string pythonWithScipy() {
  std::vector<std::string> names{"python3", "/usr/bin/python3"};
  if (const char* chosen = std::getenv("KINDRED_PYTHON")) names.insert(names.begin(), chosen);
  for (const std::string& name : names) {
    if (runPython(name, {"-c", "import scipy.optimize, scipy.stats"}).exit_code == 0) return name;
  }
  throw std::runtime_error("no python3 with SciPy found (install python3-scipy)");
}

}  // namespace

Figures runScipy(const std::filesystem::path& script, const std::vector<std::string>& arguments) {
  static const std::string python = pythonWithScipy();
  std::vector<std::string> all{script.string()};
  all.insert(all.end(), arguments.begin(), arguments.end());
  const support::RunResult result = runPython(python, all);
  if (result.exit_code != 0) throw std::runtime_error(script.string() + " failed: " + result.err);
  Figures figures;
  std::istringstream lines(result.out);
  std::string name;
  double value = 0;
  while (lines >> name >> value) figures[name] = value;
  return figures;
}

template <class T>
void writeNumbers(const std::filesystem::path& file, std::span<const T> values) {
  std::ofstream out(file, std::ios::binary);
  const auto bytes = std::as_bytes(values);
  out.write(reinterpret_cast<const char*>(bytes.data()),
            static_cast<std::streamsize>(bytes.size()));
  if (!out) throw std::runtime_error("cannot write " + file.string());
}

template void writeNumbers(const std::filesystem::path&, std::span<const float>);
template void writeNumbers(const std::filesystem::path&, std::span<const double>);
template void writeNumbers(const std::filesystem::path&, std::span<const std::size_t>);

}  // namespace kindred::bench
