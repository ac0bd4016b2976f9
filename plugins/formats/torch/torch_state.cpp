#include "torch_state.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include <kindred/error.hpp>

namespace kindred::torch {
namespace {

using Kind = PickleNode::Kind;

struct NamedDType {
  const char* name;
  DType dtype;
};
constexpr NamedDType kStorages[] = {
    {"torch FloatStorage", DType::F32},
    {"torch HalfStorage", DType::F16},
    {"torch BFloat16Storage", DType::BF16},
    {"torch DoubleStorage", DType::F64},
    {"torch LongStorage", DType::I64},
    {"torch IntStorage", DType::I32},
    {"torch ShortStorage", DType::I16},
    {"torch CharStorage", DType::I8},
    {"torch ByteStorage", DType::U8},
    {"torch BoolStorage", DType::BOOL},
    {"torch ComplexFloatStorage", DType::C64},
    {"torch Float8_e4m3fnStorage", DType::F8_E4M3},
    {"torch Float8_e5m2Storage", DType::F8_E5M2},
    {"torch.storage UntypedStorage", DType::U8},
};
constexpr NamedDType kDTypeNames[] = {
    {"torch float32", DType::F32},
    {"torch float16", DType::F16},
    {"torch bfloat16", DType::BF16},
    {"torch float64", DType::F64},
    {"torch int64", DType::I64},
    {"torch int32", DType::I32},
    {"torch int16", DType::I16},
    {"torch int8", DType::I8},
    {"torch uint8", DType::U8},
    {"torch bool", DType::BOOL},
    {"torch complex64", DType::C64},
    {"torch uint16", DType::U16},
    {"torch uint32", DType::U32},
    {"torch uint64", DType::U64},
    {"torch float8_e4m3fn", DType::F8_E4M3},
    {"torch float8_e5m2", DType::F8_E5M2},
    {"torch float8_e4m3fnuz", DType::F8_E4M3FNUZ},
    {"torch float8_e5m2fnuz", DType::F8_E5M2FNUZ},
    {"torch float8_e8m0fnu", DType::F8_E8M0},
};

template <std::size_t N>
std::optional<DType> dtypeOf(const NamedDType (&names)[N], const std::string& text) {
  for (const NamedDType& entry : names) {
    if (text == entry.name) return entry.dtype;
  }
  return std::nullopt;
}

// Modules whose functions do something when a pickle calls them.
bool isSuspicious(const std::string& global) {
  constexpr const char* kModules[] = {"os ",         "posix ",    "nt ",        "subprocess ",
                                      "runpy ",      "sys ",      "socket ",    "shutil ",
                                      "webbrowser ", "pip ",      "importlib ", "pty ",
                                      "commands ",   "operator ", "functools ", "torch.hub "};
  for (const char* module : kModules) {
    if (global.starts_with(module)) return true;
  }
  for (const char* builtin : {"eval", "exec", "getattr", "__import__", "compile", "open"}) {
    if (global == std::string("builtins ") + builtin) return true;
    if (global == std::string("__builtin__ ") + builtin) return true;
  }
  return false;
}

class StateReader {
 public:
  StateReader(const Pickle& pickle, const std::string& place,
              const std::function<StoragePlace(const StorageId&)>& place_of)
      : pickle_(pickle), place_(place), place_of_(place_of) {}

  TorchFile read() {
    noteSuspicious();
    walk(weights());
    if (file_.tensors.empty()) {
      if (at(pickle_.root).kind == Kind::list) {
        throw inputError(place_, "it is a list, and tensors are read of a mapping from their names",
                         "save one mapping a file");
      }
      refuse(file_.left_out.empty() ? "it holds no tensors"
                                    : "none of its tensors can be read: " + file_.left_out.front());
    }
    return std::move(file_);
  }

 private:
  struct Level {
    NodeIndex mapping;
    std::string name;
    std::size_t next = 0;  // key
  };

  [[noreturn]] void refuse(const std::string& what) const {
    throw inputError(place_, what, "fetch it again, or convert it to safetensors");
  }

  const PickleNode& at(NodeIndex index) const { return pickle_.at(index); }

  void noteSuspicious() {
    std::set<std::string> seen;
    for (const PickleNode& node : pickle_.nodes) {
      if (node.kind == Kind::global && isSuspicious(node.text)) seen.insert(node.text);
    }
    for (std::string text : seen) {
      std::replace(text.begin(), text.end(), ' ', '.');
      file_.suspicious.push_back(text);
    }
  }

  // The root where its tensors are weights, else what trainers put beside their other state, which
  // may be a few tensors too: counts of steps.
  NodeIndex weights() {
    const PickleNode& root = at(pickle_.root);
    if (root.kind != Kind::dict) return pickle_.root;
    const std::size_t of_root = tensorsIn(root);
    for (const char* name : {"state_dict", "model", "module", "model_state_dict", "params",
                             "params_ema", "ema", "weights", "net", "generator"}) {
      for (std::size_t i = 0; i + 1 < root.items.size(); i += 2) {
        const PickleNode& key = at(root.items[i]);
        if (key.kind != Kind::text || key.text != name) continue;
        const PickleNode& inner = at(root.items[i + 1]);
        if (of_root > 0 && (inner.kind != Kind::dict || tensorsIn(inner) <= of_root)) continue;
        file_.mapping = name;
        return root.items[i + 1];
      }
    }
    return pickle_.root;
  }

