#include "results/files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <kindred/error.hpp>

namespace kindred::results {
namespace {

Error failed(const std::filesystem::path& path, const std::string& what) {
  return inputError(path.string(), what + ": " + std::strerror(errno),
                    "check who may write there and what room is left, or write elsewhere");
}

}  // namespace

void prepareFolder(const std::filesystem::path& folder) {
  std::error_code problem;
  std::filesystem::create_directories(folder, problem);
  if (problem || !std::filesystem::is_directory(folder)) {
    throw inputError(
        folder.string(),
        "the results' folder cannot be made: " + (problem ? problem.message() : "it is a file"),
        "choose another folder with --out");
  }
  if (::access(folder.c_str(), W_OK | X_OK) != 0) {
    throw failed(folder, "the results' folder cannot be written");
  }
}

void writeAtomically(const std::filesystem::path& file, std::string_view content, bool durable) {
  const std::filesystem::path beside = file.string() + "." + std::to_string(::getpid()) + ".part";
  const int descriptor = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0) throw failed(file, "cannot be written");
  std::size_t done = 0;
  bool good = true;
  while (good && done < content.size()) {
    const ssize_t n = ::write(descriptor, content.data() + done, content.size() - done);
    if (n >= 0) {
      done += static_cast<std::size_t>(n);
    } else {
      good = errno == EINTR;
    }
  }
  good = good && (!durable || ::fsync(descriptor) == 0);
  const int reason = errno;
  ::close(descriptor);
  if (!good || ::rename(beside.c_str(), file.c_str()) != 0) {
    if (!good) errno = reason;
    const Error error = failed(file, "cannot be written");
    ::unlink(beside.c_str());
    throw error;
  }
}

}  // namespace kindred::results
