// What is known of each pair of some models.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "evidence/class.hpp"

namespace kindred::results {

enum class Known : std::uint8_t {
  unasked,    // the pair is no part of what was compared
  undecided,  // not run, or no test could decide
  related,    // the two share weights, in whole or in part
  apart       // tests found nothing
};
Known knownBy(evidence::Class klass);

// A square of bytes: pairs of thousands of models take megabytes.
class Relations {
 public:
  explicit Relations(std::vector<std::string> models);

  const std::vector<std::string>& models() const { return models_; }
  // Their names, sorted.
  std::vector<std::string> namesOf(const std::vector<std::size_t>& numbers) const;
  Known of(std::size_t a, std::size_t b) const { return known_[a * models_.size() + b]; }
  void set(std::size_t a, std::size_t b, Known known);
  // Nothing where one of the names is none of the models.
  void set(const std::string& a, const std::string& b, Known known);

 private:
  std::vector<std::string> models_;
  std::map<std::string, std::size_t> places_;
  std::vector<Known> known_;
};

// The models that pairs connect without passing any that is left out, by number and ascending; the
// largest group first. `left_out`: a flag a model.
std::vector<std::vector<std::size_t>> connected(const Relations& relations,
                                                const std::vector<std::size_t>& models,
                                                const std::vector<bool>& left_out);
// Of all models.
std::vector<std::vector<std::size_t>> connected(const Relations& relations);

}  // namespace kindred::results
