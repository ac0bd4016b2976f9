// Models of an encoder and a decoder, whose layers have the same shapes: each stack is tested by
// itself, and what its positions leave free of the stream.
#include <gmock/gmock.h>

#include <ostream>

#include "cli/layouts/parts.hpp"
#include "compared.hpp"
#include "family_layouts.hpp"

namespace kindred::clitest {
namespace {

using nlohmann::json;
using testing::HasSubstr;

std::string stackOf(const std::string& name) {
  const std::string layer = "model." + name + ".layers.{l}.";
  return families::tower(layer, "self_attn_layer_norm", "final_layer_norm") +
         families::plain(layer + "fc1", layer + "fc2");
}

Layout stacks(const std::string& family, const std::string& type) {
  return {family,
          families::type(type) +
              R"(,"d_model":64,"encoder_layers":2,"decoder_layers":2,"num_hidden_layers":2,)"
              R"("encoder_attention_heads":4,"decoder_attention_heads":4,"encoder_ffn_dim":96,)"
              R"("decoder_ffn_dim":96,"vocab_size":256)",
          "model.shared.weight T D\n" + stackOf("encoder") + stackOf("decoder")};
}

json inspected(const std::filesystem::path& model) {
  const RunResult result = support::run({"inspect", model.string(), "--json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return json::parse(result.out);
}

struct Stacks {
  const char* family;
  const char* type;
};
std::ostream& operator<<(std::ostream& out, const Stacks& stacks) { return out << stacks.type; }

class TwoStacks : public testing::TestWithParam<Stacks> {};

TEST_P(TwoStacks, ThatShareTheDecoderAloneShareThatPart) {
  const Layout layout = stacks(GetParam().family, GetParam().type);
  TempDir dir;
  const Toy base = made(layout, 1), kept = tuned(base, 2);
  Toy other = made(layout, 3);
  for (const auto& [name, array] : kept) {
    if (name.find("decoder") != std::string::npos) other[name] = array;
  }
  save(dir, "a", layout, base);
  save(dir, "b", layout, other);
  const json report = compared(dir);
  std::map<std::string, std::string> classes;
  for (const json& part : report.at("pairs").at(0).at("components")) {
    classes[part.at("component")] = part.at("verdict").at("class");
  }
  const std::map<std::string, std::string> expected{{"language model", "no-evidence"},
                                                    {"decoder", "shared-weights"}};
  EXPECT_EQ(classes, expected);
}

INSTANTIATE_TEST_SUITE_P(Families, TwoStacks,
                         testing::Values(Stacks{"bart", "bart"}, Stacks{"bart", "mbart"},
                                         Stacks{"marian", "marian"}, Stacks{"marian", "m2m_100"}),
                         [](const auto& test) { return std::string(test.param.type); });

// Waves are the same in every model, so that coordinates are told by them.
TEST(FixedPositions, LeaveTheStreamNoOrder) {
  TempDir dir;
  const Layout marian = stacks("marian", "marian");
  save(dir, "marian", marian, made(marian, 1));
  const Layout listens{
      "whisper_encoder",
      families::type("qwen2_audio_encoder") +
          R"(,"d_model":64,"encoder_layers":2,"encoder_attention_heads":4,"encoder_ffn_dim":96)",
      replaced(stackOf("encoder"), "model.", "")};
  save(dir, "listens", listens, made(listens, 1));
  for (const char* name : {"marian", "listens"}) {
    const json report = inspected(dir / name);
    EXPECT_EQ(report.at("tested").dump().find("residual-dim"), std::string::npos) << name;
    EXPECT_THAT(report.at("refused").dump(),
                HasSubstr("each coordinate of the stream starts with a wave of its own"))
        << name;
  }
  const Layout learned = stacks("bart", "bart");
  save(dir, "learned", learned, made(learned, 1));
  EXPECT_THAT(inspected(dir / "learned").at("tested").dump(), HasSubstr("residual-dim (order)"));
}

}  // namespace
}  // namespace kindred::clitest
