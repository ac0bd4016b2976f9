// Two models that share nothing, at the default budget.
#include <fmt/format.h>

#include <kindred/analysis/linear/linear.hpp>

#include "models.hpp"
#include "sections.hpp"

namespace kindred::bench {
namespace {

struct Case {
  Size size;
  double most_seconds;
};

// What two cores can't do faster: the products of 4,096 rows of one model with as many of the
// other.
double oneProduct(std::uint64_t hidden) {
  const arma::fmat a(hidden, 4096, arma::fill::randn), b(hidden, 4096, arma::fill::randn);
  return bestOf(2, [&] { return measured([&] { linear::innerProducts(a, b); }); }).seconds;
}

}  // namespace

std::string strangers(const std::filesystem::path& scratch) {
  std::string table =
      "`kindred compare` of two models that share nothing, 64 MB of each read by tests; all bytes "
      "are hashed and compared besides. A product is that of 4,096 rows with 4,096 others on one "
      "thread.\n\n| width, units, layers | file | seconds | target | processor | products | MiB |\n"
      "|---|---|---|---|---|---|---|\n";
  for (const Case& of :
       {Case{{2048, 8192, 8}, 2}, Case{{4096, 14336, 3}, 2}, Case{{8192, 28672, 1}, 4}}) {
    const std::filesystem::path folder = scratch / std::to_string(of.size.hidden);
    writeModel(folder / "a", of.size, 1);
    writeModel(folder / "b", of.size, 2);
    const Spent ours = bestOf(2, [&] {
      return kindred({"compare", (folder / "a").string(), (folder / "b").string(), "--out",
                      (folder / "out").string(), "--force"});
    });
    std::filesystem::remove_all(folder);
    table += fmt::format("| {}, {}, {} | {:.1f} GB | {:.1f} | {} | {:.1f} s | {:.1f} | {} |\n",
                         of.size.hidden, of.size.units, of.size.layers,
                         static_cast<double>(bytesOf(of.size)) * 1e-9, ours.seconds,
                         of.most_seconds, ours.processor,
                         ours.processor / oneProduct(of.size.hidden), ours.peak_kib / 1024);
  }
  return table;
}

}  // namespace kindred::bench
