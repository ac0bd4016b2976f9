#include "yaml/document.hpp"

#include <fmt/format.h>
#include <yaml-cpp/emitter.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "yaml/utf8.hpp"
#include "yaml/words.hpp"

namespace kindred::yaml {
namespace {

// Thrown out of the parser where reading on makes no sense.
struct Refused {
  Diagnostic diagnostic;
};

// Builds the tree from yaml-cpp's events.
class Builder final : public YAML::EventHandler {
 public:
  Builder(std::string_view text, std::string name) : places_(text), name_(std::move(name)) {
    root_.place = {name_, 1, 1};
  }

  Place place(const YAML::Mark& mark) {
    if (mark.is_null()) return {name_, 0, 0};
    const int line = mark.line + 1;
    return {name_, line, places_.column(line, static_cast<std::size_t>(mark.column))};
  }

  Node take() { return std::move(root_); }
  std::vector<Diagnostic> diagnostics;

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (started_) refuse(place(mark), "a second document begins here", "give it a file of its own");
    started_ = true;
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Node node;
    node.place = place(mark);
    // An empty value carries the mark of whatever follows; it is missing at its key.
    if (!open_.empty() && open_.back().key && open_.back().key->place.line != node.place.line) {
      node.place = open_.back().key->place;
    }
    add(std::move(node), anchor);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    Node node;
    node.kind = Node::Kind::scalar;
    node.place = place(mark);
    node.quotes = tag == "!";
    node.scalar = value;
    refuseTag(node.place, tag);
    add(std::move(node), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const Place here = place(mark);
    const auto found = anchored_.find(anchor);
    if (found == anchored_.end()) refuse(here, "an alias inside the node that it stands for", "");
    Node copy = found->second;
    charge(copy, here);
    copy.place = here;
    add(std::move(copy), 0);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    begin(Node::Kind::list, place(mark), tag, anchor);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    begin(Node::Kind::map, place(mark), tag, anchor);
  }
  void OnSequenceEnd() override { end(); }
  void OnMapEnd() override { end(); }

 private:
  struct Open {
    Node node;
    YAML::anchor_t anchor = 0;
    std::optional<Node> key;           // of the value that comes next
    std::map<std::string, int> lines;  // of the keys so far
  };

  [[noreturn]] void refuse(Place where, std::string what, std::string hint) {
    throw Refused{{std::move(where), std::move(what), std::move(hint)}};
  }

  void refuseTag(const Place& where, const std::string& tag) {
    if (!tag.empty() && tag != "!" && tag != "?") {
      refuse(where, "the tag " + quote(tag) + " has no meaning here", "leave it out");
    }
  }

  void count(const Place& where, std::size_t nodes) {
    nodes_ += nodes;
    if (nodes_ > kMostNodes) {
      refuse(where, fmt::format("more than {} values", kMostNodes),
             "a file of this size is refused");
    }
  }

  // Counts a subtree and its texts before it is copied.
  void charge(const Node& node, const Place& where) {
    copies_ += 1 + node.members.size();
    copied_bytes_ += node.scalar.size();
    for (const Member& member : node.members) copied_bytes_ += member.key.scalar.size();
    const auto refuseMore = [&](std::size_t most, const char* what) {
      refuse(where, fmt::format("more than {} {}, with aliases written out", most, what),
             "a file of this size is refused");
    };
    if (copies_ > kMostCopies) refuseMore(kMostCopies, "values");
    if (copied_bytes_ > kLargestFile) refuseMore(kLargestFile, "bytes");
    for (const Node& item : node.items) charge(item, where);
    for (const Member& member : node.members) charge(member.value, where);
  }

  void begin(Node::Kind kind, Place where, const std::string& tag, YAML::anchor_t anchor) {
    refuseTag(where, tag);
    if (open_.size() == kDeepest) {
      refuse(where, fmt::format("nested more than {} deep", kDeepest), "");
    }
    Open open;
    open.node.kind = kind;
    open.node.place = std::move(where);
    open.anchor = anchor;
    open_.push_back(std::move(open));
  }

  void end() {
    Open done = std::move(open_.back());
    open_.pop_back();
    add(std::move(done.node), done.anchor);
  }

  void add(Node node, YAML::anchor_t anchor) {
    count(node.place, 1);
    if (anchor != 0) {
      charge(node, node.place);
      anchored_[anchor] = node;
    }
    if (open_.empty()) {
      root_ = std::move(node);
    } else if (open_.back().node.kind == Node::Kind::list) {
      open_.back().node.items.push_back(std::move(node));
    } else if (!open_.back().key) {
      if (node.kind != Node::Kind::scalar) {
        refuse(node.place, "a key must be text, but this is " + described(node), "");
      }
      open_.back().key = std::move(node);
    } else {
      addMember(open_.back(), std::move(node));
    }
  }

  void addMember(Open& open, Node value) {
    Node key = std::move(*open.key);
    open.key.reset();
    const auto [first, is_new] = open.lines.emplace(key.scalar, key.place.line);
    if (is_new) {
      open.node.members.push_back({std::move(key), std::move(value)});
    } else {
      diagnostics.push_back({key.place, "duplicate key " + quote(key.scalar),
                             fmt::format("first on line {}", first->second)});
    }
  }

