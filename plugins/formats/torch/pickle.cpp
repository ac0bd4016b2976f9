#include "pickle.hpp"

#include <bit>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <limits>
#include <unordered_map>

#include <fmt/format.h>

#include <kindred/error.hpp>

namespace kindred::torch {
namespace {

using Kind = PickleNode::Kind;

constexpr std::size_t kMostLong = 256;  // bytes of an integer

class Machine {
 public:
  Machine(std::span<const std::byte> bytes, const std::string& place)
      : bytes_(bytes), place_(place) {}

  Pickle run() {
    while (!stopped_) {
      start_ = at_;
      step(static_cast<unsigned char>(take(1)[0]));
    }
    return std::move(pickle_);
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    throw inputError(place_, fmt::format("the pickle is damaged at byte {}: {}", start_, what),
                     "fetch the file again, or convert it to safetensors");
  }

  std::span<const std::byte> take(std::uint64_t count) {
    if (count > bytes_.size() - at_) throw PickleCutOff{};
    const auto taken = bytes_.subspan(at_, count);
    at_ += count;
    return taken;
  }

  std::uint64_t whole(unsigned count) {
    std::uint64_t value = 0;
    const auto taken = take(count);
    for (unsigned i = 0; i < count; ++i) {
      value |= std::to_integer<std::uint64_t>(taken[i]) << (8 * i);
    }
    return value;
  }

  std::string text(std::uint64_t count) {
    const auto taken = take(count);
    return {reinterpret_cast<const char*>(taken.data()), taken.size()};
  }

  // Up to the end of the line.
  std::string line() {
    const auto rest = bytes_.subspan(at_);
    for (std::size_t i = 0; i < rest.size(); ++i) {
      if (rest[i] != std::byte{'\n'}) continue;
      std::string found(reinterpret_cast<const char*>(rest.data()), i);
      at_ += i + 1;
      return found;
    }
    throw PickleCutOff{};
  }

  NodeIndex add(PickleNode node) {
    const auto index = static_cast<NodeIndex>(pickle_.nodes.size());
    node.state = index;
    pickle_.nodes.push_back(std::move(node));
    return index;
  }

  void push(PickleNode node) { stack_.push_back(add(std::move(node))); }
  void push(Kind kind) { push(PickleNode{kind}); }
  void pushInteger(std::int64_t value) { push(PickleNode{Kind::integer, value}); }
  void pushText(Kind kind, std::string value) { push(PickleNode{kind, 0, 0, std::move(value)}); }

  NodeIndex pop() {
    if (stack_.empty() || (!marks_.empty() && stack_.size() <= marks_.back())) {
      refuse("it takes from an empty stack");
    }
    const NodeIndex top = stack_.back();
    stack_.pop_back();
    return top;
  }

  NodeIndex top() {
    const NodeIndex index = pop();
    stack_.push_back(index);
    return index;
  }

  std::vector<NodeIndex> popToMark() {
    if (marks_.empty()) refuse("it takes to a mark that was not set");
    const std::size_t first = marks_.back();
    marks_.pop_back();
    std::vector<NodeIndex> items(stack_.begin() + static_cast<std::ptrdiff_t>(first), stack_.end());
    stack_.resize(first);
    return items;
  }

  void collect(Kind kind, std::vector<NodeIndex> items) {
    PickleNode node{kind};
    node.items = std::move(items);
    push(std::move(node));
  }

  void tupleOf(unsigned count) {
    std::vector<NodeIndex> items(count);
    for (unsigned i = count; i > 0; --i) items[i - 1] = pop();
    collect(Kind::tuple, std::move(items));
  }

  void extend(Kind kind, const std::vector<NodeIndex>& items) {
    PickleNode& node = pickle_.nodes[top()];
    if (node.kind != kind || (kind == Kind::dict && items.size() % 2 != 0)) {
      refuse("it puts items into what does not hold such");
    }
    node.items.insert(node.items.end(), items.begin(), items.end());
  }

  void call(NodeIndex what, NodeIndex arguments) {
    const PickleNode& target = pickle_.at(what);
    const bool mapping =
        target.kind == Kind::global &&
        (target.text == "collections OrderedDict" || target.text == "collections defaultdict" ||
         target.text == "collections Counter" || target.text == "builtins dict" ||
         target.text == "__builtin__ dict");
    const PickleNode& given = pickle_.at(arguments);
    if (mapping && given.kind == Kind::tuple) {
      // Older files give an ordered dictionary's items as a list of pairs.
      std::vector<NodeIndex> items;
      if (given.items.size() == 1 && pickle_.at(given.items[0]).kind == Kind::list) {
        for (const NodeIndex pair : pickle_.at(given.items[0]).items) {
          const std::vector<NodeIndex>& both = pickle_.at(pair).items;
          if (both.size() == 2) items.insert(items.end(), both.begin(), both.end());
        }
      }
      // A pair takes a byte at least; one list for many dictionaries would fill any memory.
      copied_ += items.size();
      if (copied_ > 2 * at_) refuse("it makes too many dictionaries of one list");
      collect(Kind::dict, std::move(items));
      return;
    }
    collect(Kind::call, {what, arguments});
  }