  // Among a mapping's own values.
  std::size_t tensorsIn(const PickleNode& mapping) const {
    std::size_t count = 0;
    for (std::size_t i = 1; i < mapping.items.size(); i += 2) {
      const PickleNode& value = at(mapping.items[i]);
      if (value.kind != Kind::call || isModule(value)) continue;
      const std::optional<Rebuild> made = rebuild(value);
      if (made && made->function.starts_with("torch._utils _rebuild_")) ++count;
    }
    return count;
  }

  // Depth first, in the order of the file; a mapping that is shared or comes back to itself is seen
  // once. Names are made one by one: those of all entries at hand could fill any memory.
  void walk(NodeIndex first) {
    std::vector<Level> levels;
    std::set<NodeIndex> seen;
    const auto visit = [&](NodeIndex index, const std::string& name) {
      const PickleNode& node = at(index);
      if (node.kind == Kind::dict) {
        if (seen.insert(index).second) levels.push_back({index, name});
      } else if (isModule(node)) {
        for (const char* part : {"_modules", "_buffers", "_parameters"}) {  // the last one first
          const std::optional<NodeIndex> mapping = entry(at(node.state), part);
          if (!mapping || at(*mapping).kind != Kind::dict || !seen.insert(*mapping).second)
            continue;
          levels.push_back({*mapping, name});
        }
      } else if (node.kind == Kind::call) {
        addTensor(node, name);
      }
    };
    visit(first, "");
    while (!levels.empty()) {
      Level& level = levels.back();
      const std::vector<NodeIndex>& items = at(level.mapping).items;
      if (level.next + 1 >= items.size()) {
        levels.pop_back();
        continue;
      }
      const NodeIndex value = items[level.next + 1];
      const std::optional<std::string> name = nameOf(at(items[level.next]), level.name);
      level.next += 2;
      if (name) visit(value, *name);
    }
  }

  static std::string joined(const std::string& outer, const std::string& inner) {
    return outer.empty() ? inner : outer + "." + inner;
  }

  // Of an entry of a mapping; none: its key is no name, or too long.
  static std::optional<std::string> nameOf(const PickleNode& key, const std::string& outer) {
    if (key.kind != Kind::text && key.kind != Kind::integer) return std::nullopt;
    const std::string name =
        joined(outer, key.kind == Kind::text ? key.text : std::to_string(key.integer));
    return name.size() <= kMostName ? std::optional(name) : std::nullopt;
  }

  std::optional<NodeIndex> entry(const PickleNode& mapping, const char* wanted) const {
    for (std::size_t i = 0; i + 1 < mapping.items.size(); i += 2) {
      if (at(mapping.items[i]).text == wanted) return mapping.items[i + 1];
    }
    return std::nullopt;
  }

  // A module saved whole: an object with these three among its attributes.
  bool isModule(const PickleNode& node) const {
    if (node.kind != Kind::call || at(node.state).kind != Kind::dict) return false;
    return entry(at(node.state), "_parameters") && entry(at(node.state), "_modules");
  }

  // The call that makes the tensor itself, behind what wraps parameters and types around it.
  struct Rebuild {
    std::string function;
    const PickleNode* arguments = nullptr;
  };
  std::optional<Rebuild> rebuild(const PickleNode& node) const {
    const PickleNode* now = &node;
    const PickleNode* function = nullptr;
    const PickleNode* arguments = nullptr;
    for (int depth = 0; depth < 4; ++depth) {
      if (function == nullptr) {
        if (now->kind != Kind::call) return std::nullopt;
        function = &at(now->items[0]);
        arguments = &at(now->items[1]);
      }
      if (function->kind != Kind::global || arguments->kind != Kind::tuple) return std::nullopt;
      const std::string& name = function->text;
      const std::vector<NodeIndex>& given = arguments->items;
      if (name == "torch._utils _rebuild_parameter" ||
          name == "torch._utils _rebuild_parameter_with_state" ||
          name == "torch.nn.parameter Parameter") {
        if (given.empty()) return std::nullopt;
        now = &at(given[0]);
        function = nullptr;
      } else if (name == "torch._tensor _rebuild_from_type_v2") {
        if (given.size() < 3) return std::nullopt;
        function = &at(given[0]);
        arguments = &at(given[2]);
      } else {
        return Rebuild{name, arguments};
      }
    }
    return std::nullopt;
  }

  void leaveOut(const std::string& name, const std::string& why) {
    file_.left_out.push_back(name + ": " + why);
  }

