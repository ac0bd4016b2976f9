#include "plugin/guard.hpp"

#include <exception>
#include <new>

#include <kindred/error.hpp>

#include <kindred/analysis/stop/stop.hpp>

namespace kindred::plugin {
namespace {

std::string placeOf(std::string_view plugin, const std::string& file) {
  std::string place = "plugin '" + std::string(plugin) + "'";
  if (!file.empty()) place += " (" + file + ")";
  return place;
}

}  // namespace

void rethrowNaming(std::string_view plugin, const std::string& file) {
  const std::string place = placeOf(plugin, file);
  const auto mistake = [&](const std::string& what) {
    return Error(Category::plugin, place, what, "a fault in the plugin: tell its author");
  };
  try {
    throw;
  } catch (const Stopped&) {
    throw;
  } catch (const Error& error) {
    const bool own = error.category() == Category::internal;
    throw Error(own ? Category::plugin : error.category(),
                error.place().empty() ? place : error.place(), error.message(), error.remedy());
  } catch (const std::bad_alloc&) {
    throw Error(Category::internal, place, "ran out of memory",
                "raise the limit on memory (ulimit -v), or let it read less: --max-bytes");
  } catch (const std::exception& error) {
    throw mistake(std::string("threw: ") + error.what());
  } catch (...) {
    throw mistake("threw something that is no exception");
  }
}

}  // namespace kindred::plugin
