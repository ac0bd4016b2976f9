// Where on a server a model is, in the ways in which people write it. Nothing here connects.
#pragma once

#include <string>
#include <string_view>

namespace kindred::addresses {

// How a server lays out what it has.
enum class Layout { hub, files, modelscope };
std::string_view name(Layout layout);

struct RemoteAddress {
  Layout layout = Layout::hub;
  std::string endpoint;  // "https://host[:port]" of a web address; empty: the one that is set up
  std::string model;     // "org/name", "name"; of a plain server: a folder or file below it
  std::string revision;  // empty: not said
  std::string path;      // a folder or file within the model; empty: all of it
  bool operator==(const RemoteAddress&) const = default;

  std::string text() const;  // "org/name@revision:path", without the endpoint
};

// A model on a Hub:
//   org/name  name  org/name@revision  org/name@revision:path  org/name/path
//   hf://org/name[@revision][/path]
//   https://huggingface.co/org/name[/tree/REV[/PATH] | /blob/REV/PATH | /resolve/REV/PATH]
// The Hub's own hosts give no endpoint, so that HF_ENDPOINT may name a mirror of it; others are
// one. An input error for what names no model, for data sets and spaces.
RemoteAddress parseHubAddress(const std::string& text);

// The same, and web addresses of other servers: ModelScope's pages, and single files or folders on
// plain servers.
RemoteAddress parseWebAddress(const std::string& text);

// Whether the text begins as hf:// and web addresses do.
bool isWebAddress(std::string_view text);
// Whether a file of this name holds weights by its ending, whether or not these can be read.
bool namesWeights(std::string_view file);
// Whether the text could be org/name or name, alone or with @revision or :path.
bool isHubName(const std::string& text);

}  // namespace kindred::addresses
