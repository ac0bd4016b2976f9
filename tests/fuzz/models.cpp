// fuzz_models COUNT [SEED [FOLDER]]: makes models of odd shapes, roles, dtypes, layer counts and
// names and sends them through `kindred compare`, each pair in a process of its own. No run may
// crash or hang; a run that fails must be a refusal of its input, with a reason; what is odd must
// be named in the report; and models with nothing in common must not be accused. Prints how often
// each kind of answer was given and for which reason. FOLDER keeps the models of failed runs.
#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include <kindred/random.hpp>

#include "support/process.hpp"
#include "support/small_model.hpp"
#include "support/temp_dir.hpp"

namespace {

namespace fs = std::filesystem;
using kindred::DType;
using kindred::Random;
using kindred::support::Family;
using kindred::support::SmallModel;
using kindred::support::TestTensor;
using nlohmann::json;

using Shape = std::vector<std::uint64_t>;

// What a fault did: for people, and a word that the report or the error must hold.
struct Damage {
  std::string what;
  std::string named;  // empty: nothing need be said
};

template <class T>
const T& anyOf(const std::vector<T>& list, Random& random) {
  return list[random.below(list.size())];
}

std::vector<std::string> namesWith(const SmallModel& model, const std::string& part,
                                   std::size_t axes = 2) {
  std::vector<std::string> names;
  for (const TestTensor& tensor : model.tensors) {
    if (tensor.name.find(part) != std::string::npos && tensor.shape.size() == axes) {
      names.push_back(tensor.name);
    }
  }
  return names;
}

// A matrix that some test reads, where the family is known.
std::string tested(const SmallModel& model, Random& random) {
  std::vector<std::string> names;
  for (const char* part :
       {"embed_tokens", "lm_head", "q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj",
        "down_proj", "mlp.gate.", "q_a_proj", "kv_a_proj", "qkv_proj", "gate_up_proj", "mix"}) {
    for (std::string& name : namesWith(model, part)) names.push_back(std::move(name));
  }
  return names.empty() ? model.tensors.front().name : anyOf(names, random);
}

Damage reshaped(SmallModel& model, const std::string& name, Shape shape, Random& random,
                std::string what) {
  model.reshape(name, std::move(shape), random());
  return {what + " " + name, name};
}

Damage oddShape(SmallModel& model, Random& random) {
  const std::string name = tested(model, random);
  const Shape was = model.at(name).shape;
  if (was.size() != 2) return {"", ""};
  const std::uint64_t rows = was[0], columns = was[1];
  switch (random.below(11)) {
    case 0:
      return reshaped(model, name, {0}, random, "empty");
    case 1:
      return reshaped(model, name, {0, columns}, random, "no rows");
    case 2:
      return reshaped(model, name, {rows, 0}, random, "no columns");
    case 3:
      return reshaped(model, name, {rows * columns}, random, "flat");
    case 4:
      return reshaped(model, name, {}, random, "scalar");
    case 5:
      return reshaped(model, name, {1, rows, columns}, random, "three axes");
    case 6: {
      if (rows == columns) return {"", ""};
      return reshaped(model, name, {columns, rows}, random, "transposed");
    }
    case 7:
      return reshaped(model, name, {rows, columns + 1 + random.below(40)}, random, "wide");
    case 8:
      return reshaped(model, name, {rows, 1 + random.below(columns - 1)}, random, "narrow");
    case 9: {
      if (name.find("embed") != std::string::npos || name.find("lm_head") != std::string::npos) {
        return {"", ""};
      }
      return reshaped(model, name, {rows + 1 + random.below(9), columns}, random, "long");
    }
    default: {
      TestTensor& tensor = model.at(name);
      const bool words = random.below(2) == 0;
      tensor = kindred::support::randomTensor(name, words ? DType::U32 : DType::U8,
                                              {rows, columns / (words ? 8 : 2)}, random());
      return {"packed " + name, name};
    }
  }
}

Damage allOfAKind(SmallModel& model, Random& random) {
  const std::string part =
      anyOf<std::string>({"proj", "up", "gate", "self_attn", "mlp", "norm", "weight"}, random);
  const Shape shape = random.below(2) == 0 ? Shape{0} : Shape{0, 3};
  std::size_t count = 0;
  for (TestTensor& tensor : model.tensors) {
    if (tensor.name.find(part) == std::string::npos) continue;
    if (tensor.shape.size() != 2 && part != "norm") continue;
    tensor = kindred::support::randomTensor(tensor.name, DType::F32, shape, 1);
    ++count;
  }
  return {"all empty with " + part, count == 0 ? "" : "empty"};
}

Damage oddNorm(SmallModel& model, Random& random) {
  const std::vector<std::string> names = namesWith(model, "norm.weight", 1);
  if (names.empty()) return {"", ""};
  const std::string& name = anyOf(names, random);
  const Shape shape = anyOf<Shape>({{0}, {31}, {33}, {32, 1}, {1, 32}, {}, {1}}, random);
  return reshaped(model, name, shape, random, "norm");
}

Damage oddType(SmallModel& model, Random& random) {
  const std::string name = tested(model, random);
  TestTensor& tensor = model.at(name);
  const auto dtype = static_cast<DType>(random.below(kindred::kDTypes.size()));
  if (kindred::info(dtype).bits < 8 && tensor.shape.size() != 2) return {"", ""};
  tensor = kindred::support::randomTensor(name, dtype, tensor.shape, random());
  const bool none = dtype == DType::BOOL || dtype == DType::C64 || dtype == DType::I64;
  return {"stored as " + std::string(kindred::name(dtype)) + " " + name, none ? name : ""};
}

Damage oddValues(SmallModel& model, Random& random) {
  const double value = anyOf<double>({0.0, 1.0, std::numeric_limits<double>::quiet_NaN(),
                                      std::numeric_limits<double>::infinity(), 1e38, -1e-42},
                                     random);
  const bool everywhere = random.below(3) == 0;
  const std::string name = everywhere ? "" : anyOf(model.tensors, random).name;
  for (TestTensor& tensor : model.tensors) {
    if (!everywhere && tensor.name != name) continue;
    if (tensor.dtype != DType::F32) continue;
    const std::vector<double> values(tensor.bytes.size() / sizeof(float), value);
    tensor = kindred::support::tensorOf(tensor.name, DType::F32, tensor.shape, values);
  }
  return {"all " + std::to_string(value) + " " + name, ""};
}

Damage oddConfig(SmallModel& model, Random& random) {
  if (model.config.empty()) return {"", ""};
  std::vector<std::string> keys;
  for (const auto& [key, value] : model.config) {
    if (key != "model_type") keys.push_back(key);
  }
  const std::string& key = anyOf(keys, random);
  const std::string value = anyOf<std::string>({"0",
                                                "1",
                                                "2",
                                                "3",
                                                "5",
                                                "7",
                                                "31",
                                                "33",
                                                "64",
                                                "1000000",
                                                "2147483647",
                                                "2147483648",
                                                "9223372036854775808",
                                                "-1",
                                                "0.5",
                                                "32.0",
                                                "1e9",
                                                "\"32\"",
                                                "null",
                                                "true",
                                                "[32]",
                                                "{}"},
                                               random);
  model.config[key] = value;
  return {key + " = " + value, ""};
}

Damage lessConfig(SmallModel& model, Random& random) {
  if (model.config.empty()) return {"", ""};
  if (random.below(6) == 0) {
    model.config.clear();
    return {"no config.json", ""};
  }
  std::vector<std::string> keys;
  for (const auto& [key, value] : model.config) keys.push_back(key);
  const std::string& key = anyOf(keys, random);
  model.config.erase(key);
  return {"no " + key, ""};
}

Damage rotary(SmallModel& model, Random& random) {
  const std::string value = anyOf<std::string>({"0.3", "2", "0", "-1", "\"half\"", "1"}, random);
  model.config["partial_rotary_factor"] = value;
  if (random.below(2) == 0)
    model.config["qk_rope_head_dim"] = anyOf<std::string>({"9", "64", "7"}, random);
  return {"rotary " + value, ""};
}

Damage missing(SmallModel& model, Random& random) {
  if (random.below(2) == 0) {
    const std::string name = tested(model, random);
    model.erase(name);
    return {"missing " + name, ""};
  }
  const std::string layer = "layers." + std::to_string(random.below(3)) + ".";
  std::erase_if(model.tensors, [&](const TestTensor& tensor) {
    return tensor.name.find(layer) != std::string::npos;
  });
  return {"missing " + layer, ""};
}

Damage renumbered(SmallModel& model, Random& random) {
  const std::string part = random.below(2) == 0 ? "layers." : "experts.";
  const std::string from = part + std::to_string(random.below(3)) + ".";
  const std::string to = part +
                         anyOf<std::string>({"3", "4", "77", "9999", "10000", "999999999",
                                             "1000000000", "18446744073709551615", "-1", "00", "1"},
                                            random) +
                         ".";
  const bool whole = random.below(2) == 0;
  bool done = false;
  for (TestTensor& tensor : model.tensors) {
    const std::size_t at = tensor.name.find(from);
    if (at == std::string::npos || (done && !whole)) continue;
    std::string name = tensor.name;
    name.replace(at, from.size(), to);
    const bool taken = std::any_of(model.tensors.begin(), model.tensors.end(),
                                   [&](const TestTensor& other) { return other.name == name; });
    if (taken) continue;
    tensor.name = std::move(name);
    done = true;
  }
  return {from + " becomes " + to, ""};
}

Damage exchanged(SmallModel& model, Random& random) {
  const std::string x = tested(model, random), y = tested(model, random);
  std::swap(model.at(x).name, model.at(y).name);
  return {"exchanged " + x + " and " + y, ""};
}

Damage tokens(SmallModel& model, Random& random) {
  if (model.tokens == 0) return {"", ""};
  model.tokens = anyOf<std::uint64_t>({1, 20, 65, 500}, random);
  return {"tokenizer of " + std::to_string(model.tokens),
          model.tokens > 64 ? "okens of the tokenizer" : ""};
}

Damage fewerRows(SmallModel& model, Random& random) {
  const std::string name = random.below(2) == 0 ? "model.embed_tokens.weight" : "lm_head.weight";
  if (namesWith(model, name).empty()) return {"", ""};
  const std::uint64_t rows = 1 + random.below(63);
  model.reshape(name, {rows, 32}, random());
  return {"fewer rows in " + name, "okens of the tokenizer"};
}

constexpr Damage (*kFaults[])(SmallModel&, Random&) = {
    oddShape,  oddShape,   oddShape, allOfAKind, oddNorm,    oddType,   oddValues, oddConfig,
    oddConfig, lessConfig, rotary,   missing,    renumbered, exchanged, tokens,    fewerRows};

struct Trial {
  SmallModel a, b;
  bool strangers = true;
  std::vector<Damage> damages;

