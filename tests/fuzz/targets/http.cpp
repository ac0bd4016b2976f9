// What servers say: headers of a reply and whether its body may be used, listings of the Hub and of
// ModelScope, links and redirects.
#include "harness.hpp"
#include "link.hpp"
#include "listing.hpp"
#include "reply.hpp"
#include "url.hpp"

namespace {

using namespace kindred;

// What a server says is refused as input or as the network's failure.
template <class Read>
void refusedOrRead(Read&& read) {
  fuzz::answered([&] { fuzz::answered(read); }, Category::network);
}

void readHead(const std::string& lines) {
  http::ReplyHead head;
  std::size_t begin = 0;
  while (begin < lines.size()) {
    const std::size_t end = std::min(lines.find('\n', begin), lines.size());
    http::addLine(head, std::string_view(lines).substr(begin, end - begin));
    begin = end + 1;
  }
  http::nextPage(head.link);
  http::parseContentRange(head.content_range);
  const http::Validator validator = http::validatorOf(head);
  for (const std::optional<std::uint64_t> total : {std::optional<std::uint64_t>(), {100}}) {
    for (const bool bare : {false, true}) {
      http::judge(head, {10, 20, total, {}, bare});
      http::judge(head, {0, 100, total, validator, bare});
    }
  }
  refusedOrRead([&] {
    const std::string url = http::redirected("https://hub.example/org/m", head.location);
    http::origin(url);
    http::maySign(url);
    http::tellsTheWay(url);
    http::linkLife(url, head.date, 1'700'000'000);
    http::withoutSecrets(url);
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = fuzz::textOf(data, size);
  readHead(text);
  refusedOrRead([&] {
    const http::Listing listing = http::parseListing(text, "listing");
    http::parseListing(http::listingText(listing), "a listing of ours");
  });
  refusedOrRead([&] { http::parseTree(text, "tree"); });
  refusedOrRead([&] { http::parseModelScope(text, "listing"); });
  refusedOrRead([&] { http::shardNames(text, "index"); });
  refusedOrRead([&] { http::parseFilesAddress(text); });
  http::withoutSecrets(text);
  refusedOrRead([&] { http::expiry(text); });
  http::staysInside(text);
  return 0;
}
