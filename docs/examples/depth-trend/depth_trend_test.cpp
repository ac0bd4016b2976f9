// Checks the plugin's promises (see kindred/conformance.hpp), and a case worked out by hand: of the
// 4! = 24 orders of four values one rises throughout.
#include <cmath>

#include <kindred/conformance.hpp>
#include <kindred/test.hpp>

int main() {
  using namespace kindred::conformance;
  const auto test = Subject{PLUGIN_FILE, {}}.make<kindred::Test>();
  kindred::Table table{"step.figure", {}};
  for (int layer = 0; layer < 4; ++layer) table.rows.push_back({layer, layer, "", "", 0.1 * layer});
  const auto found = test->onTable(table);
  const bool right = found.size() == 1 && std::abs(found[0].log10_p + std::log10(24)) < 1e-9;
  return run(PLUGIN_FILE) + (right ? 0 : 1);
}
