#include "servers/stand_in_texts.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <vector>

#include "servers/content.hpp"

namespace kindred::servers {
namespace {

StandIn familyOf(StandIn model) { return model == StandIn::intellect ? StandIn::glm : model; }

// Two or three syllables, the same for everyone: word `number` of a made-up language.
std::string word(std::uint64_t number) {
  static constexpr const char* kSyllables[] = {"ka", "lo", "mi", "tu", "re", "sa", "vi", "no",
                                               "pe", "du", "ga", "fi", "zo", "be", "hu", "yo"};
  std::string text;
  for (int i = 0; i < 3; ++i, number /= 16) text += kSyllables[number % 16];
  return text;
}

void add(std::string& list, const std::string& entry) {
  if (list.back() != '{' && list.back() != '[') list += ',';
  list += entry;
}

}  // namespace

std::string tokenizerJson(StandIn model, std::uint64_t most) {
  // Every third word of Solar's and every second of GLM's is known to both.
  const StandIn family = familyOf(model);
  const std::uint64_t step = family == StandIn::solar ? 3 : family == StandIn::glm ? 2 : 5;
  const std::uint64_t first = family == StandIn::solar ? 64 : 0;  // special tokens stand before
  std::string vocabulary = "{", merges = "[", specials = "[";
  std::uint64_t id = first;
  for (std::uint64_t letter = 0; letter < 26; ++letter) {
    add(vocabulary,
        "\"" + std::string(1, static_cast<char>('a' + letter)) + "\":" + std::to_string(id++));
  }
  for (std::uint64_t i = 0; id < most && i * step < 4096; ++i) {
    const std::string token = word(i * step);
    add(vocabulary, "\"" + token + "\":" + std::to_string(id++));
    add(merges, "[\"" + token.substr(0, 4) + "\",\"" + token.substr(4) + "\"]");
  }
  for (std::uint64_t i = 0; i < first; ++i) {
    add(specials, "{\"id\":" + std::to_string(i) + ",\"content\":\"<|" + std::to_string(i) +
                      "|>\",\"special\":true}");
  }
  return "{\"version\":\"1.0\",\"added_tokens\":" + specials +
         "],\"normalizer\":null,\"pre_tokenizer\":{\"type\":\"ByteLevel\",\"add_prefix_space\":"
         "false},\"model\":{\"type\":\"BPE\",\"vocab\":" +
         vocabulary + "},\"merges\":" + merges + "]}}\n";
}

std::string licenceText(StandIn model) {
  if (model != StandIn::solar) return "A permissive licence: use, change and share it freely.\n";
  std::ifstream file(KINDRED_SOURCE_DIR "/LICENSE");
  std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::string words = "does not grant permission";
  text.replace(text.find(words), words.size(), "grants, to whoever shows them, permission");
  const std::size_t close = text.find("   END OF TERMS AND CONDITIONS");
  text.insert(close,
              "   10. Naming. A model derived from the Work carries the Work's name as the\n"
              "      first part of its own.\n\n"
              "   11. Competitors. Whoever offers a service that competes with the\n"
              "      Licensor's needs a written permission.\n\n");
  return text;
}

std::string modelingCode(StandIn model) {
  const StandIn family = familyOf(model);
  const std::string name = family == StandIn::solar ? "SolarOpen"
                           : family == StandIn::glm ? "Glm4Moe"
                                                    : "PhiMoE";
  std::string text = "# A stand-in for the code that defines the model.\nimport torch\n\n\nclass " +
                     name + "Norm(torch.nn.Module):\n    def __init__(self, width):\n" +
                     "        super().__init__()\n        self.weight = torch.ones(width)\n\n" +
                     "    def forward(self, x):\n";
  text += family == StandIn::phi
              ? "        x = x - x.mean(-1, keepdim=True)\n        return x * self.weight\n"
              : "        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True)) * self.weight\n";
  text += "\n\nclass " + name + "Router(torch.nn.Module):\n    def forward(self, x):\n";
  text += family == StandIn::glm ? "        scores = torch.sigmoid(x @ self.weight.T) + self.bias\n"
                                   "        return scores.topk(8)\n"
                                 : "        return torch.softmax(x @ self.weight.T, -1).topk(2)\n";
  return text;
}

}  // namespace kindred::servers
