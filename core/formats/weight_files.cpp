#include "formats/weight_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include <kindred/error.hpp>

#include "formats/meta_layout.hpp"
#include "formats/weight_groups.hpp"
#include "words/names.hpp"

namespace kindred::formats {
namespace {

using words::contains;
using words::escaped;
using words::naturalLess;

constexpr const char* kAdapterConfig = "adapter_config.json";

class Chooser {
 public:
  Chooser(const Folder& folder, const Formats& formats) : folder_(folder), formats_(formats) {}

  WeightFiles choose() {
    if (!folder_.chosen.empty()) return chosenByUser();
    result_.format = strongest();
    // Beside an adapter, files that may be weights are what its training left there.
    const bool no_model = result_.format == nullptr ||
                          (claim_ == Claim::perhaps && contains(folder_.names, kAdapterConfig));
    if (no_model && takeAdapter()) return std::move(result_);
    if (result_.format == nullptr) refuseAll();
    top_ = weightsAtTop(folder_.names, *result_.format);
    const bool hub_names = result_.format->traits().hub_names;
    if (hub_names) groups_ = groupsOf(top_);
    if (takeWhole()) {
      // result_ holds it
    } else if (contains(folder_.names, kComponents) && !components().empty()) {
      refuseComponents();
    } else if (hub_names) {
      chooseByElimination();
    } else {
      takeOneSet();
    }
    noteRest();
    return std::move(result_);
  }

 private:
  Error error(const std::string& what, const std::string& remedy) const {
    return inputError(fmt::format("model '{}'", escaped(folder_.model)), what,
                      folder_.unlisted.empty() ? remedy : remedy + "; " + folder_.unlisted);
  }
  std::string address(const std::string& below) const {
    return escaped(folder_.address ? folder_.address(below) : below);
  }

  void take(const std::string& name) { result_.shards = {name}; }
  void take(const Group& group) {
    if (group.index.empty()) {
      result_.shards.insert(result_.shards.end(), group.files.begin(), group.files.end());
    } else {
      result_.index = group.index;
    }
  }

  WeightFiles chosenByUser() {
    const std::string& name = folder_.chosen;
    FileUse use;
    for (const UsableFormat& format : formats_.all()) {
      const FileUse its = format.use(baseOf(name));
      if (its.claim <= use.claim) continue;
      use = its;
      result_.format = &format;
    }
    if (result_.format == nullptr) result_.format = byBeginning(name);
    if (result_.format == nullptr) refuseOtherFormats({name});
    if (use.index) {
      result_.index = name;
      return std::move(result_);
    }
    take(name);
    result_.adapter = isAdapter(name);
    if (const auto part = partOf(name)) {
      result_.notes.push_back(fmt::format("{} is one of {} parts of a model, and is read alone",
                                          escaped(name), part->total));
    }
    return std::move(result_);
  }

  const UsableFormat* byBeginning(const std::string& name) const {
    if (!folder_.beginning) return nullptr;
    const std::vector<std::byte> bytes = folder_.beginning(name);
    const auto found = std::find_if(formats_.all().begin(), formats_.all().end(),
                                    [&](const UsableFormat& f) { return f.begins(bytes); });
    return found == formats_.all().end() ? nullptr : &*found;
  }

  // That of the strongest claim on a file at the top. Null: there is none.
  const UsableFormat* strongest() {
    const UsableFormat* best = nullptr;
    for (const UsableFormat& format : formats_.all()) {
      for (const TopFile& file : weightsAtTop(folder_.names, format)) {
        if (isAdapter(file.name)) {
          adapters_.insert(file.name);
        } else if (file.use.claim > claim_) {
          claim_ = file.use.claim;
          best = &format;
        }
      }
    }
    return best;
  }

  // A file that is the model by its name, or the index of such a name.
  bool takeWhole() {
    for (const bool index : {false, true}) {
      std::vector<std::string> found;
      for (const TopFile& file : top_) {
        if (file.use.whole && file.use.index == index) found.push_back(file.name);
      }
      if (found.empty()) continue;
      std::sort(found.begin(), found.end(), naturalLess);
      if (index) {
        result_.index = found.front();
      } else {
        take(found.front());
      }
      return true;
    }
    return false;
  }

