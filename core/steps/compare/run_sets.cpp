// Two sets of tensors, each digested once, matched by the set metrics themselves.
#include <fmt/format.h>

#include <kindred/error.hpp>

#include <kindred/analysis/stop/stop.hpp>

#include "constants/constants.hpp"
#include "plan/ranges.hpp"
#include "plugin/guard.hpp"
#include "results/hash.hpp"
#include "run/interrupt.hpp"
#include "run/ordered.hpp"
#include "steps/compare/compare.hpp"
#include "steps/compare/variety.hpp"
#include "steps/observation.hpp"
#include "steps/step.hpp"
#include "words/names.hpp"

namespace kindred::steps {
namespace {

// What was made of one tensor.
struct Digested {
  TensorInfo info;                                     // of what was digested
  std::vector<std::unique_ptr<TensorDigest>> digests;  // one a metric
  results::TensorContent content;
};

constexpr std::uint64_t kLocalChunk = std::uint64_t{256} << 10;
constexpr std::uint64_t kRemoteChunk = std::uint64_t{8} << 20;

struct DigestOutcome {
  Digested tensor;
  std::vector<results::RangeRead> ranges;
};

class SetMatcher {
 public:
  SetMatcher(const MatchSets& step, run::Executor& executor) : step_(step), executor_(executor) {}

  results::StepResult run() {
    const std::vector<Digested> a = digest(*step_.model_a, step_.a, step_.read_a);
    const std::vector<Digested> b = digest(*step_.model_b, step_.b, step_.read_b);
    for (std::size_t m = 0; m < step_.ready->tools.metrics.size() && !run::interrupted(); ++m)
      match(m, a, b);
    return std::move(result_);
  }

 private:
  std::vector<Digested> digest(const plan::Model& model, const std::vector<plan::Selected>& side,
                               const std::vector<models::View>& views) {
    std::vector<Digested> all(side.size());
    // Looked up beforehand: threads read while what they found is kept.
    std::vector<const results::TensorContent*> known;
    for (const models::View& view : views) known.push_back(contentOf(keyOf(model, view)));
    run::inOrder<DigestOutcome>(
        side.size(), executor_.threads,
        [&](std::size_t i) { return digestOne(model, views[i], known[i]); },
        [&](std::size_t i, DigestOutcome&& outcome) {
          const results::TensorContent& content = outcome.tensor.content;
          if (executor_.contents.try_emplace(keyOf(model, views[i]), content).second) {
            result_.contents.push_back(content);
          }
          all[i] = std::move(outcome.tensor);
          auto& ranges = result_.ranges;
          ranges.insert(ranges.end(), outcome.ranges.begin(), outcome.ranges.end());
          executor_.progress.advance(side[i].view.tensor->bytes, true);
          executor_.noteMemory();
        },
        run::interrupted);
    return all;
  }

  // `known`: what an earlier step found of it, or null.
  DigestOutcome digestOne(const plan::Model& model, const models::View& view,
                          const results::TensorContent* known) const {
    DigestOutcome outcome;
    outcome.tensor.info = view.info;
    auto& digests = outcome.tensor.digests;
    constants::Recogniser recogniser(view.info);
    Variety variety(view.info);
    for (const MetricOf<SetMetric>& metric : step_.ready->tools.metrics) {
      digests.push_back(
          plugin::guard(metric.plugin->name(), [&] { return metric.object->start(view.info); }));
    }
    const plan::ByteRange range = plan::bytesOf(view, {0, view.info.elements});
    const std::uint64_t chunk = model.source->remote() ? kRemoteChunk : kLocalChunk;
    results::HashingFile file(*range.shard->file, range.offset);
    std::vector<std::byte> buffer(std::min(chunk, range.length));
    for (std::uint64_t done = 0; done < range.length;) {
      stopWhereAsked();
      const std::span<std::byte> part(buffer.data(), std::min(chunk, range.length - done));
      file.read(range.offset + done, part);
      for (std::size_t m = 0; m < digests.size(); ++m) {
        plugin::guard(name(m), [&] { digests[m]->add(part); });
      }
      if (known == nullptr) {
        recogniser.add(part);
        variety.add(part);
      }
      done += part.size();
    }
    for (std::size_t m = 0; m < digests.size(); ++m) {
      plugin::guard(name(m), [&] { digests[m]->finish(); });
    }
    const std::string digest = file.digest();
    if (known == nullptr) {
      outcome.tensor.content = {model.key,           view.info.name,         digest,
                                recogniser.finish(), recogniser.isOrdered(), variety.bits()};
    } else {
      if (known->xxh3_128 != digest) {
        throw inputError(range.shard->file->place(), "changed while it was read",
                         "run again once nobody writes to it");
      }
      outcome.tensor.content = *known;
    }
    if (range.shard->decoded == nullptr) {
      outcome.ranges.push_back({model.key, range.shard->name, range.offset, range.length, digest});
    } else {
      hashBehind(model, range, chunk, outcome.ranges);
    }
    return outcome;
  }

