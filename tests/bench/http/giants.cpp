// Two models of 200 GB each: what it costs to read their catalogues, plan, and compare norms and
// blocks of experts.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "bench.hpp"
#include "servers/giants.hpp"
#include "servers/giants_recipe.hpp"
#include "servers/range_server.hpp"
#include "support/temp_dir.hpp"

namespace kindred::bench {

void giants() {
  const support::TempDir dir;
  servers::RangeServer server;
  servers::publishGiants(server);
  const std::string recipe =
      dir.write("recipe.yaml", servers::giantsRecipe(server.endpoint(), dir.text())).string();
  const std::string out = (dir / "out").string();
  const Spent spent = runProgram({KINDRED_BINARY, "run", recipe, "--force", "--out", out});
  const auto report = nlohmann::json::parse(support::readFile(dir / "out/report.json"));
  const double requests = report.at("cost").at("requests").get<double>();
  double most = 0;
  for (const auto& [model, name] : {std::pair{"solar", servers::kSolar}, {"glm", servers::kGlm}}) {
    const double megabytes = static_cast<double>(server.bytesSent(name)) / 1e6;
    std::printf("  %s: %.1f MB read\n", model, megabytes);
    most = std::max(most, megabytes);
  }
  std::printf("  %.2f s, %.0f requests\n", spent.seconds, requests);
  target("MB read of the model read most", most, false, 64);
  target("MiB of memory", static_cast<double>(spent.peak_kib) / 1024, false, 256);
  const Spent again = runProgram({KINDRED_BINARY, "run", recipe, "--force", "--out", out});
  std::printf("  from the cache: %.2f s\n", again.seconds);
}

}  // namespace kindred::bench