  std::vector<const Group*> of(Sort sort) const {
    std::vector<const Group*> list;
    for (const Group& group : groups_) {
      if (group.sort == sort) list.push_back(&group);
    }
    return list;
  }

  // No file is the whole model by its name.
  void chooseByElimination() {
    for (const Sort sort : {Sort::plain, Sort::consolidated, Sort::variant}) {
      const std::vector<const Group*> groups = of(sort);
      if (groups.empty()) continue;
      chooseAmong(groups, sort);
      return;
    }
  }

  // Of a format whose files have no names of the Hub: one file, or all parts of one numbered set.
  void takeOneSet() {
    std::vector<std::string> names;
    for (const TopFile& file : top_) {
      if (file.use.claim == claim_ && !isAdapter(file.name)) names.push_back(file.name);
    }
    std::sort(names.begin(), names.end(), naturalLess);
    std::optional<Part> set;
    bool one_set = true;
    std::set<std::uint64_t> numbers;
    for (const std::string& name : names) {
      const auto part = endingOf(name) == endingOf(names.front()) ? partOf(name) : std::nullopt;
      one_set = one_set && part && (!set || (set->stem == part->stem && set->total == part->total));
      if (!one_set) break;
      set = part;
      numbers.insert(part->number);
    }
    if (const auto missing = missingSlices(names); !missing.empty()) {
      throw error(
          fmt::format("the model is incomplete: it is cut into slices, of which {} {} missing",
                      listed(missing), missing.size() == 1 ? "is" : "are"),
          "fetch what is missing, or name one file to read it alone");
    }
    if (names.size() > 1 && !one_set && !areSlices(names)) {
      throw error(fmt::format("it holds {} {} files, and nothing says which is meant: {}",
                              names.size(), result_.format->traits().title, listed(names)),
                  "name one, such as " + address(names.front()));
    }
    if (one_set && set && numbers.size() < set->total) {
      throw error(fmt::format("the model is incomplete: of {} parts {} are there: {}", set->total,
                              numbers.size(), listed(names)),
                  "fetch what is missing, or name one file to read it alone");
    }
    result_.shards = names;
  }

  // There is no model, but what changes one: the file that PEFT reads, or the only one.
  bool takeAdapter() {
    std::vector<std::string> names(adapters_.begin(), adapters_.end());
    for (const char* name : {"adapter_model.safetensors", "adapter_model.bin"}) {
      if (!adapters_.contains(name)) continue;
      names = {name};
      break;
    }
    if (names.empty()) return false;
    if (names.size() > 1) {
      throw error(fmt::format("it holds {} adapters, and nothing says which is meant: {}",
                              names.size(), listed(names)),
                  "name one, such as " + address(names.front()));
    }
    FileUse use;
    for (const UsableFormat& format : formats_.all()) {
      const FileUse its = format.use(names.front());
      if (its.claim <= use.claim) continue;
      use = its;
      result_.format = &format;
    }
    take(names.front());
    result_.adapter = true;
    return true;
  }

  [[noreturn]] void refuseAll() const {
    if (!components().empty()) refuseComponents();
    refuseOtherFormats(folder_.names);
  }

  void chooseAmong(const std::vector<const Group*>& groups, Sort sort) {
    std::vector<const Group*> indices, whole, partial, single;
    for (const Group* group : groups) {
      if (!group->index.empty()) {
        indices.push_back(group);
      } else if (group->numbered()) {
        (group->missing() == 0 ? whole : partial).push_back(group);
      } else {
        single.push_back(group);
      }
    }
    if (!indices.empty()) return takeOnly(indices);
    if (!whole.empty()) return takeOnly(whole);
    if (!partial.empty()) refuseGap(*partial.front());
    if (sort == Sort::variant) return takeOnly(single);
    for (const Group* group : single) take(*group);
    std::sort(result_.shards.begin(), result_.shards.end(), naturalLess);
    if (single.size() > 1) {
      result_.notes.push_back(
          fmt::format("{} are read together as one model, although no index says that they are",
                      listed(result_.shards)));
    }
  }

