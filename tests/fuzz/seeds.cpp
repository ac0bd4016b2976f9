// fuzz_seeds FOLDER: writes files for libFuzzer to begin with, a folder a target, as the tests'
// writers and the program's own make them.
#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

#include <kindred/bundle/write.hpp>
#include <kindred/random.hpp>

#include "fingerprint/file.hpp"
#include "results/write.hpp"
#include "steps/test/profiled.hpp"
#include "support/gguf.hpp"
#include "support/safetensors.hpp"
#include "support/torch.hpp"
#include "unit/results/small_report.hpp"

namespace {

namespace fs = std::filesystem;
using namespace kindred;

fs::path folder;

fs::path pathOf(const std::string& target, const std::string& name) {
  fs::create_directories(folder / target);
  return folder / target / name;
}

void put(const std::string& target, const std::string& name, const std::string& bytes) {
  std::ofstream file(pathOf(target, name), std::ios::binary | std::ios::trunc);
  if (!file.write(bytes.data(), static_cast<std::streamsize>(bytes.size())).flush()) {
    throw std::runtime_error("can't write " + pathOf(target, name).string());
  }
}

std::vector<support::TestTensor> someTensors() {
  using support::randomTensor;
  return {randomTensor("model.layers.0.self_attn.q_proj.weight", DType::BF16, {4, 8}, 1),
          randomTensor("model.layers.0.mlp.up_proj.weight", DType::F16, {6, 8}, 2),
          randomTensor("model.norm.weight", DType::F32, {8}, 3)};
}

void safetensorsSeeds() {
  put("safetensors", "plain", support::safetensorsBytes(someTensors()));
  put("safetensors", "odd",
      support::safetensorsBytes({support::randomTensor("b", DType::F4, {16}, 2),
                                 support::randomTensor("empty", DType::F32, {0, 3}, 3),
                                 support::randomTensor("x", DType::F8_E4M3, {3, 3}, 4)}));
  // Codes with what belongs to them, by which codecs are told.
  put("safetensors", "gptq",
      support::safetensorsBytes({support::randomTensor("l.q_proj.qweight", DType::I32, {4, 8}, 1),
                                 support::randomTensor("l.q_proj.qzeros", DType::I32, {1, 1}, 2),
                                 support::randomTensor("l.q_proj.scales", DType::F16, {1, 8}, 3),
                                 support::randomTensor("l.q_proj.g_idx", DType::I32, {32}, 4)}));
  put("safetensors", "fp8",
      support::safetensorsBytes(
          {support::randomTensor("l.up_proj.weight", DType::F8_E4M3, {8, 8}, 1),
           support::randomTensor("l.up_proj.weight_scale_inv", DType::F32, {1, 1}, 2)}));
  put("safetensors", "adapter",
      support::safetensorsBytes(
          {support::randomTensor("base_model.model.l.q_proj.lora_A.weight", DType::F32, {2, 8}, 1),
           support::randomTensor("base_model.model.l.q_proj.lora_B.weight", DType::F32, {8, 2},
                                 2)}));
}

void ggufSeeds() {
  // ggml's numbers of types, and the bytes that a block of so many numbers takes.
  const struct {
    std::uint32_t type, numbers, bytes;
  } kTypes[] = {{0, 1, 4},     {1, 1, 2},     {2, 32, 18},    {3, 32, 20},
                {8, 32, 34},   {10, 256, 84}, {12, 256, 144}, {14, 256, 210},
                {16, 256, 66}, {20, 32, 18},  {34, 256, 54},  {39, 32, 17}};
  for (const auto& type : kTypes) {
    support::GgufWriter writer;
    writer.text("general.architecture", "llama");
    writer.number("llama.block_count", 1);
    writer.number("llama.embedding_length", type.numbers);
    writer.number("llama.attention.head_count", 2);
    writer.numbers("llama.attention.head_count_kv", {2});
    writer.texts("tokenizer.ggml.tokens", {"a", "bc", ""});
    writer.tensor("blk.0.attn_q.weight", type.type, {4, type.numbers},
                  std::string(4 * type.bytes, '\1'));
    writer.tensor("output_norm.weight", 0, {3}, std::string(12, '\0'));
    put("gguf", "type" + std::to_string(type.type), writer.bytes());
  }
}

// As torch.save() wrote before it wrote archives: three pickles that say so, the object, the keys
// of its storages, and these, each behind its length.
std::string legacyTorch() {
  const std::string pickle = "\x80\x02";
  const std::string magic = pickle + "\x8a\x0a" + "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.";
  const std::string version = pickle + "M\xe9\x03.";
  const std::string machine = pickle + "}.";
  const std::string object = pickle + std::string("}X\x01\x00\x00\x00w", 7) +
                             std::string("ctorch._utils\n_rebuild_tensor_v2\n((") +
                             std::string("X\x07\x00\x00\x00storage", 12) +
                             "ctorch\nFloatStorage\n" +
                             std::string(
                                 "X\x01\x00\x00\x00"
                                 "0",
                                 6) +
                             std::string(
                                 "X\x03\x00\x00\x00"
                                 "cpu",
                                 8) +
                             std::string("K\x06NtQK\x00K\x02K\x03\x86K\x03K\x01\x86", 17) + "\x89" +
                             "ccollections\nOrderedDict\n)RtRs.";
  const std::string keys = pickle + "]" +
                           std::string(
                               "X\x01\x00\x00\x00"
                               "0",
                               6) +
                           "a.";
  return magic + version + machine + object + keys + std::string("\x06\0\0\0\0\0\0\0", 8) +
         std::string(24, '\1');
}

void torchSeeds() {
  put("torch", "archive", support::torchBytes(someTensors()));
  put("torch", "legacy", legacyTorch());
}

fingerprint::Fingerprint smallFingerprint() {
  fingerprint::Fingerprint print;
  print.model = "m";
  print.family = "llama";
  print.layers = 2;
  print.hidden = 16;
  print.grants[Gauge::mlp_unit] = {true, "a symmetric start", "", ""};
  print.tokens = {1, 2, 3};
  const std::vector<float> all = fingerprint::directions(16, 64);
  Random random(1);
  for (fingerprint::Rows* rows : {&print.units, &print.values}) {
    rows->own.bits = rows->pairing.bits = 64;
    for (std::int32_t i = 0; i < 12; ++i) {
      rows->layer.push_back(i / 6);
      rows->part.push_back(rows == &print.units ? -1 : 0);
      rows->number.push_back(i % 6);
      rows->size.push_back(1);
      std::vector<float> row(16);
      for (float& x : row) x = static_cast<float>(random.unit() - 0.5);
      fingerprint::addSketches(row, 16, all, false, rows->own);
      fingerprint::addSketches(row, 16, all, false, rows->pairing);
    }
  }
  print.values.pairing = {};
  return print;
}

void fingerprintSeeds() {
  fingerprint::Fingerprint print = smallFingerprint();
  put("fingerprint", "plain", fingerprint::written(print));
  print.others.push_back(smallFingerprint());
  put("fingerprint", "composite", fingerprint::written(print));
}

void bundleSeeds() {
  const std::string bytes(100, 'x');
  bundle::HeldLocation at;
  at.source = "hub";
  at.address = "org/x";
  at.listed = {"a", "b"};
  bundle::HeldFile file;
  file.name = "a";
  file.size = bytes.size();
  bundle::addRanges(file, 3, 20);
  bundle::addRanges(file, 40, 60);
  at.files = {file};
  bundle::Index index;
  index.locations = {at};
  bundle::write(pathOf("bundle", "plain").string(), index, "kindred: 1\n",
                [&](std::size_t, std::size_t, std::uint64_t offset, std::span<std::byte> into) {
                  std::memcpy(into.data(), bytes.data() + offset, into.size());
                });
}

void resultsSeeds() {
  const results::Texts texts = textsOf(smallReport());
  put("results", "small", texts.report + '\x1e' + texts.observations + '\x1e' + texts.manifest);
  steps::Profiled profiled;
  profiled.result.notes.emplace_back();
  profiled.result.tables.emplace_back();
  profiled.result.refused.emplace_back();
  profiled.result.left_out.emplace_back();
  profiled.result.skipped.emplace_back();
  put("journal", "step", results::stepJson(profiled.result).value());
  profiled.doubling.joins.emplace_back();
  put("journal", "profile", steps::profiledJson(profiled).value());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: fuzz_seeds FOLDER\n";
    return 2;
  }
  folder = argv[1];
  safetensorsSeeds();
  ggufSeeds();
  torchSeeds();
  fingerprintSeeds();
  bundleSeeds();
  resultsSeeds();
}
