// Writes GGUF files, version 3.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace kindred::support {

class GgufWriter {
 public:
  void number(const std::string& key, std::uint32_t value);
  void numbers(const std::string& key, const std::vector<std::uint32_t>& values);
  void text(const std::string& key, const std::string& value);
  void texts(const std::string& key, const std::vector<std::string>& values);
  // `type` is ggml's number of it; `shape` rows first.
  void tensor(const std::string& name, std::uint32_t type, std::vector<std::uint64_t> shape,
              std::string bytes);
  std::string bytes() const;
  // The same as so many files, as llama-gguf-split writes them: what is said of the model stands in
  // the first alone.
  std::vector<std::string> parts(std::size_t count) const;

 private:
  struct Tensor {
    std::string name;
    std::uint32_t type;
    std::vector<std::uint64_t> shape;
    std::string bytes;
  };
  void key(const std::string& name, std::uint32_t type);

  std::string keys_;
  std::uint64_t count_ = 0;
  std::vector<Tensor> tensors_;
};

}  // namespace kindred::support
