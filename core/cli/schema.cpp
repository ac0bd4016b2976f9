// kindred schema: the JSON Schema of recipes, for editors.
#include <ostream>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "steps/recipe.hpp"

namespace kindred::cli {
namespace {

int schemaVerb(const Invocation&) {
  output() << steps::jsonSchema();
  return kDone;
}

}  // namespace

const Command kSchemaCommand{
    "schema", "", "Print the JSON Schema of recipes, for editors", 0, 0, {}, schemaVerb};

}  // namespace kindred::cli
