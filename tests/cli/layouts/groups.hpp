// The table of layouts, a file for each kind of family.
#pragma once

#include "cli/family_layouts.hpp"

namespace kindred::clitest::families {

std::vector<Layout> denseDecoders();
std::vector<Layout> gemmas();
std::vector<Layout> expertDecoders();
std::vector<Layout> latentDecoders();
std::vector<Layout> olderDecoders();
std::vector<Layout> encoders();
std::vector<Layout> towers();
std::vector<Layout> hybrids();
std::vector<Layout> drawers();

}  // namespace kindred::clitest::families
