#include "models/adapter_config.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "words/json_walk.hpp"
#include "words/letters.hpp"
#include "words/names.hpp"

namespace kindred::models {
namespace {

namespace json = words::json;
using words::JsonPlace;

constexpr const char* kRemedy = "fetch adapter_config.json again, or write it as PEFT does";
constexpr std::size_t kMostEntries = 100'000;

class AdapterConfigReader {
 public:
  explicit AdapterConfigReader(const std::string& place)
      : place_{place, "adapter_config.json", kRemedy} {}

  AdapterConfig read(const std::string& text) {
    json::parser parser;
    words::readObject(parser, words::PaddedText(text), place_, [&](json::object& object) {
      for (json::field field : object) {
        const std::string key(std::string_view(field.unescaped_key()));
        take(key, field.value());
      }
    });
    return std::move(config_);
  }

 private:
  void take(const std::string& key, json::value value) {
    if (value.is_null()) return;
    if (key == "peft_type") {
      config_.method = words::textOf(value, place_, {.key = key});
      if (words::lower(config_.method) == "lora") config_.method = "LORA";
    } else if (key == "base_model_name_or_path") {
      config_.base = words::textOf(value, place_, {.key = key});
    } else if (key == "revision") {
      config_.base_revision = words::textOf(value, place_, {.key = key});
    } else if (key == "target_modules") {
      config_.targets = names(key, value);
    } else if (key == "r") {
      config_.rank = words::wholeNumber(value, place_, {.key = key});
    } else if (key == "lora_alpha") {
      config_.alpha = number(key, value);
    } else if (key == "rank_pattern") {
      config_.ranks = byModule(key, value);
    } else if (key == "alpha_pattern") {
      config_.alphas = byModule(key, value);
    } else if (key == "use_rslora") {
      config_.root_scale = truth(key, value);
    } else if (key == "use_dora") {
      config_.decomposed = truth(key, value);
    } else if (key == "fan_in_fan_out") {
      config_.inputs_first = truth(key, value);
    } else if (key == "init_lora_weights") {
      if (value.type() == json::json_type::string) {
        config_.start = words::textOf(value, place_, {.key = key});
      } else {
        truth(key, value);
      }
    } else {
      takeOther(key, value);
    }
  }

  // Each of these changes more of a model, or in another way, than its factors alone say.
  void takeOther(const std::string& key, json::value value) {
    constexpr std::array<std::string_view, 5> kLists{"target_parameters", "layer_replication",
                                                     "trainable_token_indices",
                                                     "alora_invocation_tokens", "arrow_config"};
    constexpr std::array<std::string_view, 3> kFlags{"use_qalora", "lora_bias", "use_bdlora"};
    if (std::find(kFlags.begin(), kFlags.end(), key) != kFlags.end()) {
      if (value.type() != json::json_type::boolean || truth(key, value)) {
        config_.unfollowed.push_back(key);
      }
      return;
    }
    const bool list = std::find(kLists.begin(), kLists.end(), key) != kLists.end();
    if (list && !isEmpty(value)) config_.unfollowed.push_back(key);
    if (!list) words::walk(value, place_);
  }

  bool isEmpty(json::value value) {
    std::size_t count = 0;
    if (value.type() == json::json_type::array) {
      for (json::value item : value.get_array()) {
        words::walk(item, place_, 2);
        ++count;
      }
      return count == 0;
    }
    words::walk(value, place_);
    return false;
  }

  Error wrong(const std::string& key, const char* wanted) const {
    return inputError(place_.file, fmt::format("'{}' must be {}", words::escaped(key), wanted),
                      kRemedy);
  }

  bool truth(const std::string& key, json::value value) const {
    if (value.type() != json::json_type::boolean) throw wrong(key, "true or false");
    return value.get_bool();
  }

  double number(const std::string& key, json::value value) const {
    if (value.type() != json::json_type::number) throw wrong(key, "a number");
    const double read = value.get_double();
    if (!std::isfinite(read) || std::abs(read) > 1e9) throw wrong(key, "a number of common size");
    return read;
  }

  std::vector<std::string> names(const std::string& key, json::value value) const {
    if (value.type() == json::json_type::string) {
      return {std::string(words::textOf(value, place_, {.key = key}))};
    }
    if (value.type() != json::json_type::array) throw wrong(key, "a string or a list of strings");
    std::vector<std::string> list;
    for (json::value item : value.get_array()) {
      if (list.size() == kMostEntries) throw wrong(key, "a list of at most 100,000 names");
      list.emplace_back(words::textOf(item, place_, {.key = key}));
    }
    std::sort(list.begin(), list.end());
    return list;
  }

  ByModule byModule(const std::string& key, json::value value) const {
    if (value.type() != json::json_type::object) throw wrong(key, "an object of numbers");
    ByModule list;
    for (json::field field : value.get_object()) {
      if (list.size() == kMostEntries) throw wrong(key, "an object of at most 100,000 numbers");
      std::string module(std::string_view(field.unescaped_key()));
      list.emplace_back(std::move(module), number(key, field.value()));
    }
    return list;
  }

  JsonPlace place_;
  AdapterConfig config_;
};

// An escaped point is a point.
std::string plainOf(const std::string& key) {
  std::string plain;
  for (std::size_t i = 0; i < key.size(); ++i) {
    if (key[i] == '\\' && i + 1 < key.size() && key[i + 1] == '.') continue;
    plain += key[i];
  }
  return plain;
}

// No regular expression beyond plain text.
bool isPlain(const std::string& key) {
  return plainOf(key).find_first_of("^$*+?()[]{}|\\") == std::string::npos;
}

bool isOf(const std::string& module, const std::string& key) {
  const std::string end = plainOf(key);
  if (!module.ends_with(end)) return false;
  return module.size() == end.size() || module[module.size() - end.size() - 1] == '.';
}

}  // namespace

AdapterConfig readAdapterConfig(const std::string& text, const std::string& place) {
  return AdapterConfigReader(place).read(text);
}

std::optional<double> statedFor(const std::string& module, const ByModule& own,
                                std::optional<double> common) {
  for (const auto& [key, value] : own) {
    if (!isPlain(key)) return std::nullopt;
    if (isOf(module, key)) return value;
  }
  return common;
}

}  // namespace kindred::models