  std::string text() const {
    std::string all;
    for (const Damage& damage : damages) all += (all.empty() ? "" : "; ") + damage.what;
    return (strangers ? "strangers: " : "kin: ") + (all.empty() ? "sound" : all);
  }
};

void damage(SmallModel& model, Random& random, std::vector<Damage>& damages) {
  for (std::uint64_t n = 1 + random.below(3); n > 0; --n) {
    Damage made = kFaults[random.below(std::size(kFaults))](model, random);
    if (!made.what.empty()) damages.push_back(std::move(made));
  }
}

Trial trialOf(Random& random) {
  Trial trial;
  const Family family = kindred::support::kFamilies[random.below(5)];
  const Family other = random.below(6) == 0 ? kindred::support::kFamilies[random.below(5)] : family;
  const std::uint64_t seed = 1 + random.below(1000);
  trial.strangers = other != family || random.below(2) == 0;
  trial.a = kindred::support::smallModel(family, seed);
  trial.b = kindred::support::smallModel(other, trial.strangers ? seed + 1000 : seed);
  if (!trial.strangers) kindred::support::drift(trial.b, 0.2, random());
  const std::uint64_t which = random.below(4);
  if (which != 1) damage(trial.a, random, trial.damages);
  if (which != 0) damage(trial.b, random, trial.damages);
  if (random.below(2) == 0) std::swap(trial.a, trial.b);
  return trial;
}

struct Answer {
  std::string kind;    // "0 shared-weights", "2"
  std::string reason;  // with numbers and names taken out
  std::string complaint;
};

// Numbers are one number, quoted names one name: what is left is the kind of sentence.
std::string essence(std::string text) {
  std::string kept;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = std::isdigit(static_cast<unsigned char>(text[i])) != 0;
    if (digit && !kept.empty() && kept.back() == '#') continue;
    kept += digit ? '#' : text[i];
  }
  return kept.substr(0, 180);
}

