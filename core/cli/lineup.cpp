#include "cli/lineup.hpp"

#include <filesystem>

#include <kindred/error.hpp>

#include "cli/resume.hpp"
#include "cli/workspace.hpp"
#include "fingerprint/file.hpp"
#include "fingerprint/make.hpp"
#include "plugin/guard.hpp"

namespace kindred::cli {
namespace {

fingerprint::Fingerprint named(fingerprint::Fingerprint print, const std::string& key) {
  print.model = key;
  for (fingerprint::Fingerprint& other : print.others) other.model = key;
  return print;
}

}  // namespace

bool namesFingerprint(const std::string& text) { return text.ends_with(fingerprint::kEnding); }

std::uint64_t sizeFor(const std::vector<ModelArgument>& models) {
  std::uint64_t size = fingerprint::kUsual;
  for (const ModelArgument& model : models) {
    if (model.root.empty() || !namesFingerprint(model.address)) continue;
    std::error_code problem;
    const std::uintmax_t bytes =
        std::filesystem::file_size(std::filesystem::path(model.root) / model.address, problem);
    if (!problem) size = std::max<std::uint64_t>(size, bytes);
  }
  return std::min(size, fingerprint::kLargest);
}

Lineup::Lineup(const Invocation& invocation, std::vector<ModelArgument> models)
    : opened_(invocation, std::move(models)),
      formats_(std::make_unique<formats::Formats>(opened_.registry())) {}

std::uint64_t Lineup::cost(std::size_t i) const {
  const std::filesystem::path path = std::filesystem::path(models()[i].root) / models()[i].address;
  std::error_code ignored;
  if (std::filesystem::is_regular_file(path, ignored)) {
    return std::filesystem::file_size(path, ignored);
  }
  std::uint64_t bytes = 1;
  for (const auto& file : std::filesystem::directory_iterator(path, ignored)) {
    if (file.is_regular_file(ignored)) bytes += file.file_size(ignored);
  }
  return bytes;
}

run::Facts Lineup::facts() {
  for (const ModelArgument& model : models()) {
    try {
      opened_.models().repository(model.key);
    } catch (const Error& error) {  // said when it is its turn
      if (error.category() == Category::internal) throw;
    }
  }
  std::vector<const plugin::Plugin*> plugins;
  for (const formats::UsableFormat& format : formats_->all()) {
    plugins.push_back(&opened_.registry().load(format.name()));
  }
  return commonFacts(plugins, opened_.models());
}

fingerprint::Fingerprint Lineup::of(std::size_t i, const Making& making) {
  const ModelArgument& argument = models()[i];
  std::unique_lock lock(mutex_);
  const plan::Repository& repository = opened_.models().repository(argument.key);
  if (namesFingerprint(argument.address)) {
    lock.unlock();
    fingerprint::Fingerprint read;
    plugin::guard(argument.plugin, [&] {
      read = fingerprint::read(*repository.source, *repository.location, *formats_);
    });
    return named(std::move(read), argument.key);
  }
  const plan::Model& model = opened_.models().model(argument.key);
  sayNotes(model.checkpoint);
  lock.unlock();
  const std::uint64_t usual =
      repository.source->remote() ? plan::kDefaultRead : std::uint64_t{1} << 62;
  fingerprint::Fingerprint made =
      fingerprint::make(model, making.size, making.read > 0 ? making.read : usual);
  made.address = argument.address;  // the name of a source is this run's
  return named(std::move(made), argument.key);
}

}  // namespace kindred::cli
