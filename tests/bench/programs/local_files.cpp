// Two related models in local files, against reading both once.
#include <fcntl.h>
#include <unistd.h>

#include <stdexcept>
#include <vector>

#include <fmt/format.h>

#include "models.hpp"
#include "sections.hpp"

namespace kindred::bench {
namespace {

void readOnce(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) throw std::runtime_error("cannot read " + path);
  std::vector<char> buffer(std::size_t{1} << 18);
  while (read(file, buffer.data(), buffer.size()) > 0) {
  }
  close(file);
}

}  // namespace

std::string localFiles(const std::filesystem::path& scratch) {
  const Size size{2048, 8192, 16, 8192};
  writeModel(scratch / "a", size, 1);
  writeModel(scratch / "kin", size, 1, 0.3);
  const std::string a = (scratch / "a").string(), kin = (scratch / "kin").string();
  constexpr int kRuns = 3;
  const double peer = bestOf(kRuns, [&] {
                        return measured([&] {
                          readOnce(a + "/model.safetensors");
                          readOnce(kin + "/model.safetensors");
                        });
                      }).seconds;
  const Spent ours = bestOf(kRuns, [&] {
    return kindred({"compare", a, kin, "--out", (scratch / "out").string(), "--force"});
  });
  return fmt::format(
             "`kindred compare` of a model and its descendant, {:.1f} GB each, from the page "
             "cache, "
             "against one thread that reads both files once ({:.2f} s). The program took {:.2f} s "
             "and {:.2f} s of processor time.\n\n",
             static_cast<double>(bytesOf(size)) * 1e-9, peer, ours.seconds, ours.processor) +
         kHead + line("times of reading both once", ours.seconds / peer, false, 1.3) +
         line("memory, MiB", static_cast<double>(ours.peak_kib) / 1024, false, 512);
}

}  // namespace kindred::bench
