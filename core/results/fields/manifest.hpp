// The fields of manifest.json: what was read, by what and with which seeds.
#pragma once

#include "results/fields/visitor.hpp"
#include "results/report.hpp"

namespace kindred::results {

template <class V, Of<Plugin> X>
void visit(V& v, X& x) {
  v("name", x.name, "");
  v("version", x.version, "");
  v("kind", x.kind, "");
}

template <class V, Of<Recipe> X>
void visit(V& v, X& x) {
  v("file", x.file, "");
  v("folder", x.folder, "");
  v("xxh3_128", x.xxh3_128, "");
  v("text", x.text, "");
}

template <class V, Of<RangeRead> X>
void visit(V& v, X& x) {
  v("model", x.model, "");
  v("file", x.file, "");
  v("offset", x.offset, "");
  v("length", x.length, "");
  v("xxh3_128", x.xxh3_128, "");
}

template <class V, Of<ModelFile> X>
void visit(V& v, X& x) {
  v("name", x.name, "");
  v("bytes", x.bytes, "");
  v("identity", x.identity, "a time or a place on a disk", Repeats::no);
  v.unlessEmpty("published_sha256", x.published_sha256, "");
}

template <class V, Of<ModelFiles> X>
void visit(V& v, X& x) {
  v("key", x.key, "");
  v("address", x.address, "", Repeats::no);
  v("revision", x.revision, "");
  v("files", x.files, "");
}

// Paths, the command and the machine's tools may be others; what was read, by what and with which
// seeds may not. Ranges are compared one by one.
template <class V, Of<Manifest> X>
void visit(V& v, X& x) {
  v("kindred", x.kindred, "", Repeats::no);
  v("complete", x.complete, "");
  v("recipe", x.recipe, "", Repeats::no);
  v("command_line", x.command_line, "", Repeats::no);
  v("toolchain", x.toolchain, "", Repeats::no);
  v("plugins", x.plugins, "");
  v("seeds", x.seeds, "");
  v.unlessEmpty("beacon", x.beacon, "");
  v("models", x.models, "");
  v("ranges", x.ranges, "", Repeats::no);
}

}  // namespace kindred::results