  void takeOnly(const std::vector<const Group*>& groups) {
    if (groups.size() == 1) return take(*groups.front());
    std::vector<std::string> names;
    for (const Group* group : groups) names.push_back(group->name());
    throw error(fmt::format("it holds {} sets of weights, and nothing says which is meant: {}",
                            groups.size(), listed(names)),
                "name one, such as " + address(names.front()));
  }

  [[noreturn]] void refuseGap(const Group& group) const {
    constexpr std::size_t kShown = 5;
    std::vector<std::string> gone;
    const std::uint64_t last = group.part->total - (group.firstNumber() == 0 ? 1 : 0);
    for (std::uint64_t i = group.firstNumber(); i <= last && gone.size() < kShown; ++i) {
      if (!group.numbers.contains(i)) gone.push_back(escaped(group.part->name(i)));
    }
    const std::uint64_t rest = group.missing() - gone.size();
    throw error(
        fmt::format("the model is incomplete: of {} parts {} missing: {}{}", group.part->total,
                    group.missing() == 1 ? "one is" : fmt::format("{} are", group.missing()),
                    fmt::join(gone, ", "),
                    rest > 0 ? fmt::format(" and {} more", rest) : std::string()),
        "fetch what is missing, or name one file to read it alone");
  }

  bool isWeights(std::string_view name) const {
    return std::any_of(formats_.all().begin(), formats_.all().end(), [&](const UsableFormat& f) {
      const FileUse use = f.use(name);
      return use.claim > Claim::perhaps && !use.index;
    });
  }

  // Folders below that hold weights.
  std::vector<std::string> components() const {
    std::set<std::string> folders;
    for (const std::string& name : folder_.names) {
      if (!atTop(name) && isWeights(baseOf(name))) folders.insert(name.substr(0, name.rfind('/')));
    }
    std::vector<std::string> list(folders.begin(), folders.end());
    std::sort(list.begin(), list.end(), naturalLess);
    return list;
  }

  [[noreturn]] void refuseComponents() const {
    std::vector<std::string> list = components();
    const std::string first = list.front();
    for (const Group& group : groups_) list.push_back(group.name());
    if (list.size() == 1) {
      throw error("it holds no weights itself, and a folder that does: " + listed(list),
                  "name that one: " + address(first));
    }
    throw error("it is a folder of several models: " + listed(list),
                "name one of them, such as " + address(first));
  }

  [[noreturn]] void refuseOtherFormats(const std::vector<std::string>& names) const {
    struct Other {
      std::string_view ending, what, remedy;
    };
    constexpr std::string_view kParallel =
        "save it as safetensors with the tool that wrote it";  // slices for several devices
    constexpr std::string_view kConverted = "name the model that it was converted from";
    constexpr std::array<Other, 14> kFormats{{
        {".pkl", "pickled files", ""},
        {".h5", "TensorFlow files", ""},
        {".msgpack", "Flax files", ""},
        {".onnx", "ONNX files", ""},
        {".npz", "NumPy files", ""},
        {".ggml", "GGML files", kConverted},
        {"openvino_model.xml", "OpenVINO files", kConverted},
        {"openvino_model.bin", "OpenVINO files", kConverted},
        {"saved_model.pb", "TensorFlow files", ""},
        {".nemo", "NeMo archives", kParallel},
        {".distcp", "files of torch.distributed", kParallel},
        {"_model_states.pt", "files of DeepSpeed", kParallel},
        {"/model_optim_rng.pt", "files of Megatron", kParallel},
        {".tflite", "TensorFlow Lite files", ""},
    }};
    for (const Other& format : kFormats) {
      std::vector<std::string> found;
      std::copy_if(names.begin(), names.end(), std::back_inserter(found),
                   [&](const std::string& name) { return name.ends_with(format.ending); });
      if (found.empty()) continue;
      throw error(
          fmt::format("there are no weights in its folder but {}, which are not read: "
                      "{}",
                      format.what, listed(found)),
          format.remedy.empty()
              ? "save it as safetensors; on the Hub a conversion often lies beside it, under the "
                "revision refs/pr/1 or refs/convert/safetensors"
              : std::string(format.remedy));
    }
    if (!folder_.chosen.empty()) {
      throw inputError(
          address(folder_.chosen), "is of no format that is read",
          formats_.listed() + "; name the folder that it lies in, or a file of weights");
    }
    throw error("there is no file in its folder of a format that is read",
                formats_.listed() + "; give the folder that holds such files, or one of them");
  }

