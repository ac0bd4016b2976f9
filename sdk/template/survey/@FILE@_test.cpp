// Checks the plugin's promises (see kindred/conformance.hpp), and a case worked out by hand.
#include <kindred/conformance.hpp>
#include <kindred/conformance/survey.hpp>

int main() {
  using namespace kindred::conformance;
  MemoryModel a("a"), b("b");  // cosines 1 and 0
  a.add("layers.0.w", 0, {2, 2}, {1, 0, 0, 3});
  b.add("layers.0.w", 0, {2, 2}, {2, 0, 1, 0});
  const std::vector<const kindred::SurveyedModel*> models{&a, &b};
  const auto report = Subject{PLUGIN_FILE, {}}.make<kindred::Survey>()->run(models);
  const bool right = report.values.size() == 1 && report.values[0].value == 0.5;
  return run(PLUGIN_FILE) + (right ? 0 : 1);
}