std::string firstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

// Of the report: why something was not tested.
std::vector<std::string> reasonsOf(const json& report) {
  std::vector<std::string> reasons;
  for (const json& step : report.at("steps")) {
    for (const json& left : step.at("left_out")) reasons.push_back(left.at("reason"));
  }
  for (const json& refused : report.at("refused")) reasons.push_back(refused.at("reason"));
  return reasons;
}

Answer answerTo(const Trial& trial, const fs::path& folder, std::map<std::string, int>& reasons) {
  trial.a.save(folder / "a");
  trial.b.save(folder / "b");
  const auto result = kindred::support::run(
      {"compare", (folder / "a").string(), (folder / "b").string(), "--force", "--out",
       (folder / "out").string(), "--jobs", "1", "--json"},
      {.environment = {{"OPENBLAS_NUM_THREADS", "1"}}, .timeout = std::chrono::seconds(120)});
  Answer answer;
  answer.kind = std::to_string(result.exit_code);
  if (result.signal != 0 || result.timed_out) {
    answer.kind = result.timed_out ? "hang" : "signal " + std::to_string(result.signal);
    answer.complaint = "crashed or hung";
    return answer;
  }
  const std::string all = result.out + result.err;
  if (result.exit_code != 0 && result.exit_code != 2)
    answer.complaint = "not a refusal of its input";
  for (const char* own : {"BLAS library", "internal error", "Mat::", "std::", "incompatible matrix",
                          "out of bounds", "vector::_M", "bad_alloc", "Sanitizer", "plugin '"}) {
    if (all.find(own) != std::string::npos) answer.complaint = std::string("speaks of ") + own;
  }
  const json report = json::parse(result.out, nullptr, false);
  if (report.is_discarded()) {
    answer.reason = essence(firstLine(result.err));
    if (result.err.find("config.json") == std::string::npos &&
        result.err.find("tokenizer.json") == std::string::npos &&
        result.err.find("model.safetensors") == std::string::npos) {
      answer.complaint = "names no file";
    }
    return answer;
  }
  const std::string verdict = report.at("verdict").at("class");
  answer.kind += " " + verdict;
  std::vector<std::string> why = reasonsOf(report);
  for (const std::string& reason : why) ++reasons[essence(reason)];
  if (!why.empty()) answer.reason = essence(why.front());
  const bool constant =
      std::any_of(trial.damages.begin(), trial.damages.end(), [](const Damage& d) {
        return d.what.starts_with("all ") || d.what.starts_with("stored as");
      });
  if (trial.strangers && !constant && (verdict == "shared-weights" || verdict == "identical")) {
    answer.complaint = "accuses strangers";
  }
  if (verdict == "untestable" && why.empty()) answer.complaint = "untestable, and no reason";
  for (const Damage& damage : trial.damages) {
    const bool known = all.find("nobody-knows") == std::string::npos &&
                       all.find("is not known") == std::string::npos;
    const bool alone = trial.damages.size() == 1;  // of several one may hide another
    if (alone && known && !damage.named.empty() && all.find(damage.named) == std::string::npos) {
      answer.complaint = "does not name " + damage.named;
    }
  }
  return answer;
}

}  // namespace