  // What is there besides. What an index leaves out is known when it is read: unnamedShards().
  void noteRest() {
    std::map<Sort, std::vector<std::string>> rest;
    rest[Sort::adapter].assign(adapters_.begin(), adapters_.end());
    const Names taken(result_.shards.begin(), result_.shards.end());
    for (const Group& group : groups_) {
      if (group.sort == Sort::adapter) continue;
      if (group.index == result_.index && !group.index.empty()) continue;
      const bool listed_there =
          group.sort == Sort::plain || group.stem == stemOfIndex(result_.index);
      if (listed_there && !result_.index.empty() && group.index.empty()) continue;
      if (!group.index.empty()) rest[group.sort].push_back(group.index);
      for (const std::string& file : group.files) {
        if (!taken.contains(file)) rest[group.sort].push_back(file);
      }
    }
    const std::string& model = result_.index.empty() ? result_.shards.front() : result_.index;
    for (const auto& [sort, names] : rest) {
      if (names.empty()) continue;
      result_.notes.push_back(fmt::format(
          "{} {} left out: {}; name one as {} to read it", listed(names),
          names.size() == 1 ? "is" : "are",
          sort == Sort::consolidated ? "the same weights under their publisher's own names"
          : sort == Sort::variant    ? "a variant of the same weights"
          : sort == Sort::adapter    ? "an adapter"
                                  : "the model is " + escaped(model) + ", as transformers reads it",
          address(names.front())));
    }
    noteBelow();
  }

  // A part of the whole may lie in a folder of its own (the last layer of a sentence transformer).
  // Of the chosen format: files of others are other forms of the model.
  void noteBelow() {
    std::vector<std::string> below;
    for (const std::string& name : folder_.names) {
      if (atTop(name) || isAdapter(name)) continue;
      const std::string base(baseOf(name));
      if (result_.format->use(base).claim >= Claim::usual) below.push_back(name);
    }
    if (below.empty()) return;
    result_.notes.push_back(fmt::format(
        "{} {} left out: below the folder that the model lies in; name one as {} to read it",
        listed(below), below.size() == 1 ? "is" : "are", address(below.front())));
  }

  const Folder& folder_;
  const Formats& formats_;
  Claim claim_ = Claim::none;  // the strongest
  Names adapters_;             // of any format
  std::vector<TopFile> top_;   // of the chosen format
  std::vector<Group> groups_;  // of its files, where they have the Hub's names
  WeightFiles result_;
};

}  // namespace

WeightFiles chooseWeights(const Folder& folder, const Formats& formats) {
  return Chooser(folder, formats).choose();
}

std::vector<std::string> probableShards(const std::vector<std::string>& names,
                                        const std::string& index, const UsableFormat& format) {
  const std::string stem = stemOfIndex(index);
  std::vector<std::string> shards;
  for (Group& group : groupsOf(weightsAtTop(names, format))) {
    if (!group.numbered() || group.stem != stem) continue;
    if (!shards.empty()) return {};
    shards = std::move(group.files);
  }
  return shards;
}

std::string unnamedShards(const std::vector<std::string>& names,
                          const std::vector<std::string>& shards, const UsableFormat& format) {
  if (!format.traits().hub_names) return {};
  const Names named(shards.begin(), shards.end());
  std::vector<std::string> unnamed;
  for (const Group& group : groupsOf(weightsAtTop(names, format))) {
    if (group.sort != Sort::plain) continue;  // said by chooseWeights()
    for (const std::string& file : group.files) {
      if (!named.contains(file)) unnamed.push_back(file);
    }
  }
  if (unnamed.empty()) return {};
  return fmt::format("{} {} left out: the index does not name {}", listed(unnamed),
                     unnamed.size() == 1 ? "is" : "are", unnamed.size() == 1 ? "it" : "them");
}

std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 8;
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < kShown; ++i) {
    const bool last = i + 1 == names.size();
    text += (i == 0 ? "" : last ? " and " : ", ") + escaped(names[i], 120);
  }
  if (names.size() > kShown) text += fmt::format(" and {} more", names.size() - kShown);
  return text;
}

}  // namespace kindred::formats
