#include "cli/output.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <ostream>
#include <streambuf>
#include <string_view>

namespace kindred::cli {
namespace {

class Descriptor : public std::streambuf {
 public:
  Descriptor() { setp(buffer_.data(), buffer_.data() + buffer_.size()); }

  int descriptor = STDOUT_FILENO;

 protected:
  int_type overflow(int_type c) override {
    if (sync() != 0) return traits_type::eof();
    if (!traits_type::eq_int_type(c, traits_type::eof())) sputc(traits_type::to_char_type(c));
    return traits_type::not_eof(c);
  }

  int sync() override {
    const char* from = pbase();
    while (from < pptr()) {
      const ssize_t n = ::write(descriptor, from, static_cast<std::size_t>(pptr() - from));
      if (n < 0 && errno != EINTR) return -1;
      if (n > 0) from += n;
    }
    setp(buffer_.data(), buffer_.data() + buffer_.size());
    return 0;
  }

 private:
  std::array<char, 1 << 14> buffer_;
};

Descriptor& buffer() {
  static Descriptor made;
  return made;
}

}  // namespace

void claimStandardOutput() {
  const int own = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  buffer().descriptor = own;  // -1 where it was closed: then writing fails and is reported
  if (::dup2(STDERR_FILENO, STDOUT_FILENO) >= 0) return;
  if (const int null = ::open("/dev/null", O_WRONLY); null >= 0) ::dup2(null, STDOUT_FILENO);
}

void silence() {
  const int null = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (null < 0) return;
  for (const int each : {STDOUT_FILENO, STDERR_FILENO, buffer().descriptor}) ::dup2(null, each);
}

std::ostream& output() {
  static std::ostream made(&buffer());
  return made;
}

std::optional<std::size_t> outputColumns() {
  winsize size{};
  const bool terminal = ::isatty(outputDescriptor()) == 1;
  std::size_t columns = 0;
  if (terminal && ::ioctl(outputDescriptor(), TIOCGWINSZ, &size) == 0) columns = size.ws_col;
  if (const char* said = std::getenv("COLUMNS"); columns == 0 && said != nullptr) {
    const std::string_view text = said;
    std::from_chars(text.data(), text.data() + text.size(), columns);  // what is no number is 0
  }
  if (columns > 0) return std::max<std::size_t>(columns, 40);
  return terminal ? std::optional<std::size_t>(80) : std::nullopt;
}

int outputDescriptor() { return buffer().descriptor; }

}  // namespace kindred::cli
