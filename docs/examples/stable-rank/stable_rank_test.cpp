// Checks the plugin's promises (see kindred/conformance.hpp), and a case worked out by hand.
#include <cmath>

#include <kindred/conformance.hpp>
#include <kindred/conformance/survey.hpp>

int main() {
  using namespace kindred::conformance;
  MemoryModel model("a");  // singular values 2 and 1: (4 + 1) / 4
  model.add("layers.0.w", 0, {2, 2}, {2, 0, 0, 1});
  const std::vector<const kindred::SurveyedModel*> models{&model};
  const auto report = Subject{PLUGIN_FILE, {}}.make<kindred::Survey>()->run(models);
  const bool right = report.values.size() == 1 && std::abs(report.values[0].value - 1.25) < 1e-5;
  return run(PLUGIN_FILE) + (right ? 0 : 1);
}
