#include "hub_listing.hpp"

#include <iterator>
#include <utility>

namespace kindred::http {
namespace {

constexpr std::uint64_t kMostListing = 64 * kMiB;
constexpr int kMostPages = 1000;  // of a tree, with 1,000 files each
constexpr std::size_t kMostFiles = 1'000'000;

struct Page {
  std::string text;
  std::string next;  // the Link to the page behind it; empty: the last
};

Page fetchPage(Service& service, const std::string& url) {
  Page page;
  auto target = std::make_shared<Target>();
  target->url = url;
  Job job{0, kMostListing, Job::Mode::whole};
  job.head = [&page](const ReplyHead& head) { page.next = nextPage(head.link); };
  job.put = [&page](std::uint64_t at, std::span<const std::byte> bytes) {
    page.text.resize(at);
    page.text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  };
  auto batch = std::make_shared<Batch>();
  startFetch(service.network, std::move(target), std::move(job), batch);
  batch->wait();
  return page;
}

std::vector<Listed> fetchTree(Service& service, const std::string& model,
                              const std::string& revision, const std::string& place) {
  const std::string& endpoint = service.settings.endpoint;
  std::string url = endpoint + "/api/models/" + encodePath(model) + "/tree/" +
                    encodeRevision(revision) + "?recursive=true&expand=false";
  std::vector<Listed> files;
  for (int pages = 0; !url.empty(); ++pages) {
    if (pages == kMostPages || files.size() > kMostFiles) {
      throw Error(Category::network, place, "the server's list of files does not end",
                  "check the endpoint");
    }
    const Page page = fetchPage(service, url);
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
    listing.files = fetchTree(service, now, listing.commit, place);
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
