#include "plan/parameters.hpp"

#include <utility>

#include "plugin/bind.hpp"

namespace kindred::plan {

Parameters bind(const recipe::PluginUse& use, const plugin::Plugin& plugin,
                std::vector<recipe::Diagnostic>& diagnostics) {
  std::vector<plugin::Given> given;
  for (const recipe::RawParameter& raw : use.parameters) {
    given.push_back({raw.name, raw.value, raw.is_scalar});
  }
  plugin::Bound bound = plugin::bindParameters(plugin, given);
  for (const plugin::Misfit& misfit : bound.misfits) {
    recipe::Place place = use.place;
    if (misfit.where == plugin::Misfit::Where::name) {
      place = use.parameters[misfit.index].name_place;
    } else if (misfit.where == plugin::Misfit::Where::value) {
      place = use.parameters[misfit.index].value_place;
    }
    diagnostics.push_back({place, misfit.message, misfit.hint});
  }
  return std::move(bound.parameters);
}

}  // namespace kindred::plan