  PlaceFinder places_;
  std::string name_;
  bool started_ = false;
  std::size_t nodes_ = 0, copies_ = 0, copied_bytes_ = 0;
  Node root_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, Node> anchored_;
};

// yaml-cpp takes the end of the file for the end of a quoted text; this line makes it an error.
constexpr const char* kEndMark = "...\n";
constexpr const char* kEndMarkInText = "illegal document indicator in scalar";

void parseEvents(std::string_view text, Builder& builder) {
  std::string whole(text);
  if (!whole.empty() && whole.back() != '\n') whole += '\n';
  std::istringstream stream(whole + kEndMark);
  YAML::Parser parser(stream);
  while (parser.HandleNextDocument(builder)) {
  }
}

// yaml-cpp's words for what is wrong, with what to do about it where they don't say.
Diagnostic syntaxError(const YAML::Exception& error, Place place) {
  static const std::map<std::string_view, const char*> remedies = {
      {"end of map not found", "check this line's indentation; it must be of spaces, not tabs"},
      {"end of sequence not found",
       "check this line's indentation; it must be of spaces, not tabs"},
      {"illegal block entry", "check this line's indentation; it must be of spaces, not tabs"},
      {"end of map flow not found", "a '}' or ',' is missing before this"},
      {"end of sequence flow not found", "a ']' or ',' is missing before this"},
      {"illegal map value", "text with ': ' in it needs quotes"}};
  if (error.msg == kEndMarkInText)
    return {std::move(place), "not valid YAML: a quote is not closed", ""};
  // Newer releases name the anchor, older ones don't.
  constexpr std::string_view kNoAnchor = "the referenced anchor is not defined";
  const std::string what(error.msg.starts_with(kNoAnchor) ? kNoAnchor : error.msg);
  const auto remedy = remedies.find(what);
  return {std::move(place), "not valid YAML: " + what,
          remedy == remedies.end() ? "" : remedy->second};
}

void emitNode(YAML::Emitter& out, const Node& node) {
  switch (node.kind) {
    case Node::Kind::null:
      out << YAML::Null;
      break;
    case Node::Kind::scalar:
      if (node.quotes) out << YAML::DoubleQuoted;
      out << node.scalar;
      break;
    case Node::Kind::list:
      out << YAML::BeginSeq;
      for (const Node& item : node.items) emitNode(out, item);
      out << YAML::EndSeq;
      break;
    case Node::Kind::map:
      out << YAML::BeginMap;
      for (const Member& member : node.members) {
        out << YAML::Key;
        emitNode(out, member.key);
        out << YAML::Value;
        emitNode(out, member.value);
      }
      out << YAML::EndMap;
      break;
  }
}

}  // namespace

const Node* Node::find(std::string_view key) const {
  for (const Member& member : members) {
    if (member.key.scalar == key) return &member.value;
  }
  return nullptr;
}

Node* Node::find(std::string_view key) {
  return const_cast<Node*>(static_cast<const Node&>(*this).find(key));
}

Document readDocument(std::string_view text, const std::string& name) {
  Document document;
  const auto refuse = [&](Diagnostic diagnostic) {
    document.diagnostics.push_back(std::move(diagnostic));
    return document;
  };
  if (text.size() > kLargestFile) {
    return refuse({{name, 0, 0},
                   fmt::format("larger than {} bytes", kLargestFile),
                   "a file of this size is refused"});
  }
  if (const std::optional<TextProblem> problem = findTextProblem(text)) {
    return refuse({{name, problem->line, problem->column}, problem->what, "save it as UTF-8 text"});
  }
  Builder builder(text, name);
  try {
    parseEvents(text, builder);
  } catch (const Refused& refused) {
    return refuse(refused.diagnostic);
  } catch (const YAML::Exception& error) {
    return refuse(syntaxError(error, builder.place(error.mark)));
  }
  document.root = builder.take();
  document.diagnostics = std::move(builder.diagnostics);
  document.readable = true;
  return document;
}

std::optional<std::string> readText(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream.is_open()) return std::nullopt;
  std::string bytes;
  std::array<char, 65'536> part;
  while (bytes.size() <= kLargestFile && !stream.eof()) {
    stream.read(part.data(), part.size());
    if (stream.bad() || (stream.fail() && !stream.eof())) return std::nullopt;
    bytes.append(part.data(), static_cast<std::size_t>(stream.gcount()));
  }
  bytes.resize(std::min(bytes.size(), kLargestFile + 1));
  return bytes;
}

std::string emit(const Node& root) {
  YAML::Emitter out;
  emitNode(out, root);
  return std::string(out.c_str()) + "\n";
}

std::string described(const Node& node) {
  switch (node.kind) {
    case Node::Kind::null:
      return "nothing";
    case Node::Kind::list:
      return "a list";
    case Node::Kind::map:
      return "a mapping";
    case Node::Kind::scalar:
      break;
  }
  return !node.quotes && numberOf(node.scalar) ? node.scalar : quote(node.scalar);
}

}  // namespace kindred::yaml
