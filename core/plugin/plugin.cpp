#include "plugin/plugin.hpp"

#include <kindred/alignment.hpp>
#include <kindred/declaration.hpp>
#include <kindred/format.hpp>
#include <kindred/matrix_test.hpp>
#include <kindred/metric.hpp>
#include <kindred/source.hpp>
#include <kindred/survey.hpp>
#include <kindred/test.hpp>

#include "plugin/guard.hpp"

namespace kindred::plugin {

template <class Base>
std::unique_ptr<Base> Plugin::make(Kind wanted, const Parameters& given) const {
  if (kind() != wanted) {
    throw Error(Category::input, "",
                "plugin '" + name() + "' is a " + std::string(kindred::name(kind())) + ", a " +
                    std::string(kindred::name(wanted)) + " is needed here",
                "`kindred plugins` lists every plugin with its kind");
  }
  void* object = nullptr;
  try {
    Parameters complete = given;
    if (alias) {
      for (const auto& [name, value] : alias->set.values()) complete.set(name, value);
    }
    object = descriptor->create(complete);
  } catch (...) {
    rethrowNaming(name(), file.string());
  }
  if (object == nullptr) {
    throw Error(Category::plugin, file.string(), "plugin '" + name() + "' made no object");
  }
  return std::unique_ptr<Base>(static_cast<Base*>(object));
}

std::unique_ptr<Source> Plugin::makeSource(const Parameters& given) const {
  return make<Source>(Kind::source, given);
}
std::unique_ptr<PairMetric> Plugin::makePairMetric(const Parameters& given) const {
  return make<PairMetric>(Kind::pair_metric, given);
}
std::unique_ptr<TensorMetric> Plugin::makeTensorMetric(const Parameters& given) const {
  return make<TensorMetric>(Kind::tensor_metric, given);
}
std::unique_ptr<SetMetric> Plugin::makeSetMetric(const Parameters& given) const {
  return make<SetMetric>(Kind::set_metric, given);
}
std::unique_ptr<Test> Plugin::makeTest(const Parameters& given) const {
  return make<Test>(Kind::test, given);
}
std::unique_ptr<MatrixTest> Plugin::makeMatrixTest(const Parameters& given) const {
  return make<MatrixTest>(Kind::matrix_test, given);
}
std::unique_ptr<Aligner> Plugin::makeAligner(const Parameters& given) const {
  return make<Aligner>(Kind::aligner, given);
}
std::unique_ptr<Survey> Plugin::makeSurvey(const Parameters& given) const {
  return make<Survey>(Kind::survey, given);
}
std::unique_ptr<Format> Plugin::makeFormat(const Parameters& given) const {
  return make<Format>(Kind::format, given);
}

}  // namespace kindred::plugin
