#include <algorithm>

#include <kindred/error.hpp>

#include "models/matrix_rows.hpp"
#include "steps/planning.hpp"
#include "steps/tool_maker.hpp"
#include "words/names.hpp"

namespace kindred::steps {
namespace {

std::uint64_t mostRows(const recipe::PluginUse& use, const plugin::Plugin& plugin) {
  std::vector<recipe::Diagnostic> told_already;
  const Parameters parameters = plan::bind(use, plugin, told_already);
  const auto found = parameters.values().find("tokens");
  if (found == parameters.values().end()) return 0;
  const auto* tokens = std::get_if<std::int64_t>(&found->second);
  return tokens != nullptr && *tokens > 0 ? static_cast<std::uint64_t>(*tokens) : 0;
}

// A survey reads what it asks for when it runs. Where it is known to ask for so many rows at most,
// these stand for them, spread evenly.
std::vector<plan::ByteRange> surveyedRanges(const Surveyed& surveyed, std::uint64_t most_rows) {
  std::vector<plan::ByteRange> ranges;
  for (const plan::Selected& selected : surveyed.tensors) {
    const TensorInfo& info = selected.view.info;
    const std::uint64_t rows = models::rowsOf(info.shape);
    if (info.elements == 0) continue;
    if (most_rows == 0 || rows <= most_rows) {
      ranges.push_back(plan::bytesOf(selected.view, {0, info.elements}));
      continue;
    }
    const std::uint64_t columns = info.elements / rows;
    for (std::uint64_t i = 0; i < most_rows; ++i) {
      ranges.push_back(plan::bytesOf(selected.view, {rows / most_rows * i * columns, columns}));
    }
  }
  return ranges;
}

Surveyed surveyedOf(const std::string& key, const Ready<asked::Survey>& ready, Planning& planning) {
  Surveyed surveyed{&planning.models().model(key), {}};
  surveyed.tensors = plan::select(*surveyed.model, ready.asked->selection);
  std::erase_if(surveyed.tensors, [](const plan::Selected& selected) {
    return models::shown(*selected.view.tensor) == models::Shown::nothing;
  });
  planning.leaveCodesOut(*surveyed.model, *ready.step);
  if (surveyed.tensors.empty()) {
    throw inputError(
        recipe::text(ready.step->place),
        "step '" + ready.step->name + "' selects nothing but codes of model '" + key + "'",
        "select tensors that are stored as numbers; kindred inspect shows dtypes");
  }
  std::sort(surveyed.tensors.begin(), surveyed.tensors.end(),
            [](const plan::Selected& x, const plan::Selected& y) {
              const TensorInfo &a = x.view.info, &b = y.view.info;
              if (a.layer != b.layer) return a.layer < b.layer;
              if (a.expert != b.expert) return a.expert < b.expert;
              return words::naturalLess(a.name, b.name);
            });
  return surveyed;
}

}  // namespace

asked::Survey::Tools makeTools(const asked::Survey& asked, ToolMaker& maker) {
  asked::Survey::Tools tools;
  tools.metrics = maker.metrics<kindred::Survey>({asked.survey}, kindred::Kind::survey,
                                                 &plugin::Plugin::makeSurvey, "");
  if (!tools.metrics.empty()) tools.most_rows = mostRows(asked.survey, *tools.metrics[0].plugin);
  return tools;
}

void planStep(const Ready<asked::Survey>& ready, Planning& planning) {
  RunSurvey planned{{ready.step}, &ready, {}};
  std::vector<ModelRanges> reads;
  for (const std::string& key : ready.step->models) {
    planned.surveyed.push_back(surveyedOf(key, ready, planning));
    const Surveyed& surveyed = planned.surveyed.back();
    planned.models.push_back(surveyed.model);
    reads.push_back({surveyed.model, surveyedRanges(surveyed, ready.tools.most_rows)});
  }
  Planning::price(planned, std::move(reads));
  planning.add(std::move(planned));
}

std::uint64_t memoryOf(const RunSurvey& step) {
  std::uint64_t elements = 0;
  const std::uint64_t most = step.ready->tools.most_rows;
  for (const Surveyed& surveyed : step.surveyed) {
    for (const plan::Selected& selected : surveyed.tensors) {
      const TensorInfo& info = selected.view.info;
      const std::uint64_t rows = models::rowsOf(info.shape);
      const std::uint64_t held = most == 0 ? rows : std::min(rows, most);
      if (rows > 0) elements = std::max(elements, info.elements / rows * held);
    }
  }
  return std::min(step.bytes, plan::kHeldBytes) + elements * sizeof(float);
}

}  // namespace kindred::steps
