// Bytes put aside on disk, in a file without a name: whatever ends the program, nothing is left.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace kindred::recording {

class Spool {
 public:
  // In the folder of `path`, for which it is named in messages. An Error where that can't be
  // written.
  explicit Spool(std::string path);
  ~Spool();
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  // Where the bytes are kept. A full disk is an Error. [any-thread]
  std::uint64_t add(std::span<const std::byte> bytes);
  void read(std::uint64_t at, std::span<std::byte> into) const;

 private:
  std::string path_;
  int descriptor_ = -1;
  std::atomic<std::uint64_t> end_ = 0;
};

}  // namespace kindred::recording
