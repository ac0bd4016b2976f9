// A loaded plugin: its declaration as plain data, and the making of its objects.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <kindred/plugin.hpp>

namespace kindred {
class Source;
class PairMetric;
class TensorMetric;
class SetMetric;
class Test;
class MatrixTest;
class Aligner;
class Survey;
class Format;
}  // namespace kindred

namespace kindred::plugin {

// An older name of a plugin, which stands for it with some of its parameters set
// (plugin/alias.hpp).
struct Alias {
  std::string name;
  Parameters set;
  std::string meaning;  // "'fixed-points' with gauge mlp-unit"
};

// Valid until the process ends, like the library behind it. Copies are cheap enough and allowed.
struct Plugin {
  const Descriptor* descriptor = nullptr;
  std::filesystem::path file;
  std::vector<Entry> parameters;  // in the order declared
  std::vector<Entry> figures;     // the first is named like the metric
  std::optional<Alias> alias;     // under which it was asked for; `parameters` are those it leaves

  // As it was asked for: what a recipe calls by an older name keeps that name in results.
  std::string name() const { return alias ? alias->name : descriptor->name; }
  std::string version() const { return descriptor->version; }
  std::string summary() const { return descriptor->summary; }
  Kind kind() const { return descriptor->kind; }

  // A new object; `parameters` must be complete (see bindParameters() in plugin/bind.hpp). An Error
  // names the plugin: of another kind, or whatever its constructor threw. [any-thread]
  std::unique_ptr<Source> makeSource(const Parameters& parameters) const;
  std::unique_ptr<PairMetric> makePairMetric(const Parameters& parameters) const;
  std::unique_ptr<TensorMetric> makeTensorMetric(const Parameters& parameters) const;
  std::unique_ptr<SetMetric> makeSetMetric(const Parameters& parameters) const;
  std::unique_ptr<Test> makeTest(const Parameters& parameters) const;
  std::unique_ptr<MatrixTest> makeMatrixTest(const Parameters& parameters) const;
  std::unique_ptr<Aligner> makeAligner(const Parameters& parameters) const;
  std::unique_ptr<Survey> makeSurvey(const Parameters& parameters) const;
  std::unique_ptr<Format> makeFormat(const Parameters& parameters) const;

 private:
  template <class Base>
  std::unique_ptr<Base> make(Kind kind, const Parameters& parameters) const;
};

// Opens one library, checks everything about it, and never unloads it. `name` is what its file's
// name promises. An Error names the file and the first check that failed; before the fingerprint
// was found right, none of the library's code runs.
Plugin openPlugin(const std::string& name, const std::filesystem::path& file);

}  // namespace kindred::plugin
