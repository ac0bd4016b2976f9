#include "evidence/adapters.hpp"

#include <utility>

#include <fmt/format.h>

namespace kindred::evidence {
namespace {

std::string againstModel(const AdapterSide& adapter, const AdapterSide& model) {
  return fmt::format(
      "{} is an adapter ({}) and {} is a model: an adapter is a change of a model's weights and "
      "holds "
      "none of them, so nothing in it can be tested against a model. Name the base that it was "
      "trained on together with it, as BASE+ADAPTER, and compare what the two make.",
      adapter.key, adapter.what, model.key);
}

std::string between(const AdapterSide& a, const AdapterSide& b) {
  return fmt::format("{} and {} are adapters ({}; {})", a.key, b.key, a.what, b.what);
}

// A common start is more common among adapters than among models.
constexpr const char* kStart =
    " Adapters often share their start without sharing anything else: scripts fix the seed from "
    "which their factors are drawn (0, 42, 3407), and factors that are not trained stay as they "
    "were "
    "drawn. Their bases were not compared.";

}  // namespace

Verdict ofAdapters(Verdict verdict, const AdapterSide& a, const AdapterSide& b) {
  if ((a.what.empty() && b.what.empty()) || verdict.klass == Class::not_run) return verdict;
  const bool both = !a.what.empty() && !b.what.empty();
  if (isRelated(verdict.klass)) {
    if (both) verdict.sentence = between(a, b) + ". " + verdict.sentence + kStart;
    return verdict;
  }
  if (!both) {
    verdict.klass = Class::untestable;
    verdict.unverified = false;
    verdict.sentence = a.what.empty() ? againstModel(b, a) : againstModel(a, b);
    verdict.power = "none: a bare adapter can't be tested against a model";
    return verdict;
  }
  if (verdict.klass == Class::untestable || verdict.klass == Class::inconclusive) {
    verdict.sentence = between(a, b) +
                       ", and no module that both change has components that could be tested. " +
                       verdict.sentence;
    return verdict;
  }
  verdict.sentence = between(a, b) + ". " + verdict.sentence + " Their bases were not compared.";
  return verdict;
}

}  // namespace kindred::evidence
