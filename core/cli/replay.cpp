// kindred replay: computes a merge again from its parents and counts the values that come out equal
// to the last bit.
#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <kindred/error.hpp>

#include "cli/commands.hpp"
#include "cli/open_models.hpp"
#include "cli/output.hpp"
#include "cli/workspace.hpp"
#include "plan/reading.hpp"
#include "replay/replay.hpp"
#include "report/text.hpp"
#include "report/wording.hpp"
#include "results/json.hpp"
#include "words/names.hpp"
#include "yaml/document.hpp"

namespace kindred::cli {
namespace {

namespace fs = std::filesystem;
using replay::kArithmetics;
using results::Json;

constexpr Option kReplayOptions[] = {
    {"model", "NAME=MODEL", "what a model that the merge names is here", true},
    {"max-bytes", "BYTES",
     "weights of the result that are read at most (default: all of a local one, 64MB of others)"},
    kPluginPath,
    kOffline,
    kCacheSize,
    kJson,
};

std::map<std::string, std::string> replacements(const Invocation& invocation) {
  std::map<std::string, std::string> names;
  for (const std::string& text : invocation.values("model")) {
    const std::size_t at = text.find('=');
    if (at == std::string::npos || at == 0 || at + 1 == text.size()) {
      throw inputError("--model", "'" + text + "' is no NAME=MODEL",
                       "write the name as the merge spells it: --model org/name=./folder");
    }
    names[text.substr(0, at)] = text.substr(at + 1);
  }
  return names;
}

// Paths count from the merge's own folder, where they exist there.
std::string besideOf(const fs::path& file, const std::string& name) {
  std::error_code problem;
  const fs::path beside = file.parent_path() / name;
  return fs::exists(beside, problem) ? "file:" + beside.string() : name;
}

// The models of a merge and its result, opened.
class Cast {
 public:
  Cast(const Invocation& invocation, const replay::Merge& merge, const fs::path& file) {
    const auto known = replacements(invocation);
    const std::vector<std::string> names = merge.models();
    std::vector<ModelArgument> arguments{modelArgument(invocation.positional[1])};
    std::map<std::string, std::size_t> places, bases;
    for (const auto& [name, model] : known) {
      if (std::find(names.begin(), names.end(), name) == names.end()) {
        throw inputError("--model", "the merge names no model '" + words::escapedText(name) + "'",
                         fmt::format("it names {}", fmt::join(names, ", ")));
      }
    }
    for (const std::string& name : names) {
      const auto given = known.find(name);
      ModelArgument argument =
          modelArgument(given == known.end() ? besideOf(file, name) : given->second);
      if (!argument.adapter.empty()) {
        ModelArgument base = argument;
        base.adapter.clear();
        bases[name] = arguments.size();
        arguments.push_back(std::move(base));
      }
      places[name] = arguments.size();
      arguments.push_back(std::move(argument));
    }
    opened_ = std::make_unique<OpenModels>(invocation, std::move(arguments));
    for (const auto& [name, i] : places) models_.by_name[name] = &opened_->model(i);
    for (const auto& [name, i] : bases) models_.bases[name] = &opened_->model(i);
  }

  const replay::Models& models() const { return models_; }
  const plan::Model& result() const { return opened_->model(0); }

