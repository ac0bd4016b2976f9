// A model as a survey sees it: matrices read through the source when the survey asks for them.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <kindred/survey.hpp>

#include "run/executor.hpp"
#include "run/held.hpp"
#include "steps/step.hpp"
#include "steps/survey/survey.hpp"

namespace kindred::steps {

class ReadingModel final : public SurveyedModel {
 public:
  // All must outlive it; the models of one step share the mutex.
  ReadingModel(const Step& step, const Surveyed& surveyed, run::Executor& executor,
               std::mutex& mutex);

  const std::string& key() const override { return surveyed_.model->key; }
  std::span<const TensorInfo> tensors() const override { return infos_; }
  // The tokenizer is read at the first call.
  const std::vector<std::string>& tokens() const override;
  // Rows are read in one call, neighbours as one range; they come in the order asked for. A remote
  // model's small tensors are read some ahead, in the order of tensors(). Errors name the step: a
  // tensor or row that is not there, more than kMostBytes at once. Ctrl-C is an Error too.
  Matrix read(std::size_t tensor, std::span<const std::uint32_t> rows = {}) const override;

  // What was read, for the manifest.
  std::vector<results::RangeRead> takeRanges() const;

  static constexpr std::uint64_t kMostBytes = std::uint64_t{256} << 20;  // as float

 private:
  const models::View& view(std::size_t tensor) const;
  void checkPacked(const models::View& view, bool whole) const;
  void checkSize(const models::View& view, const Matrix& matrix, bool whole) const;
  void readWhole(std::size_t tensor, Matrix& matrix) const;
  void readRows(const models::View& view, std::span<const std::uint32_t> rows,
                Matrix& matrix) const;
  plan::ByteRange whole(std::size_t tensor) const;

  const Step& step_;
  const Surveyed& surveyed_;
  run::Executor& executor_;
  std::vector<TensorInfo> infos_;
  std::mutex& mutex_;  // guards the executor and all below
  mutable run::Held ahead_;
  mutable std::size_t ahead_first_ = 0, ahead_end_ = 0;  // the tensors in ahead_
  mutable std::optional<std::vector<std::string>> tokens_;
  mutable std::vector<results::RangeRead> ranges_;
};

}  // namespace kindred::steps