  void memoise(std::uint64_t slot) { memo_[slot] = top(); }

  void recall(std::uint64_t slot) {
    const auto found = memo_.find(slot);
    if (found == memo_.end()) refuse(fmt::format("it recalls slot {}, which is not set", slot));
    stack_.push_back(found->second);
  }

  void longInteger(std::uint64_t length) {
    if (length > kMostLong) refuse(fmt::format("an integer of {} bytes", length));
    PickleNode node{Kind::integer};
    node.text = text(length);
    if (length > 8) {
      node.integer = std::numeric_limits<std::int64_t>::max();
    } else {
      std::uint64_t value = 0;
      for (std::size_t i = 0; i < node.text.size(); ++i) {
        value |= std::uint64_t{static_cast<unsigned char>(node.text[i])} << (8 * i);
      }
      const bool negative = length > 0 && (node.text.back() & 0x80) != 0;
      if (negative && length < 8) value |= ~std::uint64_t{0} << (8 * length);
      node.integer = static_cast<std::int64_t>(value);
      node.text.clear();
    }
    push(std::move(node));
  }

  // INT and LONG of protocol 0.
  void decimal() {
    std::string digits = line();
    if (digits == "00" || digits == "01") {
      push(PickleNode{Kind::boolean, digits == "01"});
      return;
    }
    if (digits.ends_with('L')) digits.pop_back();
    pushInteger(number<std::int64_t>(digits));
  }

  template <class T>
  T number(const std::string& digits) const {
    T value{};
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{} || end != digits.data() + digits.size()) refuse("it is no number");
    return value;
  }

  void quoted() {
    std::string value = line();
    const bool quotes = value.size() >= 2 && (value.front() == '\'' || value.front() == '"') &&
                        value.back() == value.front();
    if (!quotes) refuse("a text without quotes");
    pushText(Kind::text, value.substr(1, value.size() - 2));
  }

  void real() {
    std::uint64_t value = 0;
    for (const std::byte byte : take(8)) value = value << 8 | std::to_integer<std::uint64_t>(byte);
    PickleNode node{Kind::real};
    node.real = std::bit_cast<double>(value);
    push(std::move(node));
  }

  void global() {
    std::string module = line();
    pushText(Kind::global, module + " " + line());
  }

  void stackGlobal() {
    const NodeIndex name = pop(), module = pop();
    if (pickle_.at(name).kind != Kind::text || pickle_.at(module).kind != Kind::text) {
      refuse("a global whose name is no text");
    }
    pushText(Kind::global, pickle_.at(module).text + " " + pickle_.at(name).text);
  }

  void build() {
    const NodeIndex state = pop();
    pickle_.nodes[top()].state = state;
  }

  void object() {
    const NodeIndex arguments = pop(), what = pop();
    call(what, arguments);
  }

  void objectWithNames() {
    pop();  // keyword arguments
    object();
  }

  void setItem() {
    const NodeIndex value = pop(), key = pop();
    extend(Kind::dict, {key, value});
  }

  void appendItem() {
    const NodeIndex value = pop();
    extend(Kind::list, {value});
  }

  void persistent() {
    const NodeIndex id = pop();
    collect(Kind::persistent, {id});
  }

  void stop() {
    pickle_.root = pop();
    pickle_.bytes = at_;
    stopped_ = true;
  }

