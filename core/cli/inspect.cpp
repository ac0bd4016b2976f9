// kindred inspect: what a model's files hold, from their headers alone.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <ostream>
#include <tuple>

#include "cli/commands.hpp"
#include "cli/inspect_fingerprint.hpp"
#include "cli/inspect_shares.hpp"
#include "cli/lineup.hpp"
#include "cli/open_model.hpp"
#include "cli/output.hpp"
#include "cli/workspace.hpp"
#include "models/adapter.hpp"
#include "words/names.hpp"
#include "words/quantities.hpp"
#include "words/utf8.hpp"

namespace kindred::cli {
namespace {

using models::Tensor;
using Json = nlohmann::ordered_json;

constexpr Option kInspectOptions[] = {kPluginPath, kOffline, kCacheSize, kJson};

std::string shapeText(const std::vector<std::uint64_t>& shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

// Tensors that differ only in the numbers of their names.
struct Group {
  const Tensor* first = nullptr;
  std::uint64_t count = 0;
  std::uint64_t elements = 0;
};

std::string withoutNumbers(const std::string& name) {
  std::string text;
  for (const char c : name) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit) text += c;
    if (digit && !text.ends_with('\1')) text += '\1';  // stands for any number
  }
  return text;
}

// In the order of their first tensors.
std::vector<Group> groupsOf(const std::vector<Tensor>& tensors) {
  std::vector<Group> groups;
  std::map<std::tuple<std::string, DType, std::vector<std::uint64_t>>, std::size_t> places;
  for (const Tensor& tensor : tensors) {
    const auto [place, fresh] = places.try_emplace(
        {withoutNumbers(tensor.name), tensor.dtype, tensor.shape}, groups.size());
    if (fresh) groups.push_back({&tensor, 0, 0});
    ++groups[place->second].count;
    groups[place->second].elements += tensor.elements;
  }
  return groups;
}

// Without a terminal, lines are as long as they are.
std::size_t terminalWidth() { return outputColumns().value_or(10000); }

// Counts bytes, and never cuts a character in two.
std::string cut(const std::string& line, std::size_t width) {
  if (line.size() <= width) return line;
  std::size_t end = width - 3;
  while (end > 0 && words::continues(line[end])) --end;
  return line.substr(0, end) + "...";
}

// Lines of a table of two columns; the label stands before the first.
void printLines(const char* label, const std::vector<std::string>& lines) {
  for (const std::string& line : lines) {
    output() << cut(fmt::format("{:<13} {}", label, line), terminalWidth()) << '\n';
    label = "";
  }
}

std::string percent(const Share& share) {
  return fmt::format("{:5.1f} %  {}", 100 * share.share, share.what);
}

void printShares(const char* label, const std::vector<Share>& shares) {
  std::vector<std::string> lines;
  for (const Share& share : shares) lines.push_back(percent(share));
  printLines(label, lines);
}

void printPrices(const std::vector<Price>& prices) {
  std::vector<std::string> lines;
  for (const Price& price : prices) {
    lines.push_back(
        fmt::format("{}: a row {}{} of {}", price.codec, words::byteCount(price.row),
                    price.column > 0 ? ", a column " + words::byteCount(price.column) : "",
                    words::byteCount(price.all)));
  }
  printLines("to read", lines);
}

void printTestable(const Testable& testable, bool family_known) {
  if (!family_known) {
    printLines("tested", {"by content alone: rows of matrices of equal shape"});
  } else if (!testable.granted.empty()) {
    printLines("tested", testable.granted);
  }
  std::vector<std::string> lines;
  for (const auto& [what, why] : testable.refused) lines.push_back(what + ": " + why);
  for (const Share& share : testable.left_out) lines.push_back(percent(share));
  printLines("not tested", lines);
}

void printAdapter(const models::Checkpoint& checkpoint) {
  constexpr std::size_t kMostTargets = 16;
  const models::Adapter& adapter = *checkpoint.adapter();
  std::vector<std::string> targets = adapter.targets;
  const std::size_t more = targets.size() - std::min(targets.size(), kMostTargets);
  targets.resize(targets.size() - more);
  for (std::string& target : targets) target = words::escaped(target, 120);
  if (more > 0) targets.push_back(fmt::format("{} more", more));
  std::uint64_t bytes = 0;
  for (const Tensor& tensor : checkpoint.tensors()) bytes += tensor.bytes;
  const auto line = [](const char* label, const std::string& text) {
    if (!text.empty()) printLines(label, {text});
  };
  output() << fmt::format("model         {}\n", words::escaped(checkpoint.model()));
  output() << "adapter       " << adapter.method << ", a change of another model\n";
  line("base", adapter.base.empty() ? "not named" : words::escaped(adapter.base));
  line("revision", words::escaped(adapter.base_revision));
  line("rank", models::ranksOf(adapter));
  line("alpha", fmt::format("{}", fmt::join(adapter.alphas, ", ")));
  line("targets", fmt::format("{}", fmt::join(targets, ", ")));
  line("changes",
       fmt::format("{} in {}, {} held whole", words::counted(adapter.modules.size(), "module"),
                   words::counted(models::layersOf(adapter).size(), "layer"),
                   words::counted(adapter.whole.size(), "tensor")));
  line("size", words::byteCount(bytes));
  output() << "format        " << checkpoint.format().title << '\n';
  line("applied", adapter.not_applied.empty() ? "to its base, where both are named: BASE+ADAPTER"
                                              : "not: " + adapter.not_applied);
  line("tested", adapter.modules.empty()
                     ? ""
                     : "adapter-rank (signs), against another adapter of the same modules");
  printLines("not tested", {"against a model: it holds none of a model's weights"});
}

void printHead(const OpenModel& model) {
  if (model.checkpoint().adapter() != nullptr) return printAdapter(model.checkpoint());
  const models::Checkpoint& checkpoint = model.checkpoint();
  const auto* architecture = model.architecture();
  const auto count = models::countParameters(checkpoint, architecture);
  output() << fmt::format("model         {}\n", words::escaped(checkpoint.model()));
  output() << fmt::format("architecture  {}\n",
                          architecture == nullptr
                              ? std::string("of no known family")
                              : architecture->name() + ": " + architecture->summary());
  if (architecture != nullptr && !architecture->naming().empty()) {
    output() << "names         " << architecture->naming() << '\n';
  }
  output() << fmt::format("parameters    {}", words::grouped(count.total));
  if (count.active) output() << fmt::format(", active per token {}", words::grouped(*count.active));
  output() << fmt::format("\ntensors       {} in {}\n", words::grouped(checkpoint.tensors().size()),
                          words::counted(checkpoint.shards().size(), "file"));
  std::vector<std::string> components;
  for (const models::ComponentPart& part : model.components()) {
    components.push_back(fmt::format("{}: {}, {}", name(part.component), part.architecture->name(),
                                     words::counted(part.checkpoint.tensors().size(), "tensor")));
  }
  printLines("components", components);
  output() << "format        " << checkpoint.format().title << '\n';
  printShares("stored as", encodingsOf(checkpoint));
  printPrices(pricesOf(checkpoint));
  printTestable(testableOf(checkpoint, architecture, model.components()), architecture != nullptr);
}

void printFiles(const models::Checkpoint& checkpoint) {
  std::vector<std::uint64_t> tensors(checkpoint.shards().size());
  for (const Tensor& tensor : checkpoint.tensors()) ++tensors[tensor.shard];
  output() << "\n       size  tensors  file\n";
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const models::Shard& shard = checkpoint.shards()[i];
    output() << cut(fmt::format("{:>11}  {:>7}  {}", words::byteCount(shard.file->size()),
                                tensors[i], words::escaped(shard.name)),
                    terminalWidth())
             << '\n';
  }
}

