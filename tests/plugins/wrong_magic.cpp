// The right mark, but behind kindred_plugin stands something else.
#include <kindred/plugin.hpp>

extern "C" {
KINDRED_EXPORT extern const char KINDRED_ABI_SYMBOL;
const char KINDRED_ABI_SYMBOL = 1;
KINDRED_EXPORT extern const kindred::Descriptor kindred_plugin;
const kindred::Descriptor kindred_plugin = {
    0x12345678, KINDRED_INTERFACE, kindred::Kind::test, "magic", "1.0", "Is none", nullptr, 0,
    nullptr};
}
