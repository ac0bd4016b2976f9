// Finds the parts of a model that are copies of each other, by the sign tests that would otherwise
// be misled by them (a coin counted twice).
#pragma once

#include <kindred/alignment.hpp>

namespace kindred::aligner {

class Profile;

Doubling findDoubling(const Profile& model);

}  // namespace kindred::aligner
