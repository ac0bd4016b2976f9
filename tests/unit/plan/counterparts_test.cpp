#include "plan/counterparts.hpp"

#include <gmock/gmock.h>

#include "support.hpp"

namespace kindred::plan::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> counterpartNames(const MemoryModel& a, const MemoryModel& b) {
  std::vector<Selected> of_a = a.selected(), of_b = b.selected();
  std::vector<std::string> names;
  for (const PairIndex& pair : counterparts(a.model(), of_a, b.model(), of_b)) {
    names.push_back(of_a[pair.a].view.info.name + "~" + of_b[pair.b].view.info.name);
  }
  return names;
}

TEST(Counterparts, OfUnknownFamiliesGoByName) {
  const MemoryModel a("a", tensors({{"x", {2, 2}}, {"y", {3}}, {"z", {2}}}));
  const MemoryModel b("b", tensors({{"x", {2, 2}}, {"y", {4}}, {"w", {2}}}));
  EXPECT_THAT(counterpartNames(a, b), ElementsAre("x~x")) << "y has another shape";
}

TEST(Counterparts, OfKnownFamiliesGoByRoleWhateverTheNames) {
  const support::SmallModel plain = support::smallModel(support::Family::llama, 1);
  support::SmallModel wrapped = plain;
  for (support::TestTensor& tensor : wrapped.tensors) tensor.name = "module." + tensor.name;
  const MemoryModel a("a", plain), b("b", wrapped);
  const Counterparts places(a.model(), b.model());
  for (const models::Tensor& tensor : a.model().checkpoint.tensors()) {
    const models::Tensor* partner = places.of(tensor);
    ASSERT_NE(partner, nullptr) << tensor.name;
    EXPECT_EQ(partner->name, "module." + tensor.name);
    EXPECT_EQ(places.ofB(*partner), &tensor) << "one's counterpart has it for its own";
  }
}

TEST(Counterparts, OfWhatOneModelFusesAreItsParts) {
  const MemoryModel apart("a", support::smallModel(support::Family::llama, 1));
  const MemoryModel fused("b", support::smallModel(support::Family::fused, 2));
  const std::vector<std::string> names = counterpartNames(fused, apart);
  const auto holds = [&](const std::string& part) {
    return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
      return name.ends_with("~model.layers.1." + part);
    });
  };
  for (const char* part :
       {"self_attn.q_proj.weight", "self_attn.k_proj.weight", "self_attn.v_proj.weight",
        "mlp.gate_proj.weight", "mlp.up_proj.weight", "mlp.down_proj.weight"}) {
    EXPECT_TRUE(holds(part)) << part;
  }
}

TEST(Counterparts, AreTensorsOfNumbersAlone) {
  const std::vector<support::TestTensor> codes{support::randomTensor("x", DType::U8, {8, 8}, 1)};
  const MemoryModel a("a", codes), b("b", codes);
  EXPECT_THAT(counterpartNames(a, b), IsEmpty());
}

}  // namespace
}  // namespace kindred::plan::testing
