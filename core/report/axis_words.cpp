#include "report/axis_words.hpp"

#include "evidence/axis_words.hpp"

namespace kindred::report {

std::string axisInWords(const evidence::StepFinding& row) {
  const Axis& axis = row.finding.gauge;
  std::string words = evidence::inWords(axis);
  if (axis.empty() || axis.gauge() == Gauge::none) words = row.finding.test;
  if (row.component) words += " (" + std::string(models::name(*row.component)) + ")";
  if (row.finding.basis == Basis::calibrated) words += ", among controls";
  if (row.finding.basis == Basis::unverified) words += ", unverified";
  return words;
}

}  // namespace kindred::report
