// Pickles as data. A pickle is a program for a machine with a stack that can call anything; this
// machine never calls, looks up or imports: what a pickle would call becomes a node that says so.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace kindred::torch {

using NodeIndex = std::uint32_t;

struct PickleNode {
  enum class Kind {
    none,
    boolean,  // integer: 0 or 1
    integer,  // that fits in 64 bits; `text` holds longer ones as stored
    real,
    text,
    bytes,  // in text
    tuple,
    list,
    dict,  // items: key, value, key, value, ...
    set,
    global,      // text: "module name"
    call,        // items: what would be called, its arguments
    persistent,  // items: the id
  };
  Kind kind = Kind::none;
  std::int64_t integer = 0;
  double real = 0;
  std::string text = {};
  std::vector<NodeIndex> items = {};
  // What BUILD would set: of an object its state, of a dict its attributes. Equal to the node's own
  // index where there is none.
  NodeIndex state = 0;
};

// Nodes refer to each other by index; they may share, and may form cycles.
struct Pickle {
  std::vector<PickleNode> nodes;
  NodeIndex root = 0;
  std::size_t bytes = 0;  // that the pickle took, its STOP included

  const PickleNode& at(NodeIndex index) const { return nodes[index]; }
};

// Thrown where the bytes end before STOP: more of them may do.
struct PickleCutOff {};

// Reads one pickle from the beginning of `bytes` (protocols 0 to 5, as far as saved weights need
// them). Anything else is an Error at `place` that names the byte and what is wrong there.
Pickle readPickle(std::span<const std::byte> bytes, const std::string& place);

}  // namespace kindred::torch