void printTensors(const OpenModel& model) {
  const std::vector<Group> groups = groupsOf(model.checkpoint().tensors());
  const auto roleOf = [&](const Tensor& tensor) {
    return model.architecture() == nullptr ? "" : model.architecture()->roleOf(tensor.name);
  };
  std::size_t shape = 5, role = 4;
  for (const Group& group : groups) {
    shape = std::max(shape, shapeText(group.first->shape).size());
    role = std::max(role, roleOf(*group.first).size());
  }
  shape = std::min<std::size_t>(shape, 24);
  role = std::min<std::size_t>(role, 24);
  const std::string head = fmt::format("\n count  {:<11} {:<{}}  {:<{}}  first name", "dtype",
                                       "shape", shape, "role", role);
  output() << head << '\n';
  for (const Group& group : groups) {
    const Tensor& tensor = *group.first;
    output() << cut(fmt::format("{:>6}  {:<11} {:<{}}  {:<{}}  {}", group.count, name(tensor.dtype),
                                cut(shapeText(tensor.shape), shape), shape,
                                cut(roleOf(tensor), role), role, words::escaped(tensor.name)),
                    terminalWidth())
             << '\n';
  }
}

Json toJson(const std::vector<Share>& shares) {
  Json list = Json::array();
  for (const Share& share : shares) list.push_back({{"what", share.what}, {"share", share.share}});
  return list;
}

