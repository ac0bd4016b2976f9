// A language model of its own behind a vision tower that was taken from another and tuned, and an
// audio tower that was taken as it is. Of both the origin stands among its relatives.
#include "servers/cases/models.hpp"
#include "servers/cases/towers.hpp"

namespace kindred::servers {
namespace {

constexpr std::uint64_t kListening = 8;  // layers of what listens

// All in one, each described by its own config.
Draft together(const std::string& type, const Draft& text, const std::vector<Draft>& towers,
               const std::string& described) {
  Draft whole = text;
  for (const Draft& tower : towers) {
    whole.arrays.insert(tower.arrays.begin(), tower.arrays.end());
  }
  whole.config =
      R"({"model_type": ")" + type + R"(", "text_config": )" + text.config + described + "}";
  return whole;
}

std::string seeing() { return R"(, "vision_config": )" + VisionTower::config(); }
std::string hearing() {
  return R"(, "audio_config": {"model_type": "qwen2_audio_encoder")" +
         jsonField("d_model", WhisperStack::kHidden) + jsonField("encoder_layers", kListening) +
         jsonField("encoder_attention_heads", 4) +
         jsonField("encoder_ffn_dim", WhisperStack::kUnits) + "}";
}

Decoder qwenText(const char* type, std::uint64_t hidden) {
  return {.type = type,
          .hidden = hidden,
          .layers = 6,
          .heads = hidden / 16,
          .kv_heads = 2,
          .head_dim = 16,
          .units = 2 * hidden,
          .biases = true};
}

// A vision-language model of Qwen's whose tower was trained on from `tower`.
CaseModel seer(const std::string& size, std::uint64_t hidden, const Draft& tower, double moved,
               std::uint64_t seed) {
  Draft own = trained(tower, moved, seed);
  const std::uint64_t out = VisionTower::kHidden * 4;
  own.at("visual.merger.mlp.2.weight") = normals({hidden, out}, 0, 0.06, seeded(seed, "merger"));
  const Draft text = decoder(qwenText("qwen2_5_vl_text", hidden), seed + 1);
  return {"Qwen/Qwen2.5-VL-" + size + "-Instruct",
          filesOf(together("qwen2_5_vl", text, {own}, seeing()), DType::BF16, 2)};
}

Draft clovaText(const Decoder& shape) {
  Draft text = decoder(shape, 52);
  for (std::uint64_t layer = 0; layer < shape.layers; ++layer) {
    for (const char* norm : {"post_norm1.weight", "post_norm2.weight"}) {
      const std::string name = inLayer(shape, layer, norm);
      text.arrays[name] = normals({shape.hidden}, 0.5, 0.08, seeded(52, name));
    }
  }
  return text;
}

CaseModel whisper(const Draft& encoder) {
  Draft whole = renamed(encoder, "", "model.encoder.");
  const Draft decoder = WhisperStack::make("model.decoder.", 2, true, 65);
  whole.arrays.insert(decoder.arrays.begin(), decoder.arrays.end());
  whole.arrays["model.decoder.embed_tokens.weight"] =
      normals({256, WhisperStack::kHidden}, 0, 0.06, 66);
  whole.config =
      R"({"model_type": "whisper")" + jsonField("d_model", WhisperStack::kHidden) +
      jsonField("encoder_layers", kListening) + jsonField("decoder_layers", 2) +
      jsonField("num_hidden_layers", kListening) + jsonField("encoder_attention_heads", 4) +
      jsonField("decoder_attention_heads", 4) + jsonField("encoder_ffn_dim", WhisperStack::kUnits) +
      jsonField("decoder_ffn_dim", WhisperStack::kUnits) + jsonField("vocab_size", 256) + "}";
  return {"openai/whisper-large-v3", filesOf(whole, DType::F16)};
}

}  // namespace

std::vector<CaseModel> hyperclovaVision() {
  Decoder clova = qwenText("hyperclovax", 128);
  clova.biases = false;
  clova.vocabulary = 192;
  clova.prefix = "model.language_model.";
  Decoder speaker = qwenText("qwen2", 96);
  speaker.prefix = "language_model.model.";

  const Draft theirs = VisionTower::make("visual.", 128, 51);
  const Draft seen = trained(renamed(theirs, "visual.", "model.vision_model."), 0.0992, 53);
  const Draft listening = WhisperStack::make("", kListening, false, 61);
  const Draft heard = trained(listening, 0.3, 62);
  const Draft qwen32 = decoder(qwenText("qwen2_5_vl_text", 128), 50);
  return {{"Qwen/Qwen2.5-VL-32B-Instruct",
           filesOf(together("qwen2_5_vl", qwen32, {theirs}, seeing()), DType::BF16, 2)},
          seer("3B", 64, theirs, 0.2, 54),
          seer("7B", 96, theirs, 0.15, 56),
          seer("72B", 160, theirs, 0.12, 58),
          {"Qwen/Qwen2-Audio-7B", filesOf(together("qwen2_audio", decoder(speaker, 63),
                                                   {renamed(heard, "", "audio_tower.")}, hearing()),
                                          DType::BF16, 2)},
          whisper(listening),
          {"naver-hyperclovax/HyperCLOVAX-SEED-Think-32B",
           filesOf(together("vlm", clovaText(clova),
                            {seen, renamed(heard, "", "model.audio_model.")}, seeing() + hearing()),
                   DType::BF16, 2)}};
}

}  // namespace kindred::servers
