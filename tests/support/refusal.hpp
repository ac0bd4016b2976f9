// What a call refuses, to be held against its place and remedy.
#pragma once

#include <gtest/gtest.h>

#include <utility>

#include <kindred/error.hpp>

namespace kindred::support {

// The Error that the call ends with; a failure where there is none.
template <class Call>
Error refusalOf(Call&& call) {
  try {
    std::forward<Call>(call)();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "nothing was refused";
  return {Category::internal, "", "nothing was refused"};
}

}  // namespace kindred::support
