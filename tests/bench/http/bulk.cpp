// Many ranges of 1 MiB from one nginx: this source against `curl --parallel`.
#include <cstdio>
#include <fstream>
#include <stdexcept>

#include "bench.hpp"
#include "servers/content.hpp"
#include "servers/nginx.hpp"
#include "support/temp_dir.hpp"

namespace kindred::bench {
namespace {

constexpr std::uint64_t kMiB = 1024 * 1024;
constexpr std::size_t kFiles = 8;
constexpr std::uint64_t kFileSize = 72 * kMiB;
constexpr std::uint64_t kStep = kMiB + kMiB / 8;  // gaps too wide to be merged over
constexpr std::size_t kRangesPerFile = 64;
constexpr int kRounds = 7;

struct Work {
  support::TempDir folder;
  std::vector<std::vector<std::byte>> buffers{kFiles * kRangesPerFile,
                                              std::vector<std::byte>(kMiB)};

  static std::string fileName(std::size_t file) {
    return "model-" + std::to_string(file) + ".safetensors";
  }
  static std::uint64_t offset(std::size_t range) { return range * kStep + 77; }

  Work() {
    for (std::size_t i = 0; i < kFiles; ++i) {
      const auto content = servers::randomContent(kFileSize, i);
      folder.write("root/" + fileName(i), servers::bytesOf(content, 0, content.size));
    }
  }

  // All ranges in one call, by a source without connections yet.
  void readOurs(const Changes& changes) {
    const auto source = makeSource(changes);
    std::vector<std::unique_ptr<Location>> locations;
    std::vector<std::shared_ptr<File>> files;
    std::vector<ReadRequest> requests;
    for (std::size_t i = 0; i < kFiles; ++i) {
      locations.push_back(source->open(fileName(i)));
      files.push_back(locations.back()->open(fileName(i)));
      for (std::size_t j = 0; j < kRangesPerFile; ++j) {
        requests.push_back({files[i].get(), offset(j), buffers[i * kRangesPerFile + j]});
      }
    }
    source->read(requests);
  }

  // The same ranges for the curl program. `keep`: into files, else to nowhere.
  std::string curlFile(const std::string& endpoint, bool keep) const {
    const std::string name = (folder / (keep ? "curl-keep" : "curl")).string();
    std::ofstream file(name);
    for (std::size_t i = 0; i < kFiles; ++i) {
      for (std::size_t j = 0; j < kRangesPerFile; ++j) {
        if (i + j > 0) file << "next\n";
        file << "url = \"" << endpoint << "/" << fileName(i) << "\"\nrange = \"" << offset(j) << "-"
             << offset(j) + kMiB - 1 << "\"\noutput = \""
             << (keep ? (folder / ("out-" + std::to_string(i * kRangesPerFile + j))).string()
                      : "/dev/null")
             << "\"\nsilent\n";
      }
    }
    return name;
  }

  void checkEqual() const {
    for (std::size_t i = 0; i < buffers.size(); ++i) {
      const auto content = servers::randomContent(kFileSize, i / kRangesPerFile);
      const std::string right = servers::bytesOf(content, offset(i % kRangesPerFile), kMiB);
      const std::string ours(reinterpret_cast<const char*>(buffers[i].data()), kMiB);
      const std::filesystem::path out = folder / ("out-" + std::to_string(i));
      if (ours != right || support::readFile(out) != right) {
        throw std::runtime_error("range " + std::to_string(i) + " is not what was asked for");
      }
      std::filesystem::remove(out);
    }
  }
};

std::vector<std::string> curl(const std::string& file) {
  return {"curl", "--parallel", "--parallel-max", "16", "-K", file};
}

}  // namespace

void bulk() {
  Work work;
  const servers::Nginx nginx({work.folder / "root", {}, 2});
  const Changes plain{{"endpoint", nginx.plain()}, {"http2", "off"}};
  const Changes tls{{"endpoint", nginx.tls()}, {"ca-file", nginx.certificate().string()}};
  Changes tls1 = tls;
  tls1.emplace_back("http2", "off");

  work.readOurs(plain);
  runProgram(curl(work.curlFile(nginx.plain(), true)));
  work.checkEqual();

  const std::string curl_file = work.curlFile(nginx.plain(), false);
  std::vector<double> speed, processor, http2;
  const double mib = static_cast<double>(work.buffers.size());
  for (int round = 0; round < kRounds; ++round) {
    const Spent ours = measured([&] { work.readOurs(plain); });
    const Spent theirs = runProgram(curl(curl_file));
    const Spent two = measured([&] { work.readOurs(tls); });
    const Spent one = measured([&] { work.readOurs(tls1); });
    speed.push_back(theirs.seconds / ours.seconds);
    processor.push_back(ours.processor / theirs.processor);
    http2.push_back(one.seconds / two.seconds);
    std::printf(
        "  MiB/s: ours %.0f, curl %.0f; TLS: HTTP/2 %.0f, 16 HTTP/1.1 %.0f; processor s: "
        "ours %.3f, curl %.3f\n",
        mib / ours.seconds, mib / theirs.seconds, mib / two.seconds, mib / one.seconds,
        ours.processor, theirs.processor);
  }
  target("speed, of curl --parallel --parallel-max 16", median(speed), true, 1.05);
  target("processor time, of curl's", median(processor), false, 1.0);
  target("HTTP/2 over TLS, of 16 HTTP/1.1 connections over TLS", median(http2), true, 0.8);
}

}  // namespace kindred::bench
