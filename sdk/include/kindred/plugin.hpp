// The boundary between host and plugin.
//
// A plugin is one shared library, named like the plugin (cosine.so), that exports two symbols:
//   kindred_plugin            the descriptor below: constant data, read first
//   kindred_abi_<fingerprint> a mark whose *name* says which interface, compiler, standard library
//                             and SDK headers the plugin was built with. The host reads it from the
//                             file's symbol table before it opens the library, because opening
//                             already runs static initialisers.
// Behind the descriptor stand C++ classes; the fingerprint makes that safe. Every call may throw
// kindred::Error; the host catches at each call and names the plugin. [any-thread] marks functions
// that the host may call from several threads at once; all others are called from one at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>

#include <kindred/fingerprint.hpp>  // KINDRED_SDK_HASH, written by the build of the SDK
#include <kindred/parameters.hpp>

#define KINDRED_INTERFACE 1

#define KINDRED_EXPORT __attribute__((visibility("default")))

namespace kindred {

inline constexpr std::uint32_t kMagic = 0x4b494e44;  // "KIND"

enum class Kind : std::uint32_t {
  source,
  pair_metric,
  tensor_metric,
  set_metric,
  test,
  matrix_test,
  aligner,
  survey,
  format
};

struct Descriptor {
  std::uint32_t magic;
  std::uint32_t interface;
  Kind kind;
  const char* name;
  const char* version;
  const char* summary;
  const Entry* entries;  // figures and parameters, in the order declared
  std::size_t entry_count;
  // Returns a new object of the kind's abstract class (Source*, PairMetric*, ...) as void*; the
  // host owns it. [any-thread]
  void* (*create)(const Parameters&);
};

// Descriptor::create of a plugin whose class takes its parameters, or has none to take.
template <class Base, class Class>
void* create(const Parameters& parameters) {
  static_assert(std::is_base_of_v<Base, Class>,
                "the plugin's class must derive from its kind's: PairMetric, Source, Test, ...");
  static_assert(!std::is_abstract_v<Class>,
                "the plugin's class must override every pure virtual function of its kind");
  if constexpr (std::is_constructible_v<Class, const Parameters&>) {
    return static_cast<Base*>(std::make_unique<Class>(parameters).release());
  } else {
    static_assert(std::is_default_constructible_v<Class>,
                  "the plugin's class needs a constructor that takes const kindred::Parameters&");
    return static_cast<Base*>(std::make_unique<Class>().release());
  }
}

template <class... Entries>
constexpr std::array<Entry, sizeof...(Entries)> declare(Entries... entries) {
  return {entries...};
}

}  // namespace kindred

#if defined(__clang__)
#define KINDRED_COMPILER_ clang
#define KINDRED_COMPILER_MAJOR_ __clang_major__
#else
#define KINDRED_COMPILER_ gcc
#define KINDRED_COMPILER_MAJOR_ __GNUC__
#endif
#if defined(_GLIBCXX_DEBUG)
#define KINDRED_STDLIB_ cxx11debug
#elif defined(_GLIBCXX_USE_CXX11_ABI) && _GLIBCXX_USE_CXX11_ABI
#define KINDRED_STDLIB_ cxx11
#elif defined(_LIBCPP_VERSION)
#define KINDRED_STDLIB_ libcxx
#else
#define KINDRED_STDLIB_ cxx03
#endif

#define KINDRED_JOIN5_(a, b, c, d, e) kindred_abi_##a##_##b##c##_##d##_##e
#define KINDRED_JOIN5(a, b, c, d, e) KINDRED_JOIN5_(a, b, c, d, e)
#define KINDRED_ABI_SYMBOL                                                                      \
  KINDRED_JOIN5(KINDRED_INTERFACE, KINDRED_COMPILER_, KINDRED_COMPILER_MAJOR_, KINDRED_STDLIB_, \
                KINDRED_SDK_HASH)
#define KINDRED_STRING_(x) #x
#define KINDRED_STRING(x) KINDRED_STRING_(x)

// KINDRED_PLUGIN(kind, Base, Class, name, version, summary, entries...): once a library, outside
// any namespace. The kinds' own headers wrap it: KINDRED_METRIC, KINDRED_SOURCE, KINDRED_TEST, ...
#define KINDRED_PLUGIN(KIND, BASE, CLASS, NAME, VERSION, SUMMARY, ...)                     \
  namespace {                                                                              \
  constexpr auto kindred_entries = ::kindred::declare(__VA_ARGS__);                        \
  }                                                                                        \
  extern "C" {                                                                             \
  KINDRED_EXPORT extern const char KINDRED_ABI_SYMBOL;                                     \
  const char KINDRED_ABI_SYMBOL = 1;                                                       \
  KINDRED_EXPORT extern const ::kindred::Descriptor kindred_plugin;                        \
  constinit const ::kindred::Descriptor kindred_plugin = {::kindred::kMagic,               \
                                                          KINDRED_INTERFACE,               \
                                                          KIND,                            \
                                                          NAME,                            \
                                                          VERSION,                         \
                                                          SUMMARY,                         \
                                                          kindred_entries.data(),          \
                                                          kindred_entries.size(),          \
                                                          ::kindred::create<BASE, CLASS>}; \
  }
