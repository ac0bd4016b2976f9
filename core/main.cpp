#include "cli/main.hpp"

int main(int argc, char** argv) { return kindred::cli::main(argc, argv); }
