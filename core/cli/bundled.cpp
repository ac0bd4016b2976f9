#include "cli/bundled.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <utility>

#include <kindred/error.hpp>

#include "cli/out_file.hpp"
#include "cli/output.hpp"
#include "words/names.hpp"
#include "words/quantities.hpp"
#include "yaml/document.hpp"

namespace kindred::cli {
namespace {

constexpr const char* kPlugin = "bundle";

yaml::Node scalar(const std::string& text, bool quotes) {
  yaml::Node node;
  node.kind = yaml::Node::Kind::scalar;
  node.scalar = text;
  node.quotes = quotes;
  return node;
}

std::string parameter(const recipe::PluginUse& use, const std::string& name) {
  for (const recipe::RawParameter& given : use.parameters) {
    if (given.name == name) return given.value;
  }
  return {};
}

recording::Origin originOf(const recipe::SourceSpec& spec, const bundle::Bundle* from) {
  if (from == nullptr) return {spec.name, spec.use.plugin, parameter(spec.use, "layout")};
  for (const bundle::HeldLocation& at : from->index().locations) {
    if (at.source == spec.name) return {spec.name, at.plugin, at.layout};
  }
  return {spec.name, kPlugin, ""};
}

}  // namespace

std::string bundledText(const std::string& recipe, const std::string& name) {
  yaml::Document document = yaml::readDocument(recipe, name);
  yaml::Node* sources = document.root.find("sources");
  if (sources == nullptr) return recipe;
  for (yaml::Member& source : sources->members) {
    yaml::Node from;
    from.kind = yaml::Node::Kind::map;
    from.members.push_back({scalar("plugin", false), scalar(kPlugin, false)});
    from.members.push_back({scalar("source", false), scalar(source.key.scalar, true)});
    source.value = std::move(from);
  }
  return yaml::emit(document.root) + "\n";
}

steps::Checked loadBundled(const std::string& file, const std::vector<std::string>& settings) {
  return steps::parse(bundle::Bundle(file).recipe(), file, settings);
}

void readFromBundle(steps::Recipe& recipe, std::vector<recipe::Diagnostic>& diagnostics) {
  for (recipe::SourceSpec& spec : recipe.sources) {
    recipe::PluginUse& use = spec.use;
    if (use.plugin != kPlugin) {
      diagnostics.push_back({use.place,
                             "'" + words::escaped(use.plugin) + "' would read from elsewhere",
                             "what stands in a bundle reads from it alone"});
      continue;
    }
    use.parameters = {{"root", recipe.file.string(), true, use.place, use.place},
                      {"source", spec.name, true, use.place, use.place}};
  }
}

Keeping::Keeping(const Invocation& invocation) {
  if (!invocation.has("bundle")) return;
  const std::string file = invocation.value("bundle");
  if (invocation.isFirst()) refuseToReplace(invocation, file);
  recorder_.emplace(file);
}

plan::AroundSource Keeping::around(const steps::Recipe& recipe) {
  if (!asked()) return {};
  if (bundle::namesBundle(recipe.file.string())) {
    from_ = std::make_unique<bundle::Bundle>(recipe.file.string());
  }
  return [this](const recipe::SourceSpec& spec, std::unique_ptr<Source> source) {
    return recorder_->around(originOf(spec, from_.get()), std::move(source));
  };
}

void Keeping::finish(const steps::Recipe& recipe, const results::Report& made, bool silent) {
  if (!asked()) return;
  if (!made.complete) {
    std::cerr << "kindred: the run was interrupted: no bundle was written\n";
    return;
  }
  const bundle::Written written =
      recorder_->write(bundledText(recipe.text, recipe.file.string()), KINDRED_VERSION);
  if (silent) return;
  output() << fmt::format("Bundle: {} ({}, SHA-256 {})\n",
                          words::escapedText(recorder_->path(), 4096),
                          words::byteCount(written.bytes), written.sha256);
}

}  // namespace kindred::cli
