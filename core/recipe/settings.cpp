#include "recipe/settings.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "recipe/check.hpp"
#include "recipe/words.hpp"

namespace kindred::recipe {
namespace {

void placeAll(Node& node, const Place& place) {
  node.place = place;
  for (Node& item : node.items) placeAll(item, place);
  for (yaml::Member& member : node.members) {
    member.key.place = place;
    placeAll(member.value, place);
  }
}

// Walks down the path, by tree and schema at once.
class Setter {
 public:
  Setter(Node& root, const Shape& shape, std::string path, std::vector<Diagnostic>& diagnostics)
      : path_(std::move(path)), words_(split(path_.c_str(), '.')), diagnostics_(diagnostics) {
    place_.file = "--set " + path_;
    node_ = &root;
    shape_ = &shape;
  }

  const Place& place() const { return place_; }

  // The node that the path names, made where the schema allows it; null and a diagnostic else.
  Node* find() {
    if (path_.front() == '.' || path_.back() == '.' || path_.find("..") != std::string::npos) {
      report("expected keys with single dots between them, but got " + quote(path_));
      return nullptr;
    }
    for (std::size_t i = 0; i < words_.size(); ++i) {
      const bool last = i + 1 == words_.size();
      const bool found =
          node_->kind == Node::Kind::list ? stepIntoList(words_[i]) : stepIntoMap(words_[i], last);
      if (!found) return nullptr;
      walked_ += (i > 0 ? "." : "") + words_[i];
    }
    return node_;
  }

  bool report(std::string message, std::string hint = {}) {
    diagnostics_.push_back({place_, std::move(message), std::move(hint)});
    return false;
  }

 private:
  std::string where() const { return walked_.empty() ? "the recipe" : quote(walked_); }

  bool stepIntoList(const std::string& word) {
    std::vector<std::string> names;
    Node* found = nullptr;
    for (Node& item : node_->items) {
      const Node* name = item.find("name");
      if (name == nullptr) continue;
      if (name->scalar == word) found = &item;
      names.push_back(name->scalar);
    }
    if (found == nullptr) {
      const auto index = integerOf(word);
      if (index && *index >= 0 && static_cast<std::size_t>(*index) < node_->items.size()) {
        found = &node_->items[static_cast<std::size_t>(*index)];
      }
    }
    if (found == nullptr) {
      return report("no " + quote(word) + " in " + where(),
                    nearest(word, names,
                            fmt::format("it has {} entries, counted from 0", node_->items.size())));
    }
    node_ = found;
    shape_ = shape_ == nullptr ? nullptr : shape_->items;
    return true;
  }

  bool stepIntoMap(const std::string& word, bool last) {
    if (node_->kind != Node::Kind::map && !becomeMap()) return false;
    const bool fixed = shape_ != nullptr && !shape_->keys.empty();
    const Key* key = fixed ? findKey(*shape_, word) : nullptr;
    if (fixed && key == nullptr && !shape_->parameters) {
      return report("unknown key " + quote(word), nearest(word, keyNames(*shape_), ""));
    }
    Node* value = node_->find(word);
    if (value == nullptr && !last && !(key != nullptr && key->shape->isMap())) {
      return reportGap(word, key);
    }
    if (value == nullptr) value = addMember(word);
    node_ = value;
    shape_ = key != nullptr ? key->shape : fixed || shape_ == nullptr ? nullptr : shape_->values;
    return true;
  }

  // A new entry comes as a whole; a path through one that is not there is a slip.
  bool reportGap(const std::string& word, const Key* key) {
    if (key != nullptr) return report("expected " + quote(word) + " to be " + key->shape->says);
    std::vector<std::string> names;
    for (const yaml::Member& member : node_->members) names.push_back(member.key.scalar);
    return report("no " + quote(word) + " in " + where(), nearest(word, names, "it is empty"));
  }

  // What is short for a mapping (or stands where one may) becomes one.
  bool becomeMap() {
    if (shape_ == nullptr || !shape_->isMap()) {
      return report(where() + " is " + described(*node_) + ", not a mapping");
    }
    Node map;
    map.kind = Node::Kind::map;
    map.place = place_;
    if (shape_->shorthand != nullptr && node_->kind == Node::Kind::scalar) {
      Node key;
      key.kind = Node::Kind::scalar;
      key.scalar = shape_->shorthand;
      key.place = node_->place;
      map.place = node_->place;
      map.members.push_back({std::move(key), *node_});
    }
    *node_ = std::move(map);
    return true;
  }

  Node* addMember(const std::string& word) {
    Node key;
    key.kind = Node::Kind::scalar;
    key.scalar = word;
    key.place = place_;
    Node value;
    value.place = place_;
    node_->members.push_back({std::move(key), std::move(value)});
    return &node_->members.back().value;
  }

  std::string path_;
  std::vector<std::string> words_;
  std::vector<Diagnostic>& diagnostics_;
  Place place_;
  Node* node_;
  const Shape* shape_;  // null: a plugin's parameter, where anything goes
  std::string walked_;
};

// A root given on the command line counts from the working folder, whatever the recipe's.
void anchorRoot(Node& source) {
  Node* root = source.find("root");
  if (root == nullptr || root->kind != Node::Kind::scalar || root->scalar.empty()) return;
  if (root->place.line != 0 || root->place.file.rfind("--set ", 0) != 0) return;
  root->scalar = std::filesystem::absolute(root->scalar).lexically_normal().string();
}

}  // namespace

void applySetting(Node& root, const Shape& shape, const std::string& setting,
                  std::vector<Diagnostic>& diagnostics) {
  const std::size_t equals = setting.find('=');
  if (equals == std::string::npos || equals == 0) {
    diagnostics.push_back({{"--set " + setting, 0, 0}, "expected KEY=VALUE", ""});
    return;
  }
  Setter setter(root, shape, setting.substr(0, equals), diagnostics);
  yaml::Document value =
      yaml::readDocument(std::string_view(setting).substr(equals + 1), setter.place().file);
  for (const Diagnostic& diagnostic : value.diagnostics) {
    setter.report(diagnostic.message);
  }
  if (!value.readable) return;
  Node* target = setter.find();
  if (target == nullptr) return;
  placeAll(value.root, setter.place());
  *target = std::move(value.root);
  if (Node* sources = root.find("sources")) {
    for (yaml::Member& source : sources->members) anchorRoot(source.value);
  }
}

}  // namespace kindred::recipe
