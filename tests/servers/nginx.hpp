// A real nginx on loopback, with HTTP/2 over TLS and a certificate made for the occasion.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

namespace kindred::servers {

class Nginx {
 public:
  struct Options {
    std::filesystem::path root;  // served as it is
    std::string proxy;           // else: everything is asked of this server
    int workers = 1;
    int requests_a_connection = 1'000'000;  // then it is closed; HTTP/2: GOAWAY
  };
  // Throws std::runtime_error where nginx or openssl is missing or does not start.
  explicit Nginx(const Options& options);
  ~Nginx();
  Nginx(const Nginx&) = delete;
  Nginx& operator=(const Nginx&) = delete;

  std::string plain() const;  // "http://127.0.0.1:PORT", HTTP/1.1
  std::string tls() const;    // "https://localhost:PORT", HTTP/2 where the client wants it
  std::filesystem::path certificate() const { return folder_ / "certificate.pem"; }
  // The requests so far: "PROTOCOL STATUS METHOD PATH RANGE", one a line.
  std::string log() const;

 private:
  void makeCertificate() const;
  void writeConfiguration(const Options& options) const;
  bool answers() const;

  std::filesystem::path folder_;
  int plain_port_ = 0, tls_port_ = 0;
  pid_t process_ = -1;
};

}  // namespace kindred::servers
