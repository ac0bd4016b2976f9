#include "browser/browser.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <stdexcept>
#include <thread>

namespace kindred::browsertest {
namespace {

namespace net = boost::asio;
namespace http = boost::beast::http;
using nlohmann::json;
using tcp = net::ip::tcp;

const net::ip::address kHere = net::ip::make_address("127.0.0.1");

int freePort() {
  net::io_context context;
  return tcp::acceptor(context, {kHere, 0}).local_endpoint().port();
}

std::string exchange(int port, const std::string& method, const std::string& path,
                     const std::string& body) {
  net::io_context context;
  tcp::socket socket(context);
  socket.connect({kHere, static_cast<unsigned short>(port)});
  http::request<http::string_body> request(http::string_to_verb(method), path, 11);
  request.set(http::field::host, "127.0.0.1");
  request.set(http::field::content_type, "application/json; charset=utf-8");
  if (method != "GET" && method != "DELETE") request.body() = body;
  request.prepare_payload();
  http::write(socket, request);
  boost::beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(64u << 20);
  http::read(socket, buffer, parser);
  return parser.get().body();
}

json options(const std::string& profile) {
  return {{"args",
           {"--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
            "--no-first-run", "--disable-background-networking", "--user-data-dir=" + profile}}};
}

}  // namespace

Browser::Browser() : port_(freePort()) {
  support::RunOptions patient;
  patient.timeout = std::chrono::minutes(5);
  driver_ = std::make_unique<support::Process>(
      std::vector<std::string>{"chromedriver", "--port=" + std::to_string(port_)}, patient);
  if (!driver_->waitFor("started successfully")) {
    throw std::runtime_error("chromedriver does not start: " + driver_->finish().err);
  }
  const json always{{"browserName", "chrome"},
                    {"goog:chromeOptions", options((profile_ / "profile").string())},
                    {"goog:loggingPrefs", {{"browser", "ALL"}, {"performance", "ALL"}}}};
  const json made = call("POST", "/session", {{"capabilities", {{"alwaysMatch", always}}}});
  session_ = "/session/" + made.at("sessionId").get<std::string>();
}

Browser::~Browser() {
  try {
    call("DELETE", session_);
  } catch (const std::exception&) {
    // The driver is ended below, whatever it answered.
  }
}

json Browser::call(const std::string& method, const std::string& path, const json& body) {
  const json answer = json::parse(exchange(port_, method, path, body.dump()));
  const json& value = answer.at("value");
  if (value.is_object() && value.contains("error")) {
    throw std::runtime_error(path + ": " + value.value("message", "failed"));
  }
  return value;
}

json Browser::log(const std::string& type) {
  return call("POST", session_ + "/se/log", {{"type", type}});
}

void Browser::open(const std::filesystem::path& page) {
  call("POST", session_ + "/url", {{"url", "about:blank"}});
  log("browser");
  log("performance");
  call("POST", session_ + "/url", {{"url", "file://" + std::filesystem::absolute(page).string()}});
}

void Browser::resize(int width, int height) {
  call("POST", session_ + "/goog/cdp/execute",
       {{"cmd", "Emulation.setDeviceMetricsOverride"},
        {"params",
         {{"width", width}, {"height", height}, {"deviceScaleFactor", 1}, {"mobile", false}}}});
}

void Browser::colourScheme(const std::string& scheme) {
  const json feature{{"name", "prefers-color-scheme"}, {"value", scheme}};
  call("POST", session_ + "/goog/cdp/execute",
       {{"cmd", "Emulation.setEmulatedMedia"}, {"params", {{"features", json::array({feature})}}}});
}

json Browser::evaluate(const std::string& body) {
  return call("POST", session_ + "/execute/sync", {{"script", body}, {"args", json::array()}});
}

bool Browser::becomesTrue(const std::string& body) {
  for (int i = 0; i < 300; ++i) {
    if (evaluate(body) == true) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return false;
}

void Browser::pointAt(double x, double y) {
  const auto move = [](double to_x, double to_y) {
    return json{{"type", "pointerMove"},
                {"duration", 20},
                {"x", static_cast<int>(to_x)},
                {"y", static_cast<int>(to_y)}};
  };
  const json mouse{{"type", "pointer"},
                   {"id", "mouse"},
                   {"parameters", {{"pointerType", "mouse"}}},
                   {"actions", json::array({move(x - 3, y - 3), move(x, y)})}};
  call("POST", session_ + "/actions", {{"actions", json::array({mouse})}});
}

std::vector<std::string> Browser::consoleErrors() {
  std::vector<std::string> errors;
  for (const json& entry : log("browser")) {
    const std::string level = entry.at("level");
    if (level == "SEVERE" || level == "WARNING") errors.push_back(entry.at("message"));
  }
  return errors;
}

std::vector<std::string> Browser::requests() {
  std::vector<std::string> urls;
  for (const json& entry : log("performance")) {
    const json event = json::parse(entry.at("message").get<std::string>()).at("message");
    const std::string method = event.at("method");
    std::string url;
    if (method == "Network.requestWillBeSent") url = event["params"]["request"]["url"];
    if (method == "Network.webSocketCreated") url = event["params"]["url"];
    const auto starts = [&](const char* scheme) { return url.starts_with(scheme); };
    if (!url.empty() && !starts("file:") && !starts("data:") && !starts("blob:") &&
        !starts("about:")) {
      urls.push_back(url);
    }
  }
  return urls;
}

}  // namespace kindred::browsertest
