// What a location of the sources that come with the program can say about its own address. A source
// of somebody else's need not know of it.
#pragma once

#include <string>

#include <kindred/source.hpp>

namespace kindred::addresses {

class KINDRED_EXPORT Naming {
 public:
  virtual ~Naming() = default;
  // The one file of list() that the address names, where it names a file and no folder; else empty.
  virtual std::string chosen() const { return {}; }
  // How a person names a file or folder below the location on the command line; for messages.
  virtual std::string addressOf(const std::string& below) const { return below; }
  // The address, for Source::open(), that means these very files from now on ("org/name@COMMIT"),
  // or empty: the one that was given is as good as any.
  virtual std::string pinned() const { return {}; }
  // Why list() may leave out files that the model has; for messages. Empty: it leaves out none.
  virtual std::string unlisted() const { return {}; }
  // The server that was asked ("https://huggingface.co"); empty: none.
  virtual std::string endpoint() const { return {}; }
};

// The location's own, or one that says nothing.
inline const Naming& namingOf(const Location& location) {
  static const Naming silent;
  const auto* naming = dynamic_cast<const Naming*>(&location);
  return naming == nullptr ? silent : *naming;
}

}  // namespace kindred::addresses
