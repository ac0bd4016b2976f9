// Checks the plugin's promises (see kindred/conformance.hpp) on a file written here.
#include <cstdint>
#include <string>

#include <kindred/conformance.hpp>

int main() {
  std::string file = "@NAME@";
  const auto number = [&](std::uint32_t value) {
    file.append(reinterpret_cast<const char*>(&value), sizeof value);
  };
  number(1);
  number(6);
  file += "weight";
  number(3);
  number(2);
  file.append(3 * 2 * sizeof(float), '\0');
  return kindred::conformance::run(PLUGIN_FILE, {}, {.files = {{"model.@NAME@", file}}});
}
