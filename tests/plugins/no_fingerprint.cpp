// A descriptor without a mark of what it was built with.
#include <kindred/plugin.hpp>

extern "C" {
KINDRED_EXPORT extern const kindred::Descriptor kindred_plugin;
const kindred::Descriptor kindred_plugin = {kindred::kMagic,
                                            KINDRED_INTERFACE,
                                            kindred::Kind::test,
                                            "unmarked",
                                            "1.0",
                                            "Says not what it was built with",
                                            nullptr,
                                            0,
                                            nullptr};
}
