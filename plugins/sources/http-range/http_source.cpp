#include "http_source.hpp"

#include "location.hpp"
#include "reading.hpp"

namespace kindred::http {

HttpSource::HttpSource(const Parameters& parameters) : service_(settingsFrom(parameters)) {}

std::unique_ptr<Location> HttpSource::open(const std::string& address) {
  if (service_.settings.layout == Layout::files) {
    return std::make_unique<FilesLocation>(service_, address);
  }
  return std::make_unique<HubLocation>(service_, address);
}

void HttpSource::read(std::span<const ReadRequest> requests) { readAll(service_, requests); }

Cost HttpSource::price(std::span<const PlannedRange> ranges) const {
  return priceOf(service_, ranges);
}

}  // namespace kindred::http
