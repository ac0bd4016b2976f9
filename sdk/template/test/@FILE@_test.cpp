// Checks the plugin's promises (see kindred/conformance.hpp), and a case worked out by hand: one order
// of four layers out of 4! = 24 keeps all numbers.
#include <cmath>
#include <kindred/conformance.hpp>
#include <kindred/test.hpp>

int main() {
  using namespace kindred::conformance;
  const auto test = Subject{PLUGIN_FILE, {}}.make<kindred::Test>();
  kindred::Table table{"step.figure", {}};
  for (int a = 0; a < 4; ++a)
    for (int b = 0; b < 4; ++b) {
      table.rows.push_back({a, b, "", "", a == b ? 1.0 : 0.1 * a + 0.01 * b});
    }
  const auto found = test->onTable(table);
  const bool right = found.size() == 1 && std::abs(found[0].log10_p + std::log10(24)) < 1e-9;
  return run(PLUGIN_FILE) + (right ? 0 : 1);
}
