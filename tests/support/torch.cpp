#include "support/torch.hpp"

#include <cstring>
#include <stdexcept>

namespace kindred::support {
namespace {

template <class T>
std::string raw(T value) {
  std::string bytes(sizeof(T), '\0');
  std::memcpy(bytes.data(), &value, sizeof(T));
  return bytes;
}

std::string text(const std::string& value) {
  return 'X' + raw(static_cast<std::uint32_t>(value.size())) + value;
}

std::string number(std::uint64_t value) { return 'J' + raw(static_cast<std::int32_t>(value)); }

std::string tuple(const std::vector<std::uint64_t>& values) {
  std::string code = "(";
  for (const std::uint64_t value : values) code += number(value);
  return code + 't';
}

std::string storageOf(DType dtype) {
  switch (dtype) {
    case DType::F32:
      return "ctorch\nFloatStorage\n";
    case DType::F16:
      return "ctorch\nHalfStorage\n";
    case DType::BF16:
      return "ctorch\nBFloat16Storage\n";
    case DType::U8:
      return "ctorch\nByteStorage\n";
    default:
      throw std::invalid_argument("no storage of that type is written");
  }
}

std::string pickled(const TestTensor& tensor, const std::string& key) {
  std::vector<std::uint64_t> strides(tensor.shape.size());
  std::uint64_t elements = 1;
  for (std::size_t axis = tensor.shape.size(); axis-- > 0;) {
    strides[axis] = elements;
    elements *= tensor.shape[axis];
  }
  return text(tensor.name) + "ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage") +
         storageOf(tensor.dtype) + text(key) + text("cpu") + number(elements) + "tQ" + number(0) +
         tuple(tensor.shape) + tuple(strides) + "\x89" + "ccollections\nOrderedDict\n)RtR";
}

class Zip {
 public:
  void add(const std::string& name, const std::string& bytes) {
    const std::string sizes = raw(static_cast<std::uint32_t>(bytes.size())) +
                              raw(static_cast<std::uint32_t>(bytes.size())) +
                              raw(static_cast<std::uint16_t>(name.size())) + raw(std::uint16_t{0});
    const std::string common = raw(std::uint16_t{20}) + std::string(12, '\0');
    central_ += raw(std::uint32_t{0x02014b50}) + raw(std::uint16_t{20}) + common + sizes +
                std::string(10, '\0') + raw(static_cast<std::uint32_t>(files_.size())) + name;
    files_ += raw(std::uint32_t{0x04034b50}) + common + sizes + name + bytes;
    ++count_;
  }

  std::string bytes() const {
    return files_ + central_ + raw(std::uint32_t{0x06054b50}) + std::string(4, '\0') + raw(count_) +
           raw(count_) + raw(static_cast<std::uint32_t>(central_.size())) +
           raw(static_cast<std::uint32_t>(files_.size())) + std::string(2, '\0');
  }

 private:
  std::string files_, central_;
  std::uint16_t count_ = 0;
};

}  // namespace

std::string torchArchive(const std::string& pickle, const std::vector<std::string>& storages) {
  Zip zip;
  zip.add("archive/data.pkl", pickle);
  for (std::size_t i = 0; i < storages.size(); ++i) {
    zip.add("archive/data/" + std::to_string(i), storages[i]);
  }
  zip.add("archive/version", "3\n");
  return zip.bytes();
}

std::string torchBytes(const std::vector<TestTensor>& tensors) {
  std::string pickle = "\x80\x02}(";
  std::vector<std::string> storages;
  for (const TestTensor& tensor : tensors) {
    pickle += pickled(tensor, std::to_string(storages.size()));
    storages.push_back(tensor.bytes);
  }
  return torchArchive(pickle + "u.", storages);
}

}  // namespace kindred::support