  // What is stored of numbers that are made: read once more, and never held whole.
  static void hashBehind(const plan::Model& model, const plan::ByteRange& range,
                         std::uint64_t chunk, std::vector<results::RangeRead>& ranges) {
    for (const plan::ByteRange& real : plan::storedOnce({range})) {
      results::HashingFile file(*real.shard->file, real.offset);
      std::vector<std::byte> buffer(std::min(chunk, real.length));
      for (std::uint64_t done = 0; done < real.length;) {
        const std::span<std::byte> part(buffer.data(), std::min(chunk, real.length - done));
        file.read(real.offset + done, part);
        done += part.size();
      }
      ranges.push_back(
          {model.filesKey(), real.shard->name, real.offset, real.length, file.digest()});
    }
  }

  using Key = std::pair<std::string, std::string>;
  static Key keyOf(const plan::Model& model, const models::View& view) {
    const plan::ByteRange range = plan::bytesOf(view, {0, view.info.elements});
    return {model.key, fmt::format("{} in {} from {} to {}", view.info.name, range.shard->name,
                                   range.offset, range.offset + range.length)};
  }
  // Of an earlier step; null: none.
  const results::TensorContent* contentOf(const Key& key) const {
    const auto found = executor_.contents.find(key);
    return found == executor_.contents.end() ? nullptr : &found->second;
  }

  std::string name(std::size_t m) const { return step_.ready->tools.metrics[m].plugin->name(); }

  void match(std::size_t m, const std::vector<Digested>& a, const std::vector<Digested>& b) {
    const MetricOf<SetMetric>& metric = step_.ready->tools.metrics[m];
    std::vector<SetMetric::Member> members_a, members_b;
    for (std::size_t i = 0; i < a.size(); ++i) {
      members_a.push_back({a[i].info, *a[i].digests[m]});
    }
    for (std::size_t j = 0; j < b.size(); ++j) {
      members_b.push_back({b[j].info, *b[j].digests[m]});
    }
    const std::vector<SetMatch> matches =
        plugin::guard(name(m), [&] { return metric.object->match(members_a, members_b); });
    for (const SetMatch& found : matches) record(metric, found, a);
  }

  // A set metric reads nothing but bytes: where a yes or no of it means no difference, they have
  // none.
  static bool sayBytesAreTheSame(const plugin::Plugin& plugin, const std::vector<double>& figures) {
    for (std::size_t f = 0; f < figures.size(); ++f) {
      const Entry& declared = plugin.figures[f];
      if (declared.unit == Unit::truth && figures[f] == declared.alike) return true;
    }
    return false;
  }

  void record(const Measure& metric, const SetMatch& found, const std::vector<Digested>& of_a) {
    if (found.a >= step_.a.size() || found.b >= step_.b.size()) {
      throw Error(Category::plugin, "plugin '" + metric.plugin->name() + "'",
                  "matched a tensor that is not in the sets");
    }
    checkFigures(metric, found.figures.size());
    const TensorInfo& a = step_.a[found.a].view.info;
    const TensorInfo& b = step_.b[found.b].view.info;
    const bool same_bytes = sayBytesAreTheSame(*metric.plugin, found.figures);
    for (std::size_t f = 0; f < found.figures.size(); ++f) {
      result_.observations.push_back(
          observation(step_.step->name, metric, f, a, &b, a.elements, found.figures[f]));
      result_.observations.back().same_bytes = same_bytes;
    }
    auto notes = found.notes;
    const std::string& constant = of_a[found.a].content.constant;
    if (!constant.empty()) notes.emplace_back("constant", constant);
    if (notes.empty()) return;
    result_.notes.push_back({step_.step->name, metric.name, words::escaped(a.name),
                             words::escaped(b.name), std::move(notes)});
  }

  const MatchSets& step_;
  run::Executor& executor_;
  results::StepResult result_;
};

}  // namespace

results::StepResult run(const MatchSets& step, run::Executor& executor) {
  executor.progress.stage("tensors", step.a.size() + step.b.size(), step.work);
  return SetMatcher(step, executor).run();
}

}  // namespace kindred::steps