 private:
  std::unique_ptr<OpenModels> opened_;
  replay::Models models_;
};

double shareOf(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

// Never rounded up to all.
std::string percent(std::uint64_t part, std::uint64_t whole) {
  const double share = 100 * shareOf(part, whole);
  return part < whole ? fmt::format("{:.4f} %", std::min(share, 99.9999)) : "100 %";
}

Json tallyJson(const replay::Tally& tally) {
  Json json{{"values", tally.values}, {"differing", tally.differing}};
  Json ways = Json::object();
  for (std::size_t k = 0; k < kArithmetics.size(); ++k) {
    ways[std::string(name(kArithmetics[k]))] = {{"equal", tally.equal[k]}, {"near", tally.near[k]}};
  }
  json["arithmetic"] = std::move(ways);
  return json;
}

std::string jsonText(const replay::Merge& merge, const plan::Model& result,
                     const replay::Replay& made) {
  const std::size_t best = made.best();
  Json json{
      {"schema", 1},
      {"method", std::string(name(merge.method))},
      {"models", merge.models()},
      {"result", result.key},
      {"arithmetic", std::string(name(kArithmetics[best]))},
      {"share", made.all.differing == 0 ? Json(nullptr)
                                        : Json(shareOf(made.all.equal[best], made.all.differing))},
      {"copies", made.copies},
      {"whole", made.whole},
      {"bytes_read", made.bytes_read},
      {"all", tallyJson(made.all)},
      {"tensors", Json::array()},
      {"left_out", Json::array()},
      {"not_replayed", merge.passed_over}};
  for (const replay::TensorReplay& tensor : made.tensors) {
    Json entry{{"tensor", tensor.tensor}, {"dtype", std::string(kindred::name(tensor.dtype))}};
    entry.update(tallyJson(tensor.tally));
    json["tensors"].push_back(std::move(entry));
  }
  for (const replay::LeftOut& left : made.left_out) {
    json["left_out"].push_back({{"tensor", left.tensor}, {"reason", left.reason}});
  }
  return json.dump(2) + "\n";
}

std::string headline(const plan::Model& result, const replay::Replay& made) {
  const std::size_t best = made.best();
  if (made.all.differing == 0) {
    return fmt::format(
        "{}: the parents are equal in all {} values that were replayed, which says "
        "nothing.\n",
        result.key, made.all.values);
  }
  return fmt::format(
      "{}: {} of {} values {} come out equal to the last bit.\n", result.key,
      percent(made.all.equal[best], made.all.differing), made.all.differing,
      made.copies ? "that are copies of one model's" : "at which the parents differ");
}

std::string waysText(const replay::Tally& tally) {
  std::string text =
      fmt::format("\n{:<52} {:>11} {:>16}\n", "computed in", "equal", "or a step off");
  for (std::size_t k = 0; k < kArithmetics.size(); ++k) {
    if (tally.near[k] == 0) continue;
    text += fmt::format("{:<52} {:>11} {:>16}\n", describe(kArithmetics[k]),
                        percent(tally.equal[k], tally.differing),
                        percent(tally.near[k], tally.differing));
  }
  return text;
}

// Where the merge is the least like what was published.
std::string worstText(const replay::Replay& made) {
  constexpr std::size_t kShown = 8;
  const std::size_t best = made.best();
  std::vector<const replay::TensorReplay*> list;
  for (const replay::TensorReplay& tensor : made.tensors) {
    if (tensor.tally.equal[best] < tensor.tally.differing) list.push_back(&tensor);
  }
  if (list.empty()) return {};
  std::stable_sort(list.begin(), list.end(), [&](const auto* x, const auto* y) {
    return shareOf(x->tally.equal[best], x->tally.differing) <
           shareOf(y->tally.equal[best], y->tally.differing);
  });
  std::string text =
      fmt::format("\nNot all equal in {} of {} tensors:\n", list.size(), made.tensors.size());
  for (std::size_t i = 0; i < std::min(kShown, list.size()); ++i) {
    text += fmt::format("  {}: {} of {}\n", words::escaped(list[i]->tensor),
                        percent(list[i]->tally.equal[best], list[i]->tally.differing),
                        list[i]->tally.differing);
  }
  return text;
}

std::string leftOutText(const replay::Replay& made) {
  constexpr std::size_t kShown = 8;
  if (made.left_out.empty()) return {};
  std::string text = fmt::format("\nLeft out: {} tensors\n", made.left_out.size());
  for (std::size_t i = 0; i < std::min(kShown, made.left_out.size()); ++i) {
    text +=
        fmt::format("  {}: {}\n", words::escaped(made.left_out[i].tensor), made.left_out[i].reason);
  }
  return text;
}

std::string summary(const replay::Merge& merge, const plan::Model& result,
                    const replay::Replay& made) {
  std::string text = headline(result, made);
  text += report::wrapped(
      fmt::format("{} of {}; {} tensors{}; {} read of all models.", name(merge.method),
                  fmt::join(merge.models(), ", "), made.tensors.size(),
                  made.whole ? "" : ", rows of them or some of them, within --max-bytes",
                  report::byteCount(made.bytes_read)),
      0);
  text += waysText(made.all) + worstText(made) + leftOutText(made);
  if (!merge.passed_over.empty()) {
    text += fmt::format("\nSays nothing of weights: {}\n", fmt::join(merge.passed_over, ", "));
  }
  return text +
         "\nValues at which the parents agree are not counted: any merge of them has those. Equal "
         "bits need\nno null. A merge that misses many is not the one that was made, or was "
         "trained "
         "on, or computed\nin another way, or of parents that were rounded afterwards.\n";
}

int replayVerb(const Invocation& invocation) {
  const fs::path file = invocation.positional[0];
  const auto text = yaml::readText(file);
  if (!text) {
    throw inputError(file.string(), "can't be read",
                     "name the YAML file of a merge, as of mergekit");
  }
  const replay::Merge merge = replay::readMerge(*text, file.string());
  const Cast cast(invocation, merge, file);
  const std::uint64_t usual =
      cast.result().source->remote() ? plan::kDefaultRead : std::uint64_t{1} << 62;
  const std::uint64_t most = invocation.bytes("max-bytes", usual);
  if (most == 0) {
    throw inputError("--max-bytes", "with 0 bytes nothing could be replayed", "write 64MB or 1GB");
  }
  const replay::Replay made = replay::replay(merge, cast.models(), cast.result(), most);
  output() << (invocation.has("json") ? jsonText(merge, cast.result(), made)
                                      : summary(merge, cast.result(), made));
  return made.all.differing == 0 ? kBadInput : kDone;
}

}  // namespace

const Command kReplayCommand{"replay",
                             "MERGE.yaml RESULT",
                             "Compute a merge again and count the values that are equal",
                             2,
                             2,
                             kReplayOptions,
                             replayVerb};

}  // namespace kindred::cli
