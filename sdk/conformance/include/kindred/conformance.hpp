// The conformance kit: loads a plugin's library and checks that it keeps the promises of the SDK's
// headers. Needs no test framework:
//
//   #include <kindred/conformance.hpp>
//   int main() { return kindred::conformance::run(PLUGIN_FILE, {{"centred", true}}); }
//
// and, linked with kindred::conformance (kindred_add_plugin_test does so),
// prints one line a check, and below it every message in one of three grades, with cause and cure:
//   note     allowed, but probably not meant
//   warning  works, but gives users trouble
//   error    breaks a promise; run() then returns 1
// Each check runs in a process of its own, so that a crash or an endless loop is a result like any
// other.
#pragma once

#include <string>

#include <kindred/conformance/report.hpp>
#include <kindred/conformance/subject.hpp>

namespace kindred::conformance {

// All checks that fit the plugin's kind. `settings` are parameters that differ from their defaults.
Report check(const std::string& file, const Settings& settings = {}, const Expected& expected = {});

// The same, printed; 0 where no check found an error. For main().
int run(const std::string& file, const Settings& settings = {}, const Expected& expected = {});

}  // namespace kindred::conformance