int main(int argc, char** argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 100;
  const std::uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
  const fs::path keep = argc > 3 ? argv[3] : "";
  std::map<std::string, int> kinds, reasons;
  int complaints = 0;
  for (int i = 0; i < count; ++i) {
    Random random(seed * 1'000'003 + static_cast<std::uint64_t>(i));
    const Trial trial = trialOf(random);
    const kindred::support::TempDir folder;
    const Answer answer = answerTo(trial, folder.path(), reasons);
    ++kinds[answer.kind + (answer.kind[0] == '0' ? "" : ": " + answer.reason)];
    if (answer.complaint.empty()) continue;
    ++complaints;
    std::cout << "run " << i << ": " << answer.complaint << " (" << answer.kind << ")\n  "
              << trial.text() << "\n  " << answer.reason << std::endl;
    if (keep.empty()) continue;
    fs::create_directories(keep);
    fs::copy(folder.path(), keep / std::to_string(i),
             fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  }
  std::cout << "\nanswers\n";
  for (const auto& [kind, times] : kinds) std::cout << "  " << times << "  " << kind << "\n";
  std::cout << "what was not tested, and why\n";
  for (const auto& [reason, times] : reasons) std::cout << "  " << times << "  " << reason << "\n";
  std::cout << count << " runs, seed " << seed << ", " << complaints << " complaints\n";
  return complaints == 0 ? 0 : 1;
}
