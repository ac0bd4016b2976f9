#include "support/gguf.hpp"

#include <cstring>

namespace kindred::support {
namespace {

template <class T>
void put(std::string& bytes, T value) {
  char raw[sizeof(T)];
  std::memcpy(raw, &value, sizeof(T));
  bytes.append(raw, sizeof(T));
}

void putText(std::string& bytes, const std::string& text) {
  put(bytes, std::uint64_t{text.size()});
  bytes += text;
}

constexpr std::size_t kAlignment = 32;
constexpr std::uint32_t kU32 = 4, kText = 8, kList = 9;

std::size_t padded(std::size_t size) { return (size + kAlignment - 1) / kAlignment * kAlignment; }

}  // namespace

void GgufWriter::key(const std::string& name, std::uint32_t type) {
  ++count_;
  putText(keys_, name);
  put(keys_, type);
}

void GgufWriter::number(const std::string& name, std::uint32_t value) {
  key(name, kU32);
  put(keys_, value);
}

void GgufWriter::numbers(const std::string& name, const std::vector<std::uint32_t>& values) {
  key(name, kList);
  put(keys_, kU32);
  put(keys_, std::uint64_t{values.size()});
  for (const std::uint32_t value : values) put(keys_, value);
}

void GgufWriter::text(const std::string& name, const std::string& value) {
  key(name, kText);
  putText(keys_, value);
}

void GgufWriter::texts(const std::string& name, const std::vector<std::string>& values) {
  key(name, kList);
  put(keys_, kText);
  put(keys_, std::uint64_t{values.size()});
  for (const std::string& value : values) putText(keys_, value);
}

void GgufWriter::tensor(const std::string& name, std::uint32_t type,
                        std::vector<std::uint64_t> shape, std::string bytes) {
  tensors_.push_back({name, type, std::move(shape), std::move(bytes)});
}

std::string GgufWriter::bytes() const {
  std::string bytes = "GGUF";
  put(bytes, std::uint32_t{3});
  put(bytes, std::uint64_t{tensors_.size()});
  put(bytes, count_);
  bytes += keys_;
  std::uint64_t offset = 0;
  for (const Tensor& tensor : tensors_) {
    putText(bytes, tensor.name);
    put(bytes, static_cast<std::uint32_t>(tensor.shape.size()));
    for (std::size_t axis = tensor.shape.size(); axis-- > 0;) put(bytes, tensor.shape[axis]);
    put(bytes, tensor.type);
    put(bytes, offset);
    offset += padded(tensor.bytes.size());
  }
  bytes.resize(padded(bytes.size()));
  for (const Tensor& tensor : tensors_) {
    bytes += tensor.bytes;
    bytes.resize(padded(bytes.size()));
  }
  return bytes;
}

std::vector<std::string> GgufWriter::parts(std::size_t count) const {
  std::vector<std::string> files;
  for (std::size_t i = 0; i < count; ++i) {
    GgufWriter part;
    if (i == 0) {
      part.keys_ = keys_;
      part.count_ = count_;
    }
    part.number("split.no", static_cast<std::uint32_t>(i));
    part.number("split.count", static_cast<std::uint32_t>(count));
    part.number("split.tensors.count", static_cast<std::uint32_t>(tensors_.size()));
    for (std::size_t t = i * tensors_.size() / count; t < (i + 1) * tensors_.size() / count; ++t) {
      part.tensors_.push_back(tensors_[t]);
    }
    files.push_back(part.bytes());
  }
  return files;
}

}  // namespace kindred::support
