// Checks the plugin's promises (see kindred/conformance.hpp) on a file written here.
#include <filesystem>
#include <fstream>
#include <kindred/conformance.hpp>

int main() {
  const auto root = std::filesystem::current_path() / "@NAME@-test";
  std::filesystem::create_directories(root);
  const std::string text(100000, 'x');
  std::ofstream(root / "model.safetensors", std::ios::binary) << text;
  return kindred::conformance::run(
      PLUGIN_FILE, {{"root", root.string()}},
      {.address = "model.safetensors", .files = {{"model.safetensors", text}}});
}
