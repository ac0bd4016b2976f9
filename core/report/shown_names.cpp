#include "report/shown_names.hpp"

#include <algorithm>

#include "words/names.hpp"

namespace kindred::report {
namespace {

// "s1:org/name@revision:file" of a report is org/name at a revision.
struct Address {
  std::string path, revision;
};

Address addressOf(const results::Model& model) {
  std::string text = model.address.substr(model.address.find(':') + 1);
  Address address;
  text.resize(std::min(text.find(':', std::min(text.find('@'), text.size())), text.size()));
  const std::size_t at = text.find('@');
  address.path = text.substr(0, at);
  if (at != std::string::npos) address.revision = text.substr(at + 1, 8);
  return address;
}

bool isOrgAndName(const Address& address, const std::string& key) {
  const std::size_t slash = address.path.find('/');
  if (slash == std::string::npos || slash == 0 || slash != address.path.rfind('/')) return false;
  const std::string org = address.path.substr(0, slash), own = address.path.substr(slash + 1);
  return !own.empty() && (key.starts_with(own) || key.starts_with(org + "/" + own));
}

}  // namespace

std::map<std::string, std::string> shownNames(const results::Report& report) {
  std::map<std::string, std::string> names;
  std::map<std::string, int> uses;
  for (const results::Model& model : report.models) {
    const Address address = addressOf(model);
    names[model.key] = isOrgAndName(address, model.key) ? address.path : model.key;
    ++uses[names[model.key]];
  }
  for (const results::Model& model : report.models) {
    std::string& name = names[model.key];
    if (uses[name] > 1) name += "@" + addressOf(model).revision;
  }
  std::map<std::string, int> again;
  for (const auto& [key, name] : names) ++again[name];
  for (auto& [key, name] : names) {
    name = again[name] > 1 ? key : words::escapedText(name);
  }
  return names;
}

}  // namespace kindred::report
