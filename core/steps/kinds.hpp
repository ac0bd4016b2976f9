// The kinds of steps. A folder holds all that there is to know of its kinds, and a line here makes
// them known: what a step may ask for and what it is planned as are variants made of this list, and
// the compiler asks for whatever a kind lacks.
#pragma once

#include "steps/compare/compare.hpp"
#include "steps/describe/describe.hpp"
#include "steps/documents/documents.hpp"
#include "steps/survey/survey.hpp"
#include "steps/test/test.hpp"
#include "steps/types.hpp"

namespace kindred::steps {

// In the order of the reference page. Each has
//   Asked        what its steps ask for, an alternative a kind, with the tools that this takes
//   Planned      what these are planned as
//   kWords       the keys that make a step one of these, "a|b"
//   kNamesModels whether these keys name the step's models
//   kMeasures    whether they say what is measured
//   keys()       these keys and those that go with no others
//   read()       what a step asks for
// and, for each of Asked, makeTools() and planStep(); for each of Planned, run().
using Folders = Types<CompareSteps, DescribeSteps, TestSteps, SurveySteps, DocumentSteps>;

template <class Folder>
struct AskedOf {
  using type = typename Folder::Asked;
};
template <class Folder>
struct PlannedOf {
  using type = typename Folder::Planned;
};
template <class List>
struct JoinedLists;
template <class... Lists>
struct JoinedLists<Types<Lists...>> : Joined<Lists...> {};

using AllAsked = JoinedLists<MappedTypes<Folders, AskedOf>::type>::type;
using AllPlanned = JoinedLists<MappedTypes<Folders, PlannedOf>::type>::type;

using Kind = VariantOf<AllAsked>::type;
using PlannedStep = VariantOf<AllPlanned>::type;

// A step of a kind with the tools that it asks for.
using ReadyStep = VariantOf<MappedTypes<AllAsked, ReadyOf>::type>::type;

}  // namespace kindred::steps
