// Experts that stand in one tensor are compared with experts that stand apart, and with each other.
#include <gmock/gmock.h>

#include <set>

#include "recipes.hpp"
#include "toys.hpp"

namespace kindred::clitest {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::HasSubstr;

struct Fusing {
  bool gate_and_up;  // in one tensor, gates first
  bool transposed;
  std::string between = "experts.";  // "switch_mlp."
  std::string behind = {};           // ".weight"
};

Array turned(const Array& array) {
  Array result{{array.shape[1], array.shape[0]}, {}};
  for (std::uint64_t c = 0; c < array.shape[1]; ++c) {
    for (std::uint64_t r = 0; r < array.shape[0]; ++r) {
      result.values.push_back(array.values[r * array.shape[1] + c]);
    }
  }
  return result;
}

// One tensor of these matrices of each expert, one below the other.
Array stacked(const Toy& toy, const std::string& layer, const std::vector<std::string>& matrices,
              bool transposed) {
  Array result;
  for (int expert = 0; expert < 8; ++expert) {
    Array one;
    for (const std::string& matrix : matrices) {
      const Array& part =
          toy.at(layer + "experts." + std::to_string(expert) + "." + matrix + "_proj.weight");
      one.values.insert(one.values.end(), part.values.begin(), part.values.end());
      one.shape = {(one.shape.empty() ? 0 : one.shape[0]) + part.shape[0], part.shape[1]};
    }
    if (transposed) one = turned(one);
    result.values.insert(result.values.end(), one.values.begin(), one.values.end());
    result.shape = {8, one.shape[0], one.shape[1]};
  }
  return result;
}

Toy fused(const Toy& toy, const Fusing& how) {
  Toy result;
  for (const auto& [name, array] : toy) {
    if (name.find(".experts.") == std::string::npos) result[name] = array;
  }
  for (const char* number : {"0", "1"}) {
    const std::string layer = "model.layers." + std::string(number) + ".mlp.";
    const auto put = [&](const std::string& as, const std::vector<std::string>& matrices) {
      result[layer + how.between + as + how.behind] = stacked(toy, layer, matrices, how.transposed);
    };
    if (how.gate_and_up) {
      put("gate_up_proj", {"gate", "up"});
    } else {
      put("gate_proj", {"gate"});
      put("up_proj", {"up"});
    }
    put("down_proj", {"down"});
  }
  return result;
}

json comparedExperts(const TempDir& dir, const std::string& a, const std::string& b) {
  const RunResult result = support::run({"compare", (dir / a).string(), (dir / b).string(),
                                         "--force", "--out", (dir / "out").string(), "--json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return json::parse(result.out);
}

std::set<std::string> rejectedGauges(const json& report) {
  std::set<std::string> gauges;
  for (const json& finding : report.at("findings")) {
    const json& p = finding.at("log10_p_adjusted");
    if (p.is_number() && p.get<double>() < -6) gauges.insert(finding.at("gauge"));
  }
  return gauges;
}

class EveryFusing : public testing::TestWithParam<Fusing> {};

TEST_P(EveryFusing, IsComparedWithExpertsThatStandApart) {
  TempDir dir;
  const Toy base = toyMoe(1);
  saveModel(dir / "a", stored(base), toyMoeConfig());
  saveModel(dir / "kin", stored(fused(tuned(base, 2), GetParam())), toyMoeConfig());
  saveModel(dir / "stranger", stored(fused(toyMoe(3), GetParam())), toyMoeConfig());
  EXPECT_EQ(comparedExperts(dir, "a", "stranger").at("verdict").at("class"), "no-evidence");
  const json report = comparedExperts(dir, "a", "kin");
  EXPECT_EQ(report.at("verdict").at("class"), "shared-weights");
  // The experts themselves: nothing else of these models has units.
  EXPECT_THAT(rejectedGauges(report), Contains("mlp-unit"));
  const json mlp = report.at("pairs")[0].at("coverage").at("components").at("MLP");
  EXPECT_EQ(mlp.at("changed"), 48);
  EXPECT_EQ(mlp.at("absent"), 0);
}

INSTANTIATE_TEST_SUITE_P(Experts, EveryFusing,
                         testing::Values(Fusing{true, false}, Fusing{true, true},
                                         Fusing{false, false}, Fusing{false, true},
                                         Fusing{true, false, "experts.", ".weight"},
                                         Fusing{false, false, "switch_mlp.", ".weight"}));

TEST(FusedExperts, OfTwoModelsAreCompared) {
  TempDir dir;
  const Toy base = toyMoe(1);
  saveModel(dir / "a", stored(fused(base, {true, false})), toyMoeConfig());
  saveModel(dir / "kin", stored(fused(tuned(base, 2), {true, true})), toyMoeConfig());
  EXPECT_EQ(comparedExperts(dir, "a", "kin").at("verdict").at("class"), "shared-weights");
}

// Gates and ups take turns, and each matrix is transposed.
Toy alternating(const Toy& toy) {
  Toy result = renamed(renamed(toy, "model.layers.0.mlp.gate.", "model.layers.0.mlp.router."),
                       "model.layers.1.mlp.gate.", "model.layers.1.mlp.router.");
  std::erase_if(
      result, [](const auto& entry) { return entry.first.find(".experts.") != std::string::npos; });
  for (const char* number : {"0", "1"}) {
    const std::string layer = "model.layers." + std::string(number) + ".mlp.";
    Array together = stacked(toy, layer, {"gate", "up"}, true);
    const std::vector<double> halves = together.values;
    const std::uint64_t rows = 96;  // of gates and ups
    for (std::uint64_t at = 0; at < halves.size(); ++at) {
      const std::uint64_t row = at % rows, from = row % 2 * (rows / 2) + row / 2;
      together.values[at] = halves[at - row + from];
    }
    result[layer + "experts.gate_up_proj"] = together;
    result[layer + "experts.down_proj"] = stacked(toy, layer, {"down"}, true);
  }
  return result;
}

TEST(FusedExperts, WhoseRowsTakeTurnsAreCompared) {
  TempDir dir;
  const Toy base = toyMoe(1);
  const std::string config = toyMoeConfig("gpt_oss");
  saveModel(dir / "a", stored(alternating(base)), config);
  saveModel(dir / "kin", stored(alternating(tuned(base, 2))), config);
  saveModel(dir / "apart", stored(tuned(base, 3)), toyMoeConfig());
  saveModel(dir / "stranger", stored(alternating(toyMoe(4))), config);
  EXPECT_EQ(comparedExperts(dir, "a", "stranger").at("verdict").at("class"), "no-evidence");
  for (const char* other : {"kin", "apart"}) {
    const json report = comparedExperts(dir, "a", other);
    EXPECT_EQ(report.at("verdict").at("class"), "shared-weights");
    EXPECT_THAT(rejectedGauges(report), Contains("mlp-unit")) << other;
  }
}

// As mlx-lm, GGUF and Unsloth store the experts of gpt-oss: outputs first, gates and ups apart or
// in turns, a tensor a layer or an expert.
Toy outputsFirst(const Toy& toy, bool each) {
  Toy result = alternating(toy);
  std::erase_if(
      result, [](const auto& entry) { return entry.first.find(".experts.") != std::string::npos; });
  for (const char* number : {"0", "1"}) {
    const std::string layer = "model.layers." + std::string(number) + ".mlp.";
    const std::string experts = layer + "experts.";
    if (!each) {
      for (const char* matrix : {"gate", "up", "down"}) {
        result[experts + matrix + "_proj.weight"] = stacked(toy, layer, {matrix}, false);
      }
      continue;
    }
    for (int expert = 0; expert < 8; ++expert) {
      const std::string one = experts + std::to_string(expert) + ".", all = std::to_string(expert);
      const Array &gate = toy.at(one + "gate_proj.weight"), &up = toy.at(one + "up_proj.weight");
      Array turns{{2 * gate.shape[0], gate.shape[1]}, {}};
      for (std::uint64_t row = 0; row < gate.shape[0]; ++row) {
        for (const Array* part : {&gate, &up}) {
          const auto from =
              part->values.begin() + static_cast<std::ptrdiff_t>(row * part->shape[1]);
          turns.values.insert(turns.values.end(), from,
                              from + static_cast<std::ptrdiff_t>(part->shape[1]));
        }
      }
      result[experts + "gate_up_projs." + all + ".weight"] = turns;
      result[experts + "down_projs." + all + ".weight"] = toy.at(one + "down_proj.weight");
    }
  }
  return result;
}

// As quantisers part them: a linear layer for each matrix of each expert.
Toy parted(const Toy& toy) {
  Toy result = alternating(toy);
  std::erase_if(
      result, [](const auto& entry) { return entry.first.find(".experts.") != std::string::npos; });
  for (const auto& [name, array] : toy) {
    if (name.find(".experts.") != std::string::npos) result[name] = array;
  }
  return result;
}

// Nothing but its experts is shared, so that these must have been read.
TEST(FusedExperts, AreFoundInEveryLayoutOfOneFamily) {
  TempDir dir;
  const Toy base = toyMoe(1), kin = tuned(base, 2);
  Toy other = toyMoe(3);
  for (auto& [name, array] : other) {
    if (name.find(".experts.") != std::string::npos) array = kin.at(name);
  }
  const std::string config = toyMoeConfig("gpt_oss");
  saveModel(dir / "a", stored(alternating(base)), config);
  for (const Toy& laid_out :
       {outputsFirst(other, false), outputsFirst(other, true), parted(other)}) {
    saveModel(dir / "b", stored(laid_out), config);
    const json report = comparedExperts(dir, "a", "b");
    EXPECT_EQ(report.at("verdict").at("class"), "shared-weights");
    EXPECT_THAT(rejectedGauges(report), Contains("mlp-unit"));
  }
}

TEST(FusedExperts, OfMixtralAreFoundWhereTheyStandInOneTensor) {
  TempDir dir;
  const Toy base = toyMoe(1), kin = tuned(base, 2);
  const auto named = [](const Toy& toy, bool whole) {
    Toy result;
    for (const auto& [name, array] :
         whole ? fused(toy, {false, false, "switch_mlp.", ".weight"}) : toy) {
      std::string as = name;
      const auto replace = [&](const std::string& from, const std::string& to) {
        if (const std::size_t at = as.find(from); at != std::string::npos) {
          as.replace(at, from.size(), to);
        }
      };
      replace(".mlp.", ".block_sparse_moe.");
      if (!whole) {
        replace("gate_proj", "w1");
        replace("up_proj", "w3");
        replace("down_proj", "w2");
      }
      result[as] = array;
    }
    return result;
  };
  const std::string config = toyMoeConfig("mixtral");
  saveModel(dir / "a", stored(named(base, false)), config);
  saveModel(dir / "b", stored(named(kin, true)), config);
  EXPECT_THAT(rejectedGauges(comparedExperts(dir, "a", "b")), Contains("mlp-unit"));
}

TEST(FusedExperts, OfAnUnknownLayoutAreSaidNotToBeCompared) {
  TempDir dir;
  const Toy base = toyMoe(1);
  Toy odd = fused(base, {true, false});
  for (auto& [name, array] : odd) {
    if (name.ends_with("gate_up_proj")) array.shape = {4, 2 * 96, 64};
  }
  saveModel(dir / "a", stored(base), toyMoeConfig());
  saveModel(dir / "b", stored(odd), toyMoeConfig());
  const json report = comparedExperts(dir, "a", "b");
  std::vector<std::string> reasons;
  for (const json& step : report.at("steps")) {
    for (const json& left : step.at("left_out")) reasons.push_back(left.at("reason"));
  }
  EXPECT_THAT(reasons, Contains(HasSubstr("does not hold a matrix for each of 8 experts")));
}

TEST(FusedExperts, InSquareMatricesThatMayLieEitherWayAreSaidNotToBeCompared) {
  TempDir dir;
  Toy toy = fused(toyMoe(1), {true, false});
  for (auto& [name, array] : toy) {  // as if half as many units made a matrix as the model is wide
    if (!name.ends_with("gate_up_proj")) continue;
    array.shape = {8, 64, 64};
    array.values.resize(8 * 64 * 64);
  }
  const std::string config = R"({"model_type":"qwen3_moe","hidden_size":64,"num_hidden_layers":2,)"
                             R"("num_attention_heads":4,"num_key_value_heads":2,"head_dim":16,)"
                             R"("num_experts":8,"moe_intermediate_size":32})";
  saveModel(dir / "a", stored(toy), config);
  saveModel(dir / "b", stored(tuned(toy, 2)), config);
  const json report = comparedExperts(dir, "a", "b");
  std::vector<std::string> reasons;
  for (const json& step : report.at("steps")) {
    for (const json& left : step.at("left_out")) reasons.push_back(left.at("reason"));
  }
  EXPECT_THAT(reasons, Contains(HasSubstr("nothing says whether its rows or its columns")));
}

TEST(FusedExperts, CountAsRoutedOnes) {
  TempDir dir;
  const Toy base = toyMoe(1);
  saveModel(dir / "a", stored(base), toyMoeConfig());
  saveModel(dir / "b", stored(fused(base, {true, false})), toyMoeConfig());
  json active[2];
  for (int i = 0; i < 2; ++i) {
    const RunResult result =
        support::run({"inspect", (dir / (i == 0 ? "a" : "b")).string(), "--json"});
    active[i] = json::parse(result.out).at("parameters").at("active");
  }
  EXPECT_EQ(active[0], active[1]);
}

}  // namespace
}  // namespace kindred::clitest
