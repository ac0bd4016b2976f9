// 400 norm vectors from 40 shards, every request 50 ms late: this source against the way of the
// public analyses (one request after another, a new connection each).
#include <curl/curl.h>

#include <chrono>
#include <cstdio>
#include <stdexcept>

#include "bench.hpp"
#include "servers/nginx.hpp"
#include "servers/range_server.hpp"

namespace kindred::bench {
namespace {

constexpr std::size_t kShards = 40, kVectors = 10;  // a shard
constexpr std::uint64_t kVector = 8192, kShardSize = 500'000'000, kHeader = 48'000;
constexpr const char* kIndex = "model.safetensors.index.json";

std::string shardName(std::size_t i) { return "model-" + std::to_string(10 + i) + ".safetensors"; }
std::uint64_t vectorOffset(std::size_t i) { return 100'003 + i * 49'000'000; }

// The model as a plain server has it. Only sizes and places matter here.
void serveModel(servers::RangeServer& server) {
  std::string index = "{\"weight_map\": {";
  for (std::size_t i = 0; i < kShards; ++i) {
    server.serve("/m/" + shardName(i), servers::randomContent(kShardSize, i));
    index += (i > 0 ? ",\"" : "\"") + std::to_string(i) + "\": \"" + shardName(i) + "\"";
  }
  server.serve(std::string("/m/") + kIndex, servers::textContent(index + "}}"));
  server.serve("/m/config.json", servers::textContent("{}"));
}

using Vectors = std::vector<std::string>;

struct Ours {
  Vectors vectors{kShards * kVectors, std::string(kVector, '\0')};
  Cost headers, all;
};

Ours readOurs(const Changes& changes) {
  Ours ours;
  const auto source = makeSource(changes);
  const auto location = source->open("m");
  std::vector<std::shared_ptr<File>> shards;
  for (const std::string& name : location->list()) {
    if (name.ends_with(".safetensors")) shards.push_back(location->open(name));
  }
  std::vector<std::string> headers(shards.size(), std::string(kHeader, '\0'));
  std::vector<ReadRequest> requests;
  for (std::size_t i = 0; i < shards.size(); ++i) {
    requests.push_back({shards[i].get(), 0, std::as_writable_bytes(std::span(headers[i]))});
  }
  source->read(requests);
  ours.headers = source->spent();
  requests.clear();
  for (std::size_t i = 0; i < ours.vectors.size(); ++i) {
    requests.push_back({shards.at(i / kVectors).get(), vectorOffset(i % kVectors),
                        std::as_writable_bytes(std::span(ours.vectors[i]))});
  }
  source->read(requests);
  ours.all = source->spent();
  return ours;
}

std::size_t append(char* data, size_t, size_t size, void* text) {
  static_cast<std::string*>(text)->append(data, size);
  return size;
}

// One request over a connection of its own.
std::string getAlone(const servers::Nginx& nginx, const std::string& file,
                     const std::string& range) {
  std::string body;
  CURL* easy = curl_easy_init();
  curl_easy_setopt(easy, CURLOPT_URL, (nginx.tls() + "/m/" + file).c_str());
  curl_easy_setopt(easy, CURLOPT_CAINFO, nginx.certificate().c_str());
  if (!range.empty()) curl_easy_setopt(easy, CURLOPT_RANGE, range.c_str());
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, append);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &body);
  const CURLcode code = curl_easy_perform(easy);
  curl_easy_cleanup(easy);
  if (code != CURLE_OK) throw std::runtime_error(curl_easy_strerror(code));
  return body;
}

std::string rangeText(std::uint64_t offset, std::uint64_t length) {
  return std::to_string(offset) + "-" + std::to_string(offset + length - 1);
}

Vectors readTheirs(const servers::Nginx& nginx) {
  getAlone(nginx, kIndex, {});
  Vectors vectors;
  for (std::size_t i = 0; i < kShards; ++i) {
    getAlone(nginx, shardName(i), rangeText(0, 8));
    getAlone(nginx, shardName(i), rangeText(8, kHeader - 8));
    for (std::size_t j = 0; j < kVectors; ++j) {
      vectors.push_back(getAlone(nginx, shardName(i), rangeText(vectorOffset(j), kVector)));
    }
  }
  return vectors;
}

}  // namespace

void latency() {
  servers::RangeServer server;
  serveModel(server);
  const servers::Nginx nginx({{}, server.endpoint(), 1});
  const Changes two{{"endpoint", nginx.tls()}, {"ca-file", nginx.certificate().string()}};
  Changes one = two;
  one.emplace_back("http2", "off");

  const Vectors right = readTheirs(nginx);
  for (const Changes& changes : {two, one}) {
    if (readOurs(changes).vectors != right) throw std::runtime_error("the vectors are not equal");
  }

  server.delay(std::chrono::milliseconds(50));
  Ours ours;
  const Spent theirs = measured([&] { readTheirs(nginx); });
  std::vector<double> http2, http1;
  for (int round = 0; round < 5; ++round) {
    http2.push_back(measured([&] { ours = readOurs(two); }).seconds);
    http1.push_back(measured([&] { readOurs(one); }).seconds);
  }
  std::printf(
      "  seconds: one after another %.2f, HTTP/2 %.3f, 16 HTTP/1.1 connections %.3f; "
      "requests %llu\n",
      theirs.seconds, median(http2), median(http1),
      static_cast<unsigned long long>(ours.all.requests));
  const double needed = static_cast<double>(kShards * kVectors * kVector);
  target("times faster over HTTP/2", theirs.seconds / median(http2), true, 50);
  target("times faster over 16 HTTP/1.1 connections", theirs.seconds / median(http1), true, 15);
  target("bytes read, of those needed (headers apart)",
         static_cast<double>(ours.all.bytes - ours.headers.bytes) / needed, false, 1.05);
}

}  // namespace kindred::bench
