#include "steps/step.hpp"

#include "recipe/words.hpp"

namespace kindred::steps {
namespace {

// What all kinds are asked for is told by the members that they have.
template <class Visit>
auto ofKind(const Step& step, Visit&& visit) {
  return std::visit(visit, step.kind);
}

}  // namespace

std::string_view word(const Step& step) {
  return ofKind(step, []<class Asked>(const Asked&) -> std::string_view {
    if constexpr (requires { Asked::kKind; }) {
      return Asked::kKind.word;
    } else {
      return Asked::kWord;
    }
  });
}

std::vector<recipe::PluginUse> pluginsOf(const Step& step) {
  return ofKind(step, [](const auto& asked) -> std::vector<recipe::PluginUse> {
    if constexpr (requires { asked.metrics; }) {
      return asked.metrics;
    } else if constexpr (requires { asked.test; }) {
      return {asked.test};
    } else if constexpr (requires { asked.survey; }) {
      return {asked.survey};
    } else {
      return {};
    }
  });
}

std::vector<std::string> metricNames(const Step& step) {
  if (const DocumentKind* kind = documentKind(step)) return {kind->word};
  std::vector<std::string> names;
  if (isTest(step)) return names;
  for (const recipe::PluginUse& use : pluginsOf(step)) names.push_back(use.as);
  return names;
}

const recipe::Sample* sampleOf(const Step& step) {
  return ofKind(step, [](const auto& asked) -> const recipe::Sample* {
    if constexpr (requires { asked.sample; }) {
      return &asked.sample;
    } else {
      return nullptr;
    }
  });
}

const asked::PairTest* pairTest(const Step& step) {
  return std::get_if<asked::PairTest>(&step.kind);
}

const DocumentKind* documentKind(const Step& step) {
  return ofKind(step, []<class Asked>(const Asked&) -> const DocumentKind* {
    if constexpr (requires { Asked::kKind; }) {
      return &Asked::kKind;
    } else {
      return nullptr;
    }
  });
}

bool isTest(const Step& step) {
  return ofKind(step, [](const auto& asked) {
    return requires { asked.test; };
  });
}

bool isSurvey(const Step& step) { return std::holds_alternative<asked::Survey>(step.kind); }

std::string pairingOf(const Step& step) {
  if (const auto* pairs = std::get_if<asked::Pairs>(&step.kind))
    return recipe::name(pairs->meeting.by);
  return std::holds_alternative<asked::Sets>(step.kind) ? recipe::name(recipe::Pairing::content)
                                                        : "";
}

}  // namespace kindred::steps
