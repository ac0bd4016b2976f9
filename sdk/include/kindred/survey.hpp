// Surveys: plugins that look at whole matrices of one or several models at once, and say what they
// saw in figures and tables. Surveys describe and never decide.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <kindred/test.hpp>
#include <kindred/text_table.hpp>

namespace kindred {

// A model as a survey sees it: the tensors that its step selects, read when asked for.
class KINDRED_EXPORT SurveyedModel {
 public:
  virtual ~SurveyedModel() = default;
  // The key under which results name the model.
  virtual const std::string& key() const = 0;
  // By layer, expert and name.
  virtual std::span<const TensorInfo> tensors() const = 0;
  // The token of each embedding row, as the tokenizer spells it; empty without a tokenizer.
  virtual const std::vector<std::string>& tokens() const = 0;
  // A whole tensor, or the named rows of it. A vector is a matrix of one row; of a tensor with more
  // than two axes all but the first count as columns. Throws where that is more than a survey may
  // hold. [any-thread]
  virtual Matrix read(std::size_t tensor, std::span<const std::uint32_t> rows = {}) const = 0;
};

inline constexpr std::size_t kNoTensor = static_cast<std::size_t>(-1);

// One figure of one tensor, or of a tensor of each of two models (which may be the same model).
struct SurveyValue {
  std::size_t figure = 0;  // in the order declared
  std::size_t model_a = 0;
  std::size_t tensor_a = kNoTensor;  // kNoTensor: of the model as a whole
  std::size_t model_b = kNoTensor;   // kNoTensor: the figure is of one model
  std::size_t tensor_b = kNoTensor;
  std::uint64_t elements = 0;  // that went into it
  double value = 0;
};

struct SurveyReport {
  std::vector<SurveyValue> values;
  std::vector<TextTable> tables;
};

class KINDRED_EXPORT Survey {
 public:
  virtual ~Survey() = default;
  virtual SurveyReport run(std::span<const SurveyedModel* const> models) const = 0;
};

}  // namespace kindred

#define KINDRED_SURVEY(CLASS, NAME, VERSION, SUMMARY, ...)                         \
  KINDRED_PLUGIN(::kindred::Kind::survey, ::kindred::Survey, CLASS, NAME, VERSION, \
                 SUMMARY __VA_OPT__(, ) __VA_ARGS__)
