#include "servers/cases/cases.hpp"

#include <cstdio>
#include <stdexcept>
#include <utility>

#include "servers/cases/models.hpp"
#include "servers/range_server.hpp"

namespace kindred::servers {
namespace {

using Make = std::vector<CaseModel> (*)();
constexpr std::pair<const char*, Make> kCases[] = {{"bonsai", bonsai},
                                                   {"yi-llama", yiLlama},
                                                   {"rio", rio},
                                                   {"neuralpipe", neuralpipe},
                                                   {"monarch", monarch},
                                                   {"hyperclova-vision", hyperclovaVision},
                                                   {"deepseek-family", deepseekFamily},
                                                   {"pangu-qwen", panguQwen},
                                                   {"solar-10.7b", solar107b},
                                                   {"mixtral-mistral", mixtralMistral},
                                                   {"qwen-moe", qwenMoe},
                                                   {"llama-3.2-1b", llama321b},
                                                   {"framed", framed}};

// Forty digits, as a commit has them.
std::string commitOf(const std::string& repository) {
  std::string commit;
  for (std::uint64_t part = 0; part < 3; ++part) {
    char text[17];
    std::snprintf(text, sizeof text, "%016llx",
                  static_cast<unsigned long long>(seeded(part, repository)));
    commit += text;
  }
  return commit.substr(0, 40);
}

}  // namespace

std::vector<CaseModel> caseModels(const std::string& recipe) {
  for (const auto& [name, make] : kCases) {
    if (recipe == name) return make();
  }
  throw std::runtime_error("no stand-ins for " + recipe);
}

std::vector<std::string> caseNames() {
  std::vector<std::string> names;
  for (const auto& entry : kCases) names.emplace_back(entry.first);
  return names;
}

void publish(RangeServer& server, const std::vector<CaseModel>& models) {
  for (const CaseModel& model : models) {
    server.publish(model.repository, "main", commitOf(model.repository), model.files);
  }
}

}  // namespace kindred::servers
