// Serves the stand-ins of the dispute's models until its input ends, for trying recipes without a
// network: serve_stand_ins [small]
#include <iostream>
#include <limits>
#include <string>

#include "servers/range_server.hpp"
#include "servers/stand_ins.hpp"

int main(int count, char** arguments) {
  using namespace kindred::servers;
  const bool small = count > 1 && std::string(arguments[1]) == "small";
  RangeServer server;
  publishStandIns(server, small ? Size::small : Size::full);
  std::cout << server.endpoint() << std::endl;
  std::cin.ignore(std::numeric_limits<std::streamsize>::max(), std::char_traits<char>::eof());
}
