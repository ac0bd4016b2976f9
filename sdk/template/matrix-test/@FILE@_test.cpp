// Checks the plugin's promises (see kindred/conformance.hpp), and that it finds a copy and accuses no
// stranger.
#include <kindred/conformance.hpp>
#include <kindred/conformance/matrix.hpp>

int main() {
  using namespace kindred::conformance;
  const auto test = Subject{PLUGIN_FILE, {}}.make<kindred::MatrixTest>();
  const MemoryWeights a = randomWeights("a", 1), stranger = randomWeights("b", 2);
  const double copy = smallestLog10P(findingsOf(*test, a, a));
  const double other = smallestLog10P(findingsOf(*test, a, stranger));
  std::printf("copy: log10 p = %g, stranger: %g\n", copy, other);
  return run(PLUGIN_FILE) + (copy < -4 ? 0 : 1) + (other > -2 ? 0 : 1);
}
