// The program: finds the command, runs it, turns errors into messages and exit codes.
#pragma once

namespace kindred::cli {

int main(int argc, char** argv);

}  // namespace kindred::cli
