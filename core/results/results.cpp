#include "results/results.hpp"

#include <iterator>

namespace kindred::results {

void StepResult::add(StepResult&& next) {
  const auto append = [](auto& all, auto& more) {
    all.insert(all.end(), std::make_move_iterator(more.begin()),
               std::make_move_iterator(more.end()));
  };
  append(observations, next.observations);
  append(cosines, next.cosines);
  append(notes, next.notes);
  append(tables, next.tables);
  append(findings, next.findings);
  append(refused, next.refused);
  append(skipped, next.skipped);
  append(left_out, next.left_out);
  append(ranges, next.ranges);
  append(contents, next.contents);
  append(files, next.files);
}

}  // namespace kindred::results
