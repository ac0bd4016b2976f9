// GGUF's names, keys and arrangements in terms of the Hub's: the one place that knows both, so that
// a model in either layout is one model.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "header.hpp"

namespace kindred::gguf {

class Layout {
 public:
  // Of the file's header; both must outlive it.
  Layout(File& file, const Header& header);

  // "model.layers.0.self_attn.q_proj.weight" of "blk.0.attn_q.weight"; what is not known keeps its
  // name.
  std::string nameOf(const std::string& tensor) const;
  // Rows of a head of this tensor that the converter has put in turns; 0: its rows are as they
  // were.
  std::uint64_t rowsInTurns(const std::string& tensor) const;
  // What config.json would say. Empty where the file does not say of what architecture it is. A
  // number that no model has is an Error.
  std::string config() const;
  // Sentences on keys that are not read.
  std::vector<std::string> notes() const;

 private:
  bool has(std::string_view in_block) const;  // a tensor of any layer, "attn_norm_2.weight"
  std::string familyOfTower() const;
  // Whether what a tower's MLP reads and what it gives are called after each other, as converters
  // did up to 2025; told by the width of what is called "ffn_down".
  bool isSwapped(std::string_view layer) const;
  std::string keyOf(const std::string& key) const;  // "llama.block_count"
  // Of the architecture's own; of a list with an entry for each layer what all of them are. 0: not
  // stated, or layers differ.
  std::uint64_t number(const std::string& key) const;
  std::uint64_t headSize() const;
  // Of a list with an entry for each layer.
  std::vector<std::uint64_t> numbers(const std::string& key) const;
  // Adds what a layer's heads are, where layers differ.
  void addHeadsOfLayers(nlohmann::json& config) const;
  void addHeadsOfWindows(nlohmann::json& config) const;

  File& file_;
  const Header& header_;
  std::string architecture_;  // as the file has it: "llama"
  std::string family_;        // as config.json has it: "mixtral"
  std::uint64_t head_size_ = 0;
};

}  // namespace kindred::gguf
