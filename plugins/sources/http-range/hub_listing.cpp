#include "hub_listing.hpp"

#include <iterator>
#include <optional>
#include <set>
#include <utility>

namespace kindred::http {
namespace {

constexpr std::uint64_t kMostListing = 64 * kMiB;
constexpr std::size_t kMostPages = 1000;  // of a tree, with 1,000 files each
constexpr std::size_t kMostFiles = 1'000'000;
constexpr std::size_t kMostTree = 512 * kMiB;  // of all pages together

struct Page {
  std::string text;
  std::string next;  // the Link to the page behind it; empty: the last
  bool absent = false;
};

Page fetchPage(Service& service, const std::string& url, bool may_be_absent = false) {
  Page page;
  page.absent = may_be_absent;
  auto target = std::make_shared<Target>();
  target->url = url;
  Job job{0, kMostListing, Job::Mode::whole};
  job.may_be_absent = may_be_absent;
  job.head = [&page](const ReplyHead& head) {
    page.next = nextPage(head.link);
    page.absent = false;
  };
  job.put = [&page](std::uint64_t at, std::span<const std::byte> bytes) {
    page.text.resize(at);
    page.text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  };
  auto batch = std::make_shared<Batch>();
  startFetch(service.network, std::move(target), std::move(job), batch);
  batch->wait();
  return page;
}

// Empty: the server has no such tree, as some mirrors.
std::optional<std::vector<Listed>> fetchTree(Service& service, const std::string& model,
                                             const std::string& revision,
                                             const std::string& place) {
  const std::string& endpoint = service.settings.endpoint;
  std::string url = endpoint + "/api/models/" + encodePath(model) + "/tree/" +
                    encodeRevision(revision) + "?recursive=true&expand=false";
  std::vector<Listed> files;
  std::set<std::string> asked;
  for (std::size_t bytes = 0; !url.empty();) {
    const bool again = !asked.insert(url).second;
    if (again || asked.size() > kMostPages || files.size() > kMostFiles || bytes > kMostTree) {
      throw Error(Category::network, place,
                  "the server's list of files does not end (" + std::to_string(files.size()) +
                      " files in " + std::to_string(asked.size()) + " pages so far)",
                  "check the endpoint");
    }
    const Page page = fetchPage(service, url, asked.size() == 1);
    if (page.absent) return std::nullopt;
    bytes += page.text.size();
    std::vector<Listed> more = parseTree(page.text, place);
    files.insert(files.end(), std::make_move_iterator(more.begin()),
                 std::make_move_iterator(more.end()));
    url = page.next.empty() ? "" : redirected(url, page.next);
    // Mirrors hand on the Hub's own links; the next page is asked of whoever gave this one.
    if (!url.empty() && origin(url) != origin(endpoint)) {
      url = endpoint + url.substr(url.find('/', url.find("://") + 3));
    }
  }
  sortByName(files, place);
  return files;
}

}  // namespace

std::string encodeRevision(const std::string& revision) {
  std::string out;
  for (const char c : encodePath(revision)) {
    out += c == '/' ? std::string("%2F") : std::string(1, c);
  }
  return out;
}

Listing fetchHubListing(Service& service, const std::string& model, const std::string& revision,
                        const std::string& place) {
  const std::string url = service.settings.endpoint + "/api/models/" + encodePath(model) +
                          "/revision/" + encodeRevision(revision) + "?blobs=true";
  Listing listing = parseListing(fetchPage(service, url).text, place);
  if (listing.commit.empty()) {
    throw Error(Category::network, place, "the server names no commit ('sha')",
                "check that the endpoint is a Hub, or set 'layout'");
  }
  if (!listing.whole) {
    const std::string& now = listing.id.empty() ? model : listing.id;
    if (auto files = fetchTree(service, now, listing.commit, place)) {
      listing.files = std::move(*files);
    }
  }
  return listing;
}

Listing fetchModelScopeListing(Service& service, const std::string& model,
                               const std::string& revision, const std::string& place) {
  const std::string url = service.settings.endpoint + "/api/v1/models/" + encodePath(model) +
                          "/repo/files?Revision=" + encodeRevision(revision) + "&Recursive=True";
  return parseModelScope(fetchPage(service, url).text, place);
}

}  // namespace kindred::http
