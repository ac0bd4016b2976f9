#include "plan/roles.hpp"

#include <set>
#include <string>
#include <tuple>

#include "recipe/words.hpp"

namespace kindred::plan {

void checkRoles(const std::vector<recipe::RoleAsked>& asked,
                const models::ArchitectureRegistry& architectures,
                std::vector<recipe::Diagnostic>& diagnostics) {
  if (asked.empty()) return;
  std::set<std::string> known;
  for (const models::Architecture& architecture : architectures.all()) {
    for (std::string& role : architecture.roles()) known.insert(std::move(role));
  }
  const std::vector<std::string> list(known.begin(), known.end());
  std::set<std::tuple<int, int, std::string>> said;  // foreach repeats places
  for (const auto& [role, place] : asked) {
    if (known.contains(role) || !said.emplace(place.line, place.column, role).second) continue;
    const std::string near = recipe::didYouMean(role, list);
    diagnostics.push_back({place, "no architecture has a role " + recipe::quote(role),
                           near.empty() ? "kindred architectures NAME lists the roles of one"
                                        : "did you mean '" + near + "'?"});
  }
}

}  // namespace kindred::plan
