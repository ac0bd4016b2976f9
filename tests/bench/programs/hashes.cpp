// byte-hash, against the openssl program.
#include <fstream>

#include <fmt/format.h>

#include "models.hpp"
#include "sections.hpp"

namespace kindred::bench {

std::string hashes(const std::filesystem::path& scratch) {
  const Size size{2048, 8192, 6, 8192};
  writeModel(scratch / "a", size, 1);
  writeModel(scratch / "b", size, 2);
  const std::filesystem::path recipe = scratch / "hashes.yaml";
  std::ofstream(recipe)
      << "kindred: 1\n"
         "title: every byte\n"
         "sources: {disk: {plugin: local-mmap, root: "
      << scratch.string()
      << "}}\n"
         "models: {a: 'disk:a', b: 'disk:b'}\n"
         "steps: [{name: bytes, compare: [a, b], pair: content, metrics: [byte-hash]}]\n";
  const std::string file = (scratch / "a/model.safetensors").string();
  constexpr int kRuns = 3;
  const double peer = bestOf(kRuns, [&] {
                        return runProgram({"openssl", "dgst", "-sha256", file}, true);
                      }).seconds;
  const auto ours = [&](const char* jobs) {
    return bestOf(kRuns,
                  [&] {
                    return kindred({"run", recipe.string(), "--jobs", jobs, "--out",
                                    (scratch / "hashed").string(), "--force"});
                  })
        .seconds;
  };
  const double one = ours("1"), two = ours("2");
  return fmt::format(
             "SHA-256 and XXH3 of all tensors of two models of {:.2f} GB each, and what the run "
             "needs "
             "besides, against `openssl dgst -sha256` of one of the files ({:.2f} s).\n\n",
             static_cast<double>(bytesOf(size)) * 1e-9, peer) +
         kHead + line("rate on one thread, of openssl's", 2 * peer / one, true, 1.15) +
         line("rate on two threads, of openssl's", 2 * peer / two, true, 2.2);
}

}  // namespace kindred::bench
