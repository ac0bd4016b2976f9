// XXH3-128 of what was read, for the manifest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <kindred/source.hpp>

namespace kindred::results {

std::string xxh3(std::span<const std::byte> bytes);  // 32 hex digits
std::string xxh3(std::string_view text);

// A file that hashes what is read from it, as long as each read begins where the last one ended.
// For one thread.
class HashingFile final : public File {
 public:
  HashingFile(File& file, std::uint64_t first);
  ~HashingFile() override;

  const std::string& place() const override { return file_.place(); }
  std::uint64_t size() const override { return file_.size(); }
  std::string identity() const override { return file_.identity(); }
  void read(std::uint64_t offset, std::span<std::byte> into) override;

  std::uint64_t end() const { return next_; }
  std::string digest() const;

 private:
  struct State;
  File& file_;
  std::uint64_t next_;
  std::unique_ptr<State> state_;
};

}  // namespace kindred::results
