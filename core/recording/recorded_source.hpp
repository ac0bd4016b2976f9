// A source that keeps what is read of it.
#pragma once

#include <memory>
#include <span>
#include <string>

#include <kindred/source.hpp>

#include "recording/recorder.hpp"

namespace kindred::recording {

class RecordedSource final : public Source {
 public:
  RecordedSource(Recorder& recorder, Origin origin, std::unique_ptr<Source> source);

  std::unique_ptr<Location> open(const std::string& address) override;
  bool remote() const override { return source_->remote(); }
  void read(std::span<const ReadRequest> requests) override;
  Cost price(std::span<const PlannedRange> ranges) const override;
  Cost spent() const override { return source_->spent(); }

 private:
  Recorder& recorder_;
  Origin origin_;
  std::unique_ptr<Source> source_;
};

}  // namespace kindred::recording
