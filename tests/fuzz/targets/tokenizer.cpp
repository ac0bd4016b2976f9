// Two tokenizer.json: their vocabularies, and what tells them apart.
#include "models/tokenizer.hpp"
#include "documents/tokenizers.hpp"
#include "harness.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kindred;
  const auto texts = fuzz::textsOf(data, size, 2);
  fuzz::answered([&] { models::tokensOf(texts[0], "tokenizer.json"); });
  fuzz::answered([&] { models::tokenizerOf(texts[1], "tokenizer.json"); });
  return 0;
}
