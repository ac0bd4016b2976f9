// Runs programs at a terminal, as a person does.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace kindred::terminaltest {

struct TerminalOptions {
  unsigned short columns = 80;
  std::string typed = {};  // each line, or what ends it with a tab, once the program waits
  std::map<std::string, std::string> environment = {};
  std::filesystem::path directory = {};
};

struct TerminalResult {
  int exit_code = -1;
  std::string shown;  // all that was written to the terminal, control sequences included
};

// Ends after two minutes at the latest.
TerminalResult runAtTerminal(std::vector<std::string> command, const TerminalOptions& options = {});

// Without control sequences and carriage returns.
std::string withoutControls(const std::string& shown);

}  // namespace kindred::terminaltest
