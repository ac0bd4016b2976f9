// The source that the plugin exports.
#pragma once

#include <memory>
#include <string>

#include <kindred/source.hpp>

#include "remote_file.hpp"

namespace kindred::http {

class HttpSource final : public Source {
 public:
  explicit HttpSource(const Parameters& parameters);
  std::unique_ptr<Location> open(const std::string& address) override;
  bool remote() const override { return true; }
  void read(std::span<const ReadRequest> requests) override;
  Cost price(std::span<const PlannedRange> ranges) const override;
  Cost spent() const override { return service_.network.transport.spent(); }

 private:
  Service service_;
};

}  // namespace kindred::http
