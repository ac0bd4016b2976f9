// A headless Chromium driven through chromedriver (W3C WebDriver over HTTP).
#pragma once

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/process.hpp"
#include "support/temp_dir.hpp"

namespace kindred::browsertest {

class Browser {
 public:
  Browser();  // throws std::runtime_error where chromedriver or chromium can't be started
  ~Browser();
  Browser(const Browser&) = delete;
  Browser& operator=(const Browser&) = delete;

  void open(const std::filesystem::path& page);
  void resize(int width, int height);
  void colourScheme(const std::string& scheme);  // "dark" or "light"

  // The value of a function's body, which may be a promise: "return document.title".
  nlohmann::json evaluate(const std::string& body);
  // Evaluates until it is true; false: it never was.
  bool becomesTrue(const std::string& body);
  // Moves the mouse there, in pixels of the window.
  void pointAt(double x, double y);

  // Since the page was opened; asking empties the list.
  std::vector<std::string> consoleErrors();
  // URLs other than of the page itself and of data within it.
  std::vector<std::string> requests();

 private:
  nlohmann::json call(const std::string& method, const std::string& path,
                      const nlohmann::json& body = nlohmann::json::object());
  nlohmann::json log(const std::string& type);

  support::TempDir profile_;
  int port_ = 0;
  std::unique_ptr<support::Process> driver_;
  std::string session_;  // "/session/ID"
};

}  // namespace kindred::browsertest
