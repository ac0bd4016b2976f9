// Checks the plugin's promises (see kindred/conformance.hpp) and its figures on cases worked out by
// hand.
#include <kindred/conformance.hpp>

int main() {
  using kindred::conformance::run;
  const int plain = run(PLUGIN_FILE, {},  // (0 + 2 + 4) / 3
                        {.cases = {{.a = {1, 2, 4}, .b = {1, 4, 0}, .figures = {2}}}});
  const int squared = run(PLUGIN_FILE, {{"power", 2.0}},  // (0 + 4 + 9) / 3
                          {.cases = {{.a = {1, 2, 4}, .b = {1, 4, 1}, .figures = {13.0 / 3}}}});
  return plain + squared;
}
