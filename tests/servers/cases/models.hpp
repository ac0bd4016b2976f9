// The models of each case; what the functions of this folder share.
#pragma once

#include <vector>

#include "servers/cases/cases.hpp"
#include "servers/cases/decoder.hpp"

namespace kindred::servers {

std::vector<CaseModel> bonsai();
std::vector<CaseModel> yiLlama();
std::vector<CaseModel> rio();
std::vector<CaseModel> neuralpipe();
std::vector<CaseModel> monarch();
std::vector<CaseModel> hyperclovaVision();
std::vector<CaseModel> deepseekFamily();
std::vector<CaseModel> panguQwen();
std::vector<CaseModel> solar107b();
std::vector<CaseModel> mixtralMistral();
std::vector<CaseModel> qwenMoe();
std::vector<CaseModel> llama321b();
std::vector<CaseModel> framed();

}  // namespace kindred::servers
