// Surveys on models in memory, for the tests of survey plugins.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include <kindred/conformance/survey.hpp>
#include <kindred/declaration.hpp>

#include "support/loaded_plugin.hpp"

namespace kindred::support {

using conformance::MemoryModel;

// What a survey plugin says of these models, and the values of one figure by name.
class Surveyed {
 public:
  Surveyed(const std::string& name, std::initializer_list<const SurveyedModel*> models,
           conformance::Settings settings = {})
      : subject_(plugin(name, std::move(settings))) {
    report = subject_.make<Survey>()->run(std::vector<const SurveyedModel*>(models));
  }

  std::vector<double> values(const std::string& figure) const {
    const std::vector<Entry> figures = figuresOf(subject_.descriptor());
    std::vector<double> found;
    for (const SurveyValue& value : report.values) {
      if (figures[value.figure].name == figure) found.push_back(value.value);
    }
    if (found.empty()) ADD_FAILURE() << "no value of " << figure;
    return found;
  }

  double value(const std::string& figure) const {
    const std::vector<double> found = values(figure);
    EXPECT_EQ(found.size(), 1u) << figure;
    return found.empty() ? 0 : found.front();
  }

  SurveyReport report;

 private:
  conformance::Subject subject_;
};

// The error that a survey gives of these models; empty where it gives none.
inline std::string surveyError(const std::string& name,
                               std::initializer_list<const SurveyedModel*> models,
                               conformance::Settings settings = {}) {
  try {
    const Surveyed done(name, models, std::move(settings));
    return {};
  } catch (const Error& error) {
    return error.what();
  }
}

// Seeded numbers around a mean, bell-shaped.
inline std::vector<float> numbers(std::size_t count, std::uint64_t seed, double mean = 0,
                                  double sd = 1) {
  Random random(seed);
  std::vector<float> values(count);
  for (float& x : values) {
    double sum = 0;
    for (int i = 0; i < 12; ++i) sum += random.unit();
    x = static_cast<float>(mean + sd * (sum - 6));
  }
  return values;
}

}  // namespace kindred::support
