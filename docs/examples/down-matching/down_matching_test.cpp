// Checks the plugin's promises (see kindred/conformance.hpp), and that it finds a copy, whatever
// its signs, and accuses no stranger.
#include <kindred/conformance.hpp>
#include <kindred/conformance/matrix.hpp>

int main() {
  using namespace kindred::conformance;
  const auto test = Subject{PLUGIN_FILE, {}}.make<kindred::MatrixTest>();
  const MemoryWeights a = randomWeights("a", 1), stranger = randomWeights("b", 2);
  MemoryWeights turned = a;
  for (const kindred::Place& place : a.mlps()) {
    kindred::Matrix down = a.matrix(kindred::role::kDown, place);
    for (std::size_t i = 0; i < down.values.size(); i += 2)
      down.values[i] *= -1;  // every other unit
    turned.add(kindred::role::kDown, place, down.rows, down.values);
  }
  const double copy = smallestLog10P(findingsOf(*test, a, turned));
  const double other = smallestLog10P(findingsOf(*test, a, stranger));
  std::printf("copy: log10 p = %g, stranger: %g\n", copy, other);
  return run(PLUGIN_FILE) + (copy < -20 ? 0 : 1) + (other > -3 ? 0 : 1);
}
