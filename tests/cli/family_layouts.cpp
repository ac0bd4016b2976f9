#include "family_layouts.hpp"

#include "cli/layouts/groups.hpp"

namespace kindred::clitest {

const std::vector<Layout>& layouts() {
  static const std::vector<Layout> kLayouts = [] {
    std::vector<Layout> all;
    using namespace families;
    for (const auto group : {denseDecoders, gemmas, expertDecoders, latentDecoders, olderDecoders,
                             encoders, towers, hybrids, drawers}) {
      for (Layout& layout : group()) all.push_back(std::move(layout));
    }
    return all;
  }();
  return kLayouts;
}

}  // namespace kindred::clitest
