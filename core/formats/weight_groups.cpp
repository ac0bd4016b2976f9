#include "formats/weight_groups.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <utility>

#include "words/letters.hpp"
#include "words/names.hpp"

namespace kindred::formats {
namespace {

std::optional<std::uint64_t> number(std::string_view digits) {
  std::uint64_t value = 0;
  const auto [end, bad] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (digits.empty() || bad != std::errc() || end != digits.data() + digits.size()) {
    return std::nullopt;
  }
  return value;
}

// What follows the last point of a variant's name: "fp16" of model.fp16.safetensors.
bool isVariant(const std::string& stem, const std::string& ending, const Names& names) {
  const std::size_t point = stem.rfind('.');
  if (point == std::string::npos) return false;
  const std::string base = stem.substr(0, point), word = stem.substr(point + 1);
  if (word.empty() || "." + word == ending || number(word)) return false;
  constexpr std::array<std::string_view, 17> kWords{
      "fp32", "fp16", "bf16", "fp8", "fp4", "float32", "float16", "bfloat16", "int8",
      "int4", "8bit", "4bit", "nf4", "ema", "non_ema", "gptq",    "awq"};
  if (std::find(kWords.begin(), kWords.end(), word) != kWords.end()) return true;
  return base == "model" || base == "pytorch_model" || base == "diffusion_pytorch_model" ||
         names.contains(base + ending);
}

Sort sortOf(const std::string& stem, const std::string& ending, const Names& names) {
  if (stem.starts_with("consolidated")) return Sort::consolidated;
  if (stem.starts_with("adapter")) return Sort::adapter;
  return isVariant(stem, ending, names) ? Sort::variant : Sort::plain;
}

}  // namespace

bool atTop(std::string_view name) { return name.find('/') == std::string_view::npos; }
std::string_view baseOf(std::string_view name) { return name.substr(name.rfind('/') + 1); }
bool isAdapter(std::string_view name) { return baseOf(name).starts_with("adapter"); }
std::string endingOf(const std::string& name) {
  const std::size_t point = name.rfind('.');
  return point == std::string::npos ? name : name.substr(point);
}

std::optional<Part> partOf(const std::string& name) {
  const std::string base = name.substr(0, name.size() - endingOf(name).size());
  const std::size_t of = base.rfind("-of-");
  if (of == std::string::npos) return std::nullopt;
  std::size_t first = of;
  while (first > 0 && words::isDigit(base[first - 1])) --first;
  const std::size_t last = std::min(base.find('.', of), base.size());  // "...-of-00002.fp16"
  const auto part = number(std::string_view(base).substr(first, of - first));
  const auto total = number(std::string_view(base).substr(of + 4, last - of - 4));
  if (!part || !total || *total == 0 || *part > *total) return std::nullopt;
  std::string stem = base.substr(0, first);
  while (!stem.empty() && (stem.ends_with('-') || stem.ends_with('_') || stem.ends_with('.'))) {
    stem.pop_back();
  }
  return Part{
      base.substr(0, first), name.substr(of), stem + base.substr(last), of - first, *part, *total};
}

std::vector<TopFile> weightsAtTop(const std::vector<std::string>& names,
                                  const UsableFormat& format) {
  std::vector<TopFile> top;
  for (const std::string& name : names) {
    if (!atTop(name) || name == kComponents) continue;
    if (const FileUse use = format.use(name); use.claim != Claim::none) top.push_back({name, use});
  }
  std::sort(top.begin(), top.end(),
            [](const TopFile& a, const TopFile& b) { return a.name < b.name; });
  return top;
}

std::string stemOfIndex(const std::string& name) {
  const std::size_t index = words::lower(name).find(".index.");
  if (index == std::string::npos) return name;
  std::string stem = name.substr(0, index);
  if (stem.find('.') != std::string::npos) stem.resize(stem.size() - endingOf(stem).size());
  const std::string rest = name.substr(index + 7);  // "json", "fp16.json"
  return rest == "json" ? stem : stem + "." + rest.substr(0, rest.size() - 5);
}

std::vector<Group> groupsOf(const std::vector<TopFile>& top) {
  Names names;
  for (const TopFile& file : top) names.insert(file.name);
  std::map<std::pair<std::string, std::uint64_t>, Group> groups;
  for (const TopFile& file : top) {
    const std::string ending = endingOf(file.name);
    std::optional<Part> part;
    if (!file.use.index) part = partOf(file.name);
    std::string stem = part             ? part->stem
                       : file.use.index ? stemOfIndex(file.name)
                                        : file.name.substr(0, file.name.size() - ending.size());
    // An index, the files of its sets (by total), and single files are groups of their own.
    const std::uint64_t kind = part ? part->total : 0;
    Group& group = groups[{(file.use.index ? "index " : "") + stem, kind}];
    group.sort = sortOf(stem, ending, names);
    group.stem = std::move(stem);
    if (file.use.index) {
      group.index = file.name;
    } else {
      group.files.push_back(file.name);
    }
    if (part) group.numbers.insert(part->number);
    if (part) group.part = std::move(part);
  }
  std::vector<Group> list;
  for (auto& [key, group] : groups) {
    std::sort(group.files.begin(), group.files.end(), words::naturalLess);
    list.push_back(std::move(group));
  }
  return list;
}

}  // namespace kindred::formats
