#include "cli/inspect_fingerprint.hpp"

#include <ostream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cli/lineup.hpp"
#include "cli/output.hpp"
#include "results/json.hpp"
#include "words/names.hpp"
#include "words/quantities.hpp"

namespace kindred::cli {
namespace {

using fingerprint::Fingerprint;
using results::Json;
using words::counted;

// The component that the fingerprint is called after, and the others of a composite.
std::vector<const Fingerprint*> componentsIn(const Fingerprint& print) {
  std::vector<const Fingerprint*> list{&print};
  for (const Fingerprint& other : print.others) list.push_back(&other);
  return list;
}

std::string revisionOf(const Fingerprint& print) {
  const bool said = print.address.find(print.revision) != std::string::npos;
  return said ? "" : " at " + words::escaped(print.revision);
}

std::string textOf(const Fingerprint& print) {
  std::string text = fmt::format("fingerprint   of {}{}{}\n", words::escaped(print.address),
                                 revisionOf(print), print.whole ? "" : ", which was read in part");
  text += fmt::format("family        {}\n", words::escaped(print.family));
  text += fmt::format("parameters    {}, {}\n", words::grouped(print.parameters),
                      words::byteCount(print.bytes));
  text += fmt::format("shape         {}, {} wide, {} of {} dimensions\n",
                      counted(print.layers, "layer"), words::grouped(print.hidden),
                      counted(print.heads, "head"), print.head_dim);
  for (const Fingerprint* part : componentsIn(print)) {
    text += fmt::format(
        "holds         {}: {}, {}, {} of down, {}\n", words::escaped(part->component),
        counted(part->units.count(), "unit"), counted(part->values.count(), "value dimension"),
        counted(part->bands.count(), "column"), counted(part->tokens.size(), "token"));
  }
  return text + "tested        by kindred compare and kindred identify, in place of the model\n";
}

std::string jsonOf(const Fingerprint& print) {
  Json components = Json::array();
  for (const Fingerprint* part : componentsIn(print)) {
    components.push_back({{"component", part->component},
                          {"units", part->units.count()},
                          {"value_dimensions", part->values.count()},
                          {"columns_of_down", part->bands.count()},
                          {"tokens", part->tokens.size()}});
  }
  const Json document{{"fingerprint_of", print.address},
                      {"revision", print.revision},
                      {"architecture", print.family},
                      {"parameters", print.parameters},
                      {"bytes", print.bytes},
                      {"whole", print.whole},
                      {"layers", print.layers},
                      {"hidden", print.hidden},
                      {"heads", print.heads},
                      {"head_dim", print.head_dim},
                      {"components", std::move(components)}};
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

int inspectFingerprint(const Invocation& invocation) {
  Lineup lineup(invocation, {modelArgument(invocation.positional.front())});
  const Fingerprint print = lineup.of(0, {});
  output() << (invocation.has("json") ? jsonOf(print) : textOf(print));
  return kDone;
}

}  // namespace kindred::cli