  void step(unsigned char opcode) {
    if (numberOpcode(opcode) || textOpcode(opcode) || holderOpcode(opcode)) return;
    switch (opcode) {
      case 0x80:
        take(1);
        return;  // PROTO
      case 0x95:
        whole(8);
        return;  // FRAME
      case '(':
        marks_.push_back(stack_.size());
        return;
      case '0':
        popOrMark();
        return;  // POP
      case '1':
        popToMark();
        return;  // POP_MARK
      case '2':
        stack_.push_back(top());
        return;  // DUP
      case 'q':
        memoise(whole(1));
        return;  // BINPUT
      case 'r':
        memoise(whole(4));
        return;  // LONG_BINPUT
      case 'p':
        memoise(number<std::uint64_t>(line()));
        return;
      case 0x94:
        memoise(memo_.size());
        return;  // MEMOIZE
      case 'h':
        recall(whole(1));
        return;  // BINGET
      case 'j':
        recall(whole(4));
        return;  // LONG_BINGET
      case 'g':
        recall(number<std::uint64_t>(line()));
        return;
      case 'c':
        global();
        return;
      case 0x93:
        stackGlobal();
        return;
      case 'R':
      case 0x81:
        object();
        return;  // REDUCE, NEWOBJ
      case 0x92:
        objectWithNames();
        return;  // NEWOBJ_EX
      case 'b':
        build();
        return;
      case 'Q':
        persistent();
        return;  // BINPERSID
      case '.':
        stop();
        return;
      default:
        refuse(fmt::format("opcode 0x{:02x}, which no saved weights need", opcode));
    }
  }

  bool numberOpcode(unsigned char opcode) {
    switch (opcode) {
      case 'N':
        push(Kind::none);
        return true;
      case 0x88:
        push(PickleNode{Kind::boolean, 1});
        return true;
      case 0x89:
        push(PickleNode{Kind::boolean, 0});
        return true;
      case 'J':
        pushInteger(static_cast<std::int32_t>(whole(4)));
        return true;  // BININT
      case 'K':
        pushInteger(static_cast<std::int64_t>(whole(1)));
        return true;
      case 'M':
        pushInteger(static_cast<std::int64_t>(whole(2)));
        return true;
      case 'I':
      case 'L':
        decimal();
        return true;
      case 0x8a:
        longInteger(whole(1));
        return true;  // LONG1
      case 0x8b:
        longInteger(whole(4));
        return true;  // LONG4
      case 'G':
        real();
        return true;  // BINFLOAT
      case 'F': {
        PickleNode node{Kind::real};
        node.real = number<double>(line());
        push(std::move(node));
        return true;
      }
      default:
        return false;
    }
  }

  bool textOpcode(unsigned char opcode) {
    switch (opcode) {
      case 'X':
      case 'T':
        pushText(Kind::text, text(whole(4)));
        return true;
      case 'U':
      case 0x8c:
        pushText(Kind::text, text(whole(1)));
        return true;
      case 0x8d:
        pushText(Kind::text, text(whole(8)));
        return true;
      case 'V':
        pushText(Kind::text, line());
        return true;
      case 'S':
        quoted();
        return true;
      case 'B':
        pushText(Kind::bytes, text(whole(4)));
        return true;
      case 'C':
        pushText(Kind::bytes, text(whole(1)));
        return true;
      case 0x8e:
      case 0x96:
        pushText(Kind::bytes, text(whole(8)));
        return true;
      default:
        return false;
    }
  }

  bool holderOpcode(unsigned char opcode) {
    switch (opcode) {
      case '}':
        push(Kind::dict);
        return true;
      case ']':
        push(Kind::list);
        return true;
      case ')':
        push(Kind::tuple);
        return true;
      case 0x8f:
        push(Kind::set);
        return true;
      case 't':
        collect(Kind::tuple, popToMark());
        return true;
      case 'l':
        collect(Kind::list, popToMark());
        return true;
      case 0x91:
        collect(Kind::set, popToMark());
        return true;
      case 'd':
        dictOf(popToMark());
        return true;
      case 0x85:
        tupleOf(1);
        return true;
      case 0x86:
        tupleOf(2);
        return true;
      case 0x87:
        tupleOf(3);
        return true;
      case 's':
        setItem();
        return true;
      case 'u':
        extend(Kind::dict, popToMark());
        return true;
      case 'a':
        appendItem();
        return true;
      case 'e':
        extend(Kind::list, popToMark());
        return true;
      case 0x90:
        extend(Kind::set, popToMark());
        return true;
      default:
        return false;
    }
  }

  void dictOf(std::vector<NodeIndex> items) {
    if (items.size() % 2 != 0) refuse("a key without a value");
    collect(Kind::dict, std::move(items));
  }

  void popOrMark() {
    if (!marks_.empty() && stack_.size() == marks_.back()) {
      marks_.pop_back();
    } else {
      pop();
    }
  }

  std::span<const std::byte> bytes_;
  const std::string& place_;
  std::size_t at_ = 0, start_ = 0;
  std::size_t copied_ = 0;  // items of dictionaries that were made of lists
  Pickle pickle_;
  std::vector<NodeIndex> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint64_t, NodeIndex> memo_;
  bool stopped_ = false;
};

}  // namespace

Pickle readPickle(std::span<const std::byte> bytes, const std::string& place) {
  return Machine(bytes, place).run();
}

}  // namespace kindred::torch
