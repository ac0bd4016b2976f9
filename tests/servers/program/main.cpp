// Serves the stand-ins of the dispute's models or of a case's until its input ends, for trying
// recipes without a network: serve_stand_ins [small|CASE], CASE being a recipe of configs/cases.
#include <exception>
#include <iostream>
#include <limits>
#include <string>

#include "servers/cases/cases.hpp"
#include "servers/range_server.hpp"
#include "servers/stand_ins.hpp"

int main(int count, char** arguments) {
  using namespace kindred::servers;
  const std::string which = count > 1 ? arguments[1] : "";
  RangeServer server;
  try {
    if (which.empty() || which == "small") {
      publishStandIns(server, which.empty() ? Size::full : Size::small);
    } else {
      publish(server, caseModels(which));
    }
  } catch (const std::exception& error) {
    std::cerr << "serve_stand_ins: " << error.what() << "\n";
    return 2;
  }
  std::cout << server.endpoint() << std::endl;
  std::cin.ignore(std::numeric_limits<std::streamsize>::max(), std::char_traits<char>::eof());
}