Json toJson(const std::vector<Price>& prices) {
  Json list = Json::array();
  for (const Price& price : prices) {
    list.push_back({{"codec", price.codec},
                    {"tensor", price.matrix},
                    {"bytes", price.all},
                    {"row_bytes", price.row},
                    {"column_bytes", price.column > 0 ? price.column : price.all}});
  }
  return list;
}

Json toJson(const models::Adapter* adapter) {
  if (adapter == nullptr) return {};
  Json modules = Json::array(), whole = Json::array();
  for (const models::AdaptedModule& module : adapter->modules) {
    modules.push_back({{"name", module.name},
                       {"rank", module.rank},
                       {"inputs", module.inputs},
                       {"outputs", module.outputs},
                       {"scale", module.scale}});
  }
  for (const models::WholeTensor& tensor : adapter->whole) whole.push_back(tensor.name);
  return {{"method", adapter->method},
          {"base", adapter->base},
          {"base_revision", adapter->base_revision},
          {"alphas", adapter->alphas},
          {"targets", adapter->targets},
          {"layers", models::layersOf(*adapter)},
          {"modules", modules},
          {"whole", whole},
          {"not_applied", adapter->not_applied}};
}

Json toJson(const OpenModel& model) {
  const models::Checkpoint& checkpoint = model.checkpoint();
  const auto* architecture = model.architecture();
  const auto count = models::countParameters(checkpoint, architecture);
  Json files = Json::array(), tensors = Json::array();
  for (const models::Shard& shard : checkpoint.shards()) {
    files.push_back({{"name", shard.name},
                     {"bytes", shard.file->size()},
                     {"header_bytes", shard.header_bytes}});
  }
  for (const Tensor& tensor : checkpoint.tensors()) {
    Json entry{{"name", tensor.name},
               {"dtype", name(tensor.dtype)},
               {"shape", tensor.shape},
               {"elements", tensor.elements},
               {"file", checkpoint.shards()[tensor.shard].name},
               {"offset", tensor.offset},
               {"bytes", tensor.bytes}};
    if (tensor.numbers) {
      entry["codec"] = tensor.numbers->codec;
      entry["stored"] = {{"name", tensor.numbers->stored_name},
                         {"shape", tensor.numbers->stored_shape}};
    }
    const auto placement =
        architecture == nullptr ? std::nullopt : architecture->placementOf(tensor.name);
    entry["role"] = placement ? Json(placement->role) : Json();
    entry["layer"] = placement && placement->layer >= 0 ? Json(placement->layer) : Json();
    entry["expert"] = placement && placement->expert >= 0 ? Json(placement->expert) : Json();
    tensors.push_back(std::move(entry));
  }
  const Testable testable = testableOf(checkpoint, architecture, model.components());
  Json refused = Json::array();
  for (const auto& [what, why] : testable.refused) {
    refused.push_back({{"gauge", what}, {"because", why}});
  }
  Json components = Json::array();
  for (const models::ComponentPart& part : model.components()) {
    components.push_back({{"component", name(part.component)},
                          {"architecture", part.architecture->name()},
                          {"tensors", part.checkpoint.tensors().size()}});
  }
  return {{"model", checkpoint.model()},
          {"adapter", toJson(checkpoint.adapter())},
          {"components", components},
          {"format", checkpoint.format().title},
          {"encodings", toJson(encodingsOf(checkpoint))},
          {"prices", toJson(pricesOf(checkpoint))},
          {"tested", testable.granted},
          {"refused", refused},
          {"not_tested", toJson(testable.left_out)},
          {"architecture", architecture == nullptr ? Json() : Json(architecture->name())},
          {"parameters",
           {{"total", count.total}, {"active", count.active ? Json(*count.active) : Json()}}},
          {"files", files},
          {"notes", checkpoint.notes()},
          {"tensors", tensors}};
}

int inspectVerb(const Invocation& invocation) {
  if (namesFingerprint(invocation.positional.front())) return inspectFingerprint(invocation);
  const OpenModel model(invocation, invocation.positional.front());
  sayNotes(model.checkpoint());
  if (invocation.has("json")) {
    output() << toJson(model).dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
    return kDone;
  }
  printHead(model);
  printFiles(model.checkpoint());
  printTensors(model);
  return kDone;
}

}  // namespace

const Command kInspectCommand{"inspect",
                              "MODEL",
                              "Show a model's tensors, shapes and family, from headers "
                              "alone; of a fingerprint what it is of",
                              1,
                              1,
                              kInspectOptions,
                              inspectVerb};

}  // namespace kindred::cli
