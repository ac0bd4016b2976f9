#include "report/csv.hpp"

#include <cmath>
#include <cstdint>

#include <fmt/format.h>

namespace kindred::report {
namespace {

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) {
    out += c;
    if (c == '"') out += c;
  }
  return out + '"';
}

std::string indexCell(std::int64_t value) { return value < 0 ? "" : std::to_string(value); }

std::string numberCell(double value) {
  return std::isnan(value) ? "nan" : fmt::format("{:.17g}", value);
}

}  // namespace

std::string observationsCsv(const results::Results& results) {
  std::string text =
      "step,metric,figure,model_a,tensor_a,model_b,tensor_b,layer_a,layer_b,expert_a,expert_b,"
      "elements,value\n";
  for (const results::Observation& o : results.observations) {
    fmt::format_to(std::back_inserter(text), "{},{},{},{},{},{},{},{},{},{},{},{},{}\n", o.step,
                   o.metric, o.figure, quoted(o.model_a), quoted(o.tensor_a), quoted(o.model_b),
                   quoted(o.tensor_b), indexCell(o.layer_a), indexCell(o.layer_b),
                   indexCell(o.expert_a), indexCell(o.expert_b), o.elements, numberCell(o.value));
  }
  return text;
}

std::string findingsCsv(const results::Results& results) {
  std::string text =
      "step,test,gauge,model_a,model_b,layer_a,layer_b,statistic,null,log10_p,log10_p_adjusted,"
      "log10_p_floor,units,assumptions,decides\n";
  for (const evidence::StepFinding& row : results.findings) {
    const Finding& f = row.finding;
    fmt::format_to(std::back_inserter(text), "{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n",
                   row.step, f.test, f.gauge, quoted(row.model_a), quoted(row.model_b),
                   indexCell(f.layer_a), indexCell(f.layer_b), numberCell(f.statistic),
                   quoted(f.null), numberCell(f.log10_p), numberCell(row.log10_p_adjusted),
                   numberCell(f.log10_p_floor), f.units, quoted(f.assumptions),
                   f.basis != Basis::describes ? "yes" : "no");
  }
  return text;
}

}  // namespace kindred::report
