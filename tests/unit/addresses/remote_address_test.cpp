// The ways in which people write where a model is on a server.
#include <kindred/addresses/remote_address.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <kindred/error.hpp>

namespace kindred::addresses {
namespace {

using ::testing::HasSubstr;

struct Form {
  const char* text;
  RemoteAddress means;
};

RemoteAddress hub(const char* model, const char* revision = "", const char* path = "",
                  const char* endpoint = "") {
  return {Layout::hub, endpoint, model, revision, path};
}

std::string refusal(const std::string& text) {
  try {
    parseWebAddress(text);
  } catch (const Error& error) {
    EXPECT_EQ(error.category(), Category::input);
    return error.what();
  }
  return "no error";
}

TEST(RemoteAddress, IsANameWithRevisionAndPath) {
  const Form forms[] = {
      {"org/name", hub("org/name")},
      {"gpt2", hub("gpt2")},
      {"org/name@v1.0+cu118", hub("org/name", "v1.0+cu118")},
      {"org/name@refs/pr/3", hub("org/name", "refs/pr/3")},
      {"org/name@refs%2Fpr%2F3", hub("org/name", "refs/pr/3")},
      {"org/name@entwürfe/größer#2%", hub("org/name", "entwürfe/größer#2%")},
      {"org/name:transformer/", hub("org/name", "", "transformer")},
      {"org/name@main:unet/x.fp16.safetensors", hub("org/name", "main", "unet/x.fp16.safetensors")},
      {"org/name/text_encoder/model.safetensors",
       hub("org/name", "", "text_encoder/model.safetensors")},
      {"gpt2@main:onnx", hub("gpt2", "main", "onnx")},
  };
  for (const Form& form : forms) {
    EXPECT_EQ(parseHubAddress(form.text).text(), form.means.text()) << form.text;
    EXPECT_EQ(parseHubAddress(form.text), form.means) << form.text;
  }
}

TEST(RemoteAddress, IsAUri) {
  const Form forms[] = {
      {"hf://org/name", hub("org/name")},
      {"hf://models/org/name", hub("org/name")},
      {"HF://org/name/unet/x.safetensors", hub("org/name", "", "unet/x.safetensors")},
      {"hf://org/name@v2/unet", hub("org/name", "v2", "unet")},
      {"hf://org/name@refs/pr/3/unet", hub("org/name", "refs/pr/3", "unet")},
      {"hf://org/name@refs%2Fpr%2F3/unet", hub("org/name", "refs/pr/3", "unet")},
      {"hf://gpt2", hub("gpt2")},
      {"hf://gpt2@main/x", hub("gpt2", "main", "x")},
  };
  for (const Form& form : forms) EXPECT_EQ(parseHubAddress(form.text), form.means) << form.text;
}

TEST(RemoteAddress, IsAPageOfTheHub) {
  const Form forms[] = {
      {"https://huggingface.co/org/name", hub("org/name")},
      {"https://huggingface.co/org/name/", hub("org/name")},
      {"huggingface.co/org/name", hub("org/name")},
      {"hf.co/org/name", hub("org/name")},
      {"HTTPS://HuggingFace.co/Org/Name", hub("Org/Name")},
      {"https://huggingface.co/gpt2", hub("gpt2")},
      {"https://huggingface.co/gpt2/tree/main", hub("gpt2", "main")},
      {"https://huggingface.co/org/name/tree/main", hub("org/name", "main")},
      {"https://huggingface.co/org/name/tree/main/unet", hub("org/name", "main", "unet")},
      {"https://huggingface.co/org/name/tree/refs%2Fpr%2F3", hub("org/name", "refs/pr/3")},
      {"https://huggingface.co/org/name/tree/refs/pr/3/unet", hub("org/name", "refs/pr/3", "unet")},
      {"https://huggingface.co/org/name/blob/main/x%20y.safetensors",
       hub("org/name", "main", "x y.safetensors")},
      {"https://huggingface.co/org/name/resolve/main/x.safetensors?download=true",
       hub("org/name", "main", "x.safetensors")},
      {"https://huggingface.co/org/name/commit/0123456789abcdef0123456789abcdef01234567",
       hub("org/name", "0123456789abcdef0123456789abcdef01234567")},
      {"https://huggingface.co/org/name/discussions/7", hub("org/name", "refs/pr/7")},
      {"https://mirror.example:8443/org/name/tree/main",
       hub("org/name", "main", "", "https://mirror.example:8443")},
      {"http://127.0.0.1:80/org/name", hub("org/name", "", "", "http://127.0.0.1:80")},
  };
  for (const Form& form : forms) EXPECT_EQ(parseWebAddress(form.text), form.means) << form.text;
}

TEST(RemoteAddress, IsAPageOfModelScope) {
  const RemoteAddress plain{Layout::modelscope, "https://modelscope.cn", "org/name", "", ""};
  for (const char* text :
       {"https://modelscope.cn/models/org/name", "https://modelscope.cn/models/org/name/summary",
        "https://modelscope.cn/models/org/name/files"}) {
    EXPECT_EQ(parseWebAddress(text), plain) << text;
  }
  RemoteAddress file = plain;
  file.revision = "v1";
  file.path = "x.safetensors";
  EXPECT_EQ(parseWebAddress("https://modelscope.cn/models/org/name/resolve/v1/x.safetensors"),
            file);
  EXPECT_EQ(parseWebAddress("https://modelscope.cn/models/org/name/file/view/v1/x.safetensors?a=1"),
            file);
}

TEST(RemoteAddress, IsAFileOfAPlainServer) {
  const RemoteAddress file{Layout::files, "https://example.org", "a/x.safetensors", "", ""};
  EXPECT_EQ(parseWebAddress("https://example.org/a/x.safetensors#top"), file);
  for (const char* name : {"x.Q4_K_M.gguf", "x.bin", "x.pt", "x.pth", "x.ckpt"}) {
    const RemoteAddress other{Layout::files, "https://example.org", name, "", ""};
    EXPECT_EQ(parseWebAddress(std::string("https://example.org/") + name), other);
  }
}

TEST(RemoteAddress, IsNothingElse) {
  for (const char* text : {"",
                           "../x",
                           "a//b",
                           "/a",
                           "a?b",
                           "a b",
                           "a%2Fb",
                           "x@",
                           "x:",
                           "x@../y",
                           "x@a?b",
                           "x@a b",
                           "x@a..b",
                           "x@/a",
                           "x:../y",
                           "x:/etc/passwd",
                           "a/b:c//d",
                           "a/b/../c",
                           "a/b\\c",
                           "-a/b",
                           "hf://",
                           "hf://a/b@",
                           "hf://a/b/../c",
                           "https://huggingface.co/",
                           "https://",
                           "https://huggingface.co/a/b/blob/main/..%2Fx"}) {
    EXPECT_THAT(refusal(text), HasSubstr("'" + std::string(text) + "'")) << text;
  }
}

// Neither would be sent, and both would stand in every report.
TEST(RemoteAddress, HoldsNoSecrets) {
  for (const char* text : {"https://user:SECRET@huggingface.co/a/b", "http://SECRET@host/x.gguf",
                           "https://host/x.safetensors?token=SECRET"}) {
    const std::string said = refusal(text);
    EXPECT_THAT(said, HasSubstr("name it on disk"));
    EXPECT_THAT(said, ::testing::Not(HasSubstr("SECRET")));
  }
  EXPECT_EQ(parseWebAddress("https://huggingface.co/a/b/resolve/main/x.gguf?download=true"),
            hub("a/b", "main", "x.gguf"));
}

TEST(RemoteAddress, SaysWhatIsNoModel) {
  EXPECT_THAT(refusal("https://huggingface.co/datasets/a/b"), HasSubstr("a data set"));
  EXPECT_THAT(refusal("hf://spaces/a/b"), HasSubstr("a space"));
  EXPECT_THAT(refusal("https://huggingface.co/a/b/commits/main"), HasSubstr("shows no files"));
}

TEST(RemoteAddress, IsWrittenInOneWay) {
  EXPECT_EQ(parseHubAddress("hf://org/name@refs/pr/3/unet").text(), "org/name@refs/pr/3:unet");
  EXPECT_EQ(parseHubAddress("hf.co/org/name").text(), "org/name");
}

}  // namespace
}  // namespace kindred::addresses
