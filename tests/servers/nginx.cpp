#include "servers/nginx.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <vector>

#include "servers/spawn.hpp"

namespace kindred::servers {
namespace {

namespace fs = std::filesystem;

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

int freePort() {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = loopback(0);
  socklen_t length = sizeof address;
  bind(listener, reinterpret_cast<sockaddr*>(&address), length);
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length);
  close(listener);
  return ntohs(address.sin_port);
}

fs::path newFolder() {
  std::string name = (fs::temp_directory_path() / "kindred-nginx-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  fs::permissions(name, fs::perms::others_read | fs::perms::others_exec, fs::perm_options::add);
  return name;
}

}  // namespace

Nginx::Nginx(const Options& options)
    : folder_(newFolder()), plain_port_(freePort()), tls_port_(freePort()) {
  makeCertificate();
  writeConfiguration(options);
  process_ =
      spawn({"nginx", "-p", folder_.string(), "-c", (folder_ / "nginx.conf").string()}, true);
  for (int tries = 0; tries < 500; ++tries) {
    if (answers()) return;
    if (waitpid(process_, nullptr, WNOHANG) != 0) break;
    usleep(10'000);
  }
  throw std::runtime_error("nginx does not start; it writes why to " +
                           (folder_ / "error.log").string());
}

Nginx::~Nginx() {
  kill(process_, SIGTERM);
  waitpid(process_, nullptr, 0);
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

std::string Nginx::plain() const { return "http://127.0.0.1:" + std::to_string(plain_port_); }
std::string Nginx::tls() const { return "https://localhost:" + std::to_string(tls_port_); }

std::string Nginx::log() const {
  std::ifstream file(folder_ / "access.log");
  return {std::istreambuf_iterator<char>(file), {}};
}

void Nginx::makeCertificate() const {
  const pid_t child = spawn(
      {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
       "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
       "-keyout", (folder_ / "key.pem").string(), "-out", certificate().string()},
      true);
  int status = 0;
  waitpid(child, &status, 0);
  if (status != 0) throw std::runtime_error("openssl makes no certificate");
}

void Nginx::writeConfiguration(const Options& options) const {
  const std::string here = folder_.string();
  std::ofstream file(folder_ / "nginx.conf");
  file
      << "daemon off; worker_processes " << options.workers << "; pid " << here << "/pid;\n"
      << "error_log " << here << "/error.log;\n"
      << (geteuid() == 0 ? "user root;\n" : "") << "events { worker_connections 1024; }\n"
      << "http {\n  log_format short '$server_protocol $status $request_method $uri $http_range';\n"
      << "  access_log " << here << "/access.log short;\n  sendfile on; tcp_nopush on;\n"
      << "  keepalive_requests " << options.requests_a_connection
      << "; http2_max_concurrent_streams 128;\n";
  for (const char* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
    file << "  " << kind << "_temp_path " << here << "/" << kind << ";\n";
  }
  if (!options.proxy.empty()) {
    file << "  upstream origin { server " << options.proxy.substr(options.proxy.find("//") + 2)
         << "; keepalive 256; }\n";
  }
  file << "  server {\n    listen 127.0.0.1:" << plain_port_
       << ";\n    listen 127.0.0.1:" << tls_port_ << " ssl http2;\n    ssl_certificate "
       << certificate().string() << ";\n    ssl_certificate_key " << here
       << "/key.pem;\n    server_name localhost;\n";
  if (options.proxy.empty()) {
    file << "    root " << options.root.string() << ";\n";
  } else {
    file << "    location / { proxy_pass http://origin; proxy_http_version 1.1; "
         << "proxy_buffering off; proxy_set_header Connection \"\"; }\n";
  }
  file << "  }\n}\n";
}

bool Nginx::answers() const {
  const int client = socket(AF_INET, SOCK_STREAM, 0);
  const sockaddr_in address = loopback(tls_port_);
  const bool good =
      connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  close(client);
  return good;
}

}  // namespace kindred::servers
