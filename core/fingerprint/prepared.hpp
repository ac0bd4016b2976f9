// One fingerprint that is held against others: it and its components, each with what is worked out
// of it once.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "fingerprint/compare.hpp"
#include "fingerprint/judge.hpp"

namespace kindred::fingerprint {

// Refers to the fingerprint. Not movable: a part is worked out when it is first needed.
class Prepared {
 public:
  explicit Prepared(const Fingerprint& print);

  const Fingerprint& print() const { return parts_.front()->print; }

  // The tests of another against this one, not judged yet: alone against alone, or each component
  // against the like component. This one's signs are those that are tossed; where they are not
  // fair, the other's; where they tell something, those of both, and the weaker of the two is what
  // is said. `level` is that of the power, in log10. [any-thread]
  Candidate against(const Prepared& other, double level) const;

 private:
  struct Part {
    explicit Part(const Fingerprint& of) : print(of) {}
    const Reference& reference() const;

    const Fingerprint& print;

   private:
    mutable std::once_flag once_;
    mutable std::optional<Reference> reference_;
  };

  static PairTested testsOf(const Part& part, const Part& other, double level);

  std::vector<std::unique_ptr<Part>> parts_;
};

}  // namespace kindred::fingerprint