  void addTensor(const PickleNode& node, const std::string& name) {
    const std::optional<Rebuild> made = rebuild(node);
    if (!made) return;
    name_bytes_ += name.size();
    if (name_bytes_ > kMostNameBytes) refuse("the names of its tensors are too long to be held");
    const bool third = made->function == "torch._utils _rebuild_tensor_v3";
    if (!third && made->function != "torch._utils _rebuild_tensor_v2" &&
        made->function != "torch._utils _rebuild_tensor") {
      if (made->function.starts_with("torch._utils ")) {
        leaveOut(name, made->function.substr(13) + " is not read");
      } else if (made->function == "numpy.core.multiarray _reconstruct" ||
                 made->function == "numpy._core.multiarray _reconstruct") {
        leaveOut(name, "an array of NumPy is not read");
      }
      return;
    }
    const std::vector<NodeIndex>& given = made->arguments->items;
    if (given.size() < (third ? 7u : 4u)) refuse(fmt::format("tensor '{}' is incomplete", name));
    const std::optional<StorageId> storage = storageId(pickle_, at(given[0]));
    if (!storage) {
      leaveOut(name, "its storage is of a type that is not read");
      return;
    }
    CatalogueTensor tensor;
    tensor.name = name;
    tensor.dtype = storage->dtype;
    if (third) {
      const std::optional<DType> dtype = dtypeOf(kDTypeNames, at(given[6]).text);
      if (!dtype) {
        leaveOut(name, "its type is not read");
        return;
      }
      tensor.dtype = *dtype;
    }
    tensor.shape = numbersOf(given[2], name);
    tensor.view = Strided{numberOf(given[1], name), numbersOf(given[3], name)};
    place(tensor, *storage);
    if (!names_.insert(name).second) refuse(fmt::format("tensor '{}' stands twice", name));
    file_.tensors.push_back(std::move(tensor));
  }

  std::uint64_t numberOf(NodeIndex index, const std::string& name) const {
    const PickleNode& node = at(index);
    if (node.kind != Kind::integer || !node.text.empty() || node.integer < 0) {
      refuse(fmt::format("tensor '{}' has an offset, a size or a stride that is no whole number",
                         name));
    }
    return static_cast<std::uint64_t>(node.integer);
  }

  std::vector<std::uint64_t> numbersOf(NodeIndex index, const std::string& name) const {
    const PickleNode* node = &at(index);
    // torch.Size is called on the tuple.
    if (node->kind == Kind::call && at(node->items[1]).items.size() == 1) {
      node = &at(at(node->items[1]).items[0]);
    }
    constexpr std::size_t kMostAxes = 64;
    if (node->kind != Kind::tuple || node->items.size() > kMostAxes) {
      refuse(fmt::format("tensor '{}' has no shape", name));
    }
    std::vector<std::uint64_t> numbers;
    for (const NodeIndex item : node->items) numbers.push_back(numberOf(item, name));
    return numbers;
  }

  // Where the storage is. The host checks that it lies inside the file, and the view inside it.
  void place(CatalogueTensor& tensor, const StorageId& storage) {
    const auto found = places_.find(storage.key);
    const StoragePlace place = found != places_.end()
                                   ? found->second
                                   : places_.emplace(storage.key, place_of_(storage)).first->second;
    if (storage.elements > place.bytes / bytesOf(storage.dtype)) {
      refuse(
          fmt::format("tensor '{}': its storage holds fewer elements than it states", tensor.name));
    }
    tensor.offset = place.offset;
    tensor.bytes = place.bytes;
  }

  static constexpr std::size_t kMostName = 4096;
  static constexpr std::size_t kMostNameBytes = std::size_t{64} << 20;  // of all tensors

  const Pickle& pickle_;
  const std::string& place_;
  const std::function<StoragePlace(const StorageId&)>& place_of_;
  std::map<std::string, StoragePlace> places_;
  std::set<std::string> names_;
  std::size_t name_bytes_ = 0;
  TorchFile file_;
};

}  // namespace

std::optional<StorageId> storageId(const Pickle& pickle, const PickleNode& node) {
  if (node.kind != Kind::persistent) return std::nullopt;
  const PickleNode& id = pickle.at(node.items[0]);
  if (id.kind != Kind::tuple || id.items.size() < 5 || pickle.at(id.items[0]).text != "storage") {
    return std::nullopt;
  }
  const PickleNode& type = pickle.at(id.items[1]);
  const PickleNode& key = pickle.at(id.items[2]);
  const PickleNode& elements = pickle.at(id.items[4]);
  const std::optional<DType> dtype = dtypeOf(kStorages, type.text);
  if (!dtype || key.kind != Kind::text || elements.kind != Kind::integer || elements.integer < 0 ||
      !elements.text.empty()) {
    return std::nullopt;
  }
  return StorageId{*dtype, key.text, static_cast<std::uint64_t>(elements.integer)};
}

TorchFile readState(const Pickle& pickle, const std::string& place,
                    const std::function<StoragePlace(const StorageId&)>& place_of) {
  return StateReader(pickle, place, place_of).read();
}

}  // namespace kindred::torch
