#include "fingerprint/file.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <type_traits>

#include <fmt/format.h>

#include <kindred/error.hpp>
#include <nlohmann/json.hpp>

#include "fingerprint/layers.hpp"
#include "formats/open.hpp"
#include "results/hash.hpp"
#include "words/names.hpp"

namespace kindred::fingerprint {
namespace {

using Json = nlohmann::ordered_json;

static_assert(std::endian::native == std::endian::little, "tables are little-endian");

constexpr const char* kKey = "kindred.fingerprint";  // in the header's __metadata__
constexpr std::uint64_t kLargestFile = 16'000'000;   // four times the largest that is made
// All rows are held against all, layer by layer, to find copies: a file of rows beyond these could
// make that as slow as it likes.
constexpr std::uint64_t kMostRows = 32'768, kMostRowLayers = 1'024, kMostBits = 4'096;
constexpr std::uint64_t kMostNumber = 1u << 30;
constexpr std::size_t kLongestText = 1000, kMostOthers = 8;
constexpr std::uint64_t kMostOfGram = 256;  // units of a layer
constexpr std::uint64_t kMostCoordinates = 512, kMostMaps = 64, kMostNorms = 1024;
constexpr int kSection = 1;  // the version of grams, maps and norms

// Of the names of another component's tables.
std::string prefixOf(std::size_t other) { return fmt::format("other{}.", other); }

// ---- writing ----

class Writer {
 public:
  void addAll(const std::string& prefix, const Fingerprint& made) {
    add(prefix + "tokens", "U64", {made.tokens.size()}, made.tokens);
    add(prefix + "units", made.units);
    add(prefix + "values", made.values);
    addPlaces(prefix + "bands", made.bands);
    add(prefix + "bands.values", "I8", {made.bands.count(), made.bands.width}, made.bands.values);
    add(prefix + "grams", made.grams);
    const std::uint64_t width = made.maps.coordinates;
    add(prefix + "maps", made.maps, {made.maps.count(), width, width});
    add(prefix + "norms", made.norms, {made.norms.count(), made.norms.coordinates});
  }

  std::string file(Json facts) const {
    facts["tables_xxh3"] = results::xxh3(data_);
    Json header;
    header["__metadata__"] = {{kKey, facts.dump(-1, ' ', false, Json::error_handler_t::replace)}};
    header.update(header_);
    std::string text = header.dump();
    text.resize((text.size() + 7) / 8 * 8, ' ');
    const std::uint64_t length = text.size();
    std::string bytes(reinterpret_cast<const char*>(&length), sizeof length);
    return bytes + text + data_;
  }

 private:
  template <class T>
  void add(const std::string& name, const char* dtype, std::vector<std::uint64_t> shape,
           const std::vector<T>& values) {
    if (values.empty()) return;
    const std::uint64_t begin = data_.size();
    data_.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
    header_[name] = {{"dtype", dtype}, {"shape", shape}, {"data_offsets", {begin, data_.size()}}};
  }

  // Eight bits a byte, so that a word's bytes are as they lie in memory.
  void add(const std::string& name, const Sketches& sketches) {
    add(name, "U8", {sketches.count(), sketches.bits / 8}, sketches.words);
  }

  void add(const std::string& name, const Rows& rows) {
    addPlaces(name, rows);
    add(name + ".size", "F32", {rows.count()}, rows.size);
    add(name + ".own", rows.own);
    add(name + ".pairing", rows.pairing);
    add(name + ".own_tokens", rows.own_tokens);
    add(name + ".pairing_tokens", rows.pairing_tokens);
  }

  void add(const std::string& name, const Grams& grams) {
    add(name + ".layer", "I32", {grams.count()}, grams.layer);
    add(name + ".units", "I32", {grams.count()}, grams.units);
    add(name + ".gates", "I8", {grams.gates.size()}, grams.gates);
    add(name + ".ups", "I8", {grams.ups.size()}, grams.ups);
    if (grams.width == 0) return;
    add(name + ".extremes", "I8", {grams.extremes.size() / grams.width, grams.width},
        grams.extremes);
  }

  void add(const std::string& name, const Streams& streams, std::vector<std::uint64_t> shape) {
    add(name + ".kind", "I32", {streams.count()}, streams.kind);
    add(name + ".layer", "I32", {streams.count()}, streams.layer);
    add(name + ".values", "I8", std::move(shape), streams.values);
  }

  template <class Table>
  void addPlaces(const std::string& name, const Table& table) {
    add(name + ".layer", "I32", {table.count()}, table.layer);
    add(name + ".part", "I32", {table.count()}, table.part);
    add(name + ".number", "I32", {table.count()}, table.number);
  }

  Json header_ = Json::object();
  std::string data_;
};

Json factsOf(const Fingerprint& made) {
  Json grants = Json::object();
  for (const auto& [gauge, grant] : made.grants) {
    grants[std::string(name(gauge))] = {{"sign", grant.sign},
                                        {"reason", grant.reason},
                                        {"unverified", grant.unverified},
                                        {"asymmetry", grant.asymmetry}};
  }
  Json read = Json::array();
  for (const FileRead& file : made.read) {
    read.push_back({{"file", file.file}, {"ranges", file.ranges}, {"xxh3_128", file.xxh3_128}});
  }
  return {{"version", kVersion},
          {"model", made.model},
          {"address", made.address},
          {"revision", made.revision},
          {"family", made.family},
          {"component", made.component},
          {"layers", made.layers},
          {"hidden", made.hidden},
          {"heads", made.heads},
          {"kv_heads", made.kv_heads},
          {"head_dim", made.head_dim},
          {"vocabulary", made.vocabulary},
          {"parameters", made.parameters},
          {"bytes", made.bytes},
          {"whole", made.whole},
          {"config_xxh3", made.config_xxh3},
          {"tokenizer_xxh3", made.tokenizer_xxh3},
          {"grants", std::move(grants)},
          {"read", std::move(read)},
          {"sections", {{"grams", kSection}, {"maps", kSection}, {"norms", kSection}}}};
}

// ---- reading ----

// A fingerprint can be made again, where a model would be fetched.
constexpr const char* kMakeIt = "kindred fingerprint MODEL writes one";

models::CheckpointParts opened(Source& source, Location& location,
                               const formats::Formats& formats) {
  try {
    return formats::openStored("fingerprint", source, location, formats);
  } catch (const Error& error) {
    if (error.category() != Category::input) throw;
    throw inputError(error.place(), error.message() + ", so it is no fingerprint that can be read",
                     kMakeIt);
  }
}

class Reader {
 public:
  Reader(Source& source, Location& location, const formats::Formats& formats)
      : parts_(opened(source, location, formats)) {
    if (parts_.shards.size() != 1) throw inputError("", "a fingerprint is one file");
    file_ = parts_.shards.front().file.get();
    if (parts_.format.plugin != "safetensors") throw error("is no safetensors file");
    if (file_->size() > kLargestFile) throw error("has more bytes than a fingerprint may have");
  }

  Fingerprint run() {
    readFacts();
    checkTables();
    const Json others = facts_.value("others", Json::array());
    if (!others.is_array() || others.size() > kMostOthers) {
      throw error("has no list 'others' of a possible length");
    }
    Fingerprint first = part("");
    for (std::size_t i = 0; i < others.size(); ++i) {
      facts_ = others[i];
      if (!facts_.is_object()) throw error("has an entry of 'others' that is no object");
      first.others.push_back(part(prefixOf(i)));
    }
    return first;
  }

 private:
  // By facts_, of the tables whose names begin so.
  Fingerprint part(const std::string& prefix) {
    prefix_ = prefix;
    made_ = {};
    takeFacts();
    readRows("units", made_.units);
    readRows("values", made_.values);
    readPlaces("bands", made_.bands);
    readBands();
    made_.tokens = table<std::uint64_t>("tokens", DType::U64);
    checkTokens();
    if (hasSection("grams")) readGrams();
    if (hasSection("maps")) readStreams("maps", 3, kMostMaps, made_.maps);
    if (hasSection("norms")) readStreams("norms", 2, kMostNorms, made_.norms);
    return std::move(made_);
  }

  Error error(const std::string& what) const {
    return inputError(file_->place(), "this " + what + ", so it is no fingerprint that can be read",
                      kMakeIt);
  }

  void readFacts() {
    std::uint64_t length = 0;
    std::vector<std::byte> bytes(sizeof length);
    file_->read(0, bytes);
    std::memcpy(&length, bytes.data(), sizeof length);
    if (length > file_->size() - sizeof length) throw error("has a header beyond its end");
    bytes.resize(length);
    file_->read(sizeof length, bytes);
    tables_ = sizeof length + length;
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const Json header = Json::parse(text, nullptr, false);
    const auto metadata = header.find("__metadata__");
    if (!header.is_object() || metadata == header.end() || !metadata->is_object() ||
        !metadata->contains(kKey) || !(*metadata)[kKey].is_string()) {
      throw error(std::string("has no '") + kKey + "' in its header's __metadata__");
    }
    facts_ = Json::parse((*metadata)[kKey].get_ref<const std::string&>(), nullptr, false);
    if (!facts_.is_object()) throw error(std::string("has no JSON object in '") + kKey + "'");
  }

  // Files of earlier programs do not say what their tables hash to.
  void checkTables() const {
    if (!facts_.contains("tables_xxh3")) return;
    std::vector<std::byte> bytes(file_->size() - tables_);
    file_->read(tables_, bytes);
    if (facts_["tables_xxh3"] == results::xxh3(bytes)) return;
    throw error("was damaged or changed after it was written: its tables have another checksum");
  }

  void takeFacts() {
    const std::uint64_t version = number("version", 1'000'000);
    if (version != kVersion) {
      throw inputError(file_->place(),
                       fmt::format("the fingerprint is of version {} of the format, and this "
                                   "program reads version {}",
                                   version, kVersion),
                       "make it again, or use the program that made it");
    }
    made_.model = text(facts_, "model");
    made_.address = text(facts_, "address");
    made_.revision = text(facts_, "revision");
    made_.family = text(facts_, "family");
    if (facts_.contains("component")) made_.component = text(facts_, "component");
    made_.layers = number("layers", 100'000);
    made_.hidden = number("hidden", 1u << 24);
    made_.heads = number("heads", 1u << 20);
    made_.kv_heads = number("kv_heads", 1u << 20);
    made_.head_dim = number("head_dim", 1u << 20);
    made_.vocabulary = number("vocabulary", std::uint64_t{1} << 40);
    made_.parameters = number("parameters", std::uint64_t{1} << 60);
    made_.bytes = number("bytes", std::uint64_t{1} << 60);
    made_.whole = facts_.contains("whole") && facts_["whole"] == true;
    made_.config_xxh3 = text(facts_, "config_xxh3");
    made_.tokenizer_xxh3 = text(facts_, "tokenizer_xxh3");
    takeRead();
    const auto grants = facts_.find("grants");
    if (grants == facts_.end() || !grants->is_object()) throw error("has no object 'grants'");
    for (const auto& [named, of_gauge] : grants->items()) {
      const std::optional<Gauge> gauge = gaugeNamed(named);
      if (gauge != Gauge::mlp_unit && gauge != Gauge::value_dim && gauge != Gauge::residual_dim) {
        continue;
      }
      if (!of_gauge.is_object() || !of_gauge.contains("sign") || !of_gauge["sign"].is_boolean()) {
        throw error("does not say in 'grants' whether " + named + " has signs");
      }
      made_.grants[*gauge] = {of_gauge["sign"].get<bool>(), text(of_gauge, "reason"),
                              text(of_gauge, "unverified"), text(of_gauge, "asymmetry")};
    }
  }

  // What was read says only whether two are of the same bytes: where it is no such list, nothing.
  void takeRead() {
    const auto read = facts_.find("read");
    if (read == facts_.end() || !read->is_array()) return;
    try {
      for (const Json& file : *read) {
        made_.read.push_back({text(file, "file"),
                              file.at("ranges").get<decltype(FileRead::ranges)>(),
                              text(file, "xxh3_128")});
      }
    } catch (const Json::exception&) {
      made_.read.clear();
    }
  }

  // A text, made safe to show; empty where there is none.
  std::string text(const Json& object, const char* name) const {
    const auto found = object.find(name);
    if (found == object.end()) return {};
    if (!found->is_string()) throw error(std::string("has a '") + name + "' that is no text");
    return words::escapedText(found->get_ref<const std::string&>(), kLongestText);
  }

  std::uint64_t number(const char* name, std::uint64_t most) const {
    const auto found = facts_.find(name);
    if (found == facts_.end() || !found->is_number_unsigned() ||
        found->get<std::uint64_t>() > most) {
      throw error(std::string("has no whole number '") + name + "' of a possible size");
    }
    return found->get<std::uint64_t>();
  }

  const models::Tensor* find(const std::string& name) const {
    const auto found =
        std::find_if(parts_.tensors.begin(), parts_.tensors.end(),
                     [&](const models::Tensor& tensor) { return tensor.name == prefix_ + name; });
    return found == parts_.tensors.end() ? nullptr : &*found;
  }

  // The numbers of a table; none where there is no such table.
  template <class T>
  std::vector<T> table(const std::string& name, DType dtype) const {
    const models::Tensor* tensor = find(name);
    if (tensor == nullptr) return {};
    if (tensor->dtype != dtype || tensor->bytes % sizeof(T) != 0) {
      throw error("has a table '" + name + "' of another type than the format says");
    }
    std::vector<T> values(tensor->bytes / sizeof(T));
    file_->read(tensor->offset, std::as_writable_bytes(std::span(values)));
    return values;
  }

  template <class Table>
  void readPlaces(const std::string& name, Table& into) const {
    into.layer = table<std::int32_t>(name + ".layer", DType::I32);
    into.part = table<std::int32_t>(name + ".part", DType::I32);
    into.number = table<std::int32_t>(name + ".number", DType::I32);
    const std::size_t count = into.layer.size();
    if (count > kMostRows) throw error("has more rows of " + name + " than a fingerprint may have");
    if (into.part.size() != count || into.number.size() != count) {
      throw error("has lists of " + name + " of different lengths");
    }
    for (std::size_t i = 0; i < count; ++i) {
      const auto outside = [](std::int32_t x, std::int32_t least) {
        return x < least || static_cast<std::uint64_t>(std::max(x, 0)) > kMostNumber;
      };
      if (outside(into.layer[i], 0) || outside(into.part[i], -2) || outside(into.number[i], 0)) {
        throw error(fmt::format("places row {} of {} nowhere", i, name));
      }
    }
    if (!std::is_sorted(into.layer.begin(), into.layer.end())) {
      throw error("has rows of " + name + " that are not in order of layers");
    }
    if (layersOf(into.layer).size() > kMostRowLayers) {
      throw error("has rows of " + name + " in more layers than a fingerprint may have");
    }
  }

  void readRows(const std::string& name, Rows& into) const {
    readPlaces(name, into);
    into.size = table<float>(name + ".size", DType::F32);
    if (into.size.size() != into.count()) {
      throw error("has lists of " + name + " of different lengths");
    }
    if (!std::all_of(into.size.begin(), into.size.end(),
                     [](float x) { return std::isfinite(x) && x > 0; })) {
      throw error("has a size of " + name + " that is not above 0 and finite");
    }
    into.own = sketches(name + ".own", into.count());
    into.pairing = sketches(name + ".pairing", into.count());
    into.own_tokens = sketches(name + ".own_tokens", into.count());
    into.pairing_tokens = sketches(name + ".pairing_tokens", into.count());
  }

  Sketches sketches(const std::string& name, std::size_t count) const {
    const models::Tensor* tensor = find(name);
    if (tensor == nullptr) return {};
    if (tensor->shape.size() != 2 || tensor->shape[0] != count || tensor->shape[1] % 8 != 0 ||
        tensor->shape[1] == 0 || tensor->shape[1] > kMostBits / 8) {
      throw error("has a table '" + name + "' of a shape that the format does not have");
    }
    return {static_cast<std::uint32_t>(8 * tensor->shape[1]),
            table<std::uint64_t>(name, DType::U8)};
  }

  void readBands() {
    const models::Tensor* tensor = find("bands.values");
    if (tensor == nullptr && made_.bands.count() == 0) return;
    if (tensor == nullptr || tensor->shape.size() != 2 || tensor->shape[0] != made_.bands.count() ||
        tensor->shape[1] == 0 || tensor->shape[1] > 1024) {
      throw error("has a table 'bands.values' of a shape that the format does not have");
    }
    made_.bands.width = static_cast<std::uint32_t>(tensor->shape[1]);
    made_.bands.values = table<std::int8_t>("bands.values", DType::I8);
  }

  // Whether the tables of this name are there and of the version that is read here: those of
  // another are passed over, and what rests on them is not tested.
  bool hasSection(const char* name) const {
    const auto sections = facts_.find("sections");
    if (sections == facts_.end()) return false;
    if (!sections->is_object()) throw error("has 'sections' that are no object");
    return sections->contains(name) && (*sections)[name] == kSection;
  }

  // How many of the units' rows stand in this layer.
  std::size_t unitsIn(std::int32_t layer) const {
    const auto [first, last] =
        std::equal_range(made_.units.layer.begin(), made_.units.layer.end(), layer);
    return static_cast<std::size_t>(last - first);
  }

  void readGrams() {
    Grams& grams = made_.grams;
    grams.layer = table<std::int32_t>("grams.layer", DType::I32);
    grams.units = table<std::int32_t>("grams.units", DType::I32);
    grams.gates = table<std::int8_t>("grams.gates", DType::I8);
    grams.ups = table<std::int8_t>("grams.ups", DType::I8);
    if (grams.units.size() != grams.layer.size()) {
      throw error("has lists of grams of different lengths");
    }
    std::uint64_t rows = 0, squares = 0;
    for (std::size_t l = 0; l < grams.count(); ++l) {
      const std::int32_t units = grams.units[l];
      if (units < 1 || static_cast<std::uint64_t>(units) > kMostOfGram ||
          static_cast<std::size_t>(units) > unitsIn(grams.layer[l]) ||
          (l > 0 && grams.layer[l] <= grams.layer[l - 1])) {
        throw error(fmt::format("has an entry {} of grams that does not fit its units", l));
      }
      rows += static_cast<std::uint64_t>(units);
      squares += static_cast<std::uint64_t>(units) * static_cast<std::uint64_t>(units);
    }
    if (grams.gates.size() != squares || grams.ups.size() != squares) {
      throw error("has tables of grams of another length than their units say");
    }
    const models::Tensor* extremes = find("grams.extremes");
    if (extremes == nullptr && rows == 0) return;
    if (extremes == nullptr || extremes->shape.size() != 2 || extremes->shape[0] != rows ||
        extremes->shape[1] == 0 || extremes->shape[1] > 256) {
      throw error("has a table 'grams.extremes' of a shape that the format does not have");
    }
    grams.width = static_cast<std::uint32_t>(extremes->shape[1]);
    grams.extremes = table<std::int8_t>("grams.extremes", DType::I8);
  }

  // Of `dimensions`: the entries, and once or twice the coordinates.
  void readStreams(const std::string& name, std::size_t dimensions, std::uint64_t most,
                   Streams& into) const {
    into.kind = table<std::int32_t>(name + ".kind", DType::I32);
    into.layer = table<std::int32_t>(name + ".layer", DType::I32);
    const models::Tensor* tensor = find(name + ".values");
    if (into.kind.size() != into.layer.size()) {
      throw error("has lists of " + name + " of different lengths");
    }
    if (into.count() > most) throw error("has more " + name + " than a fingerprint may have");
    if (tensor == nullptr && into.count() == 0) return;
    if (tensor == nullptr || tensor->shape.size() != dimensions ||
        tensor->shape[0] != into.count() || tensor->shape[1] < 2 ||
        tensor->shape[1] > kMostCoordinates || tensor->shape[1] > made_.hidden ||
        tensor->shape.back() != tensor->shape[1]) {
      throw error("has a table '" + name + ".values' of a shape that the format does not have");
    }
    into.coordinates = static_cast<std::uint32_t>(tensor->shape[1]);
    into.values = table<std::int8_t>(name + ".values", DType::I8);
  }

  void checkTokens() const {
    if (!std::is_sorted(made_.tokens.begin(), made_.tokens.end()) ||
        std::adjacent_find(made_.tokens.begin(), made_.tokens.end()) != made_.tokens.end()) {
      throw error("has tokens that are not in ascending order");
    }
    for (const Rows* rows : {&made_.units, &made_.values}) {
      for (const Sketches* sketches : {&rows->own_tokens, &rows->pairing_tokens}) {
        if (sketches->bits != 0 && sketches->bits != made_.tokens.size()) {
          throw error("has sketches by tokens of another length than its list of tokens");
        }
      }
    }
  }

  models::CheckpointParts parts_;
  File* file_ = nullptr;
  Json facts_;
  std::uint64_t tables_ = 0;  // where they begin in the file
  std::string prefix_;        // of the names of tables
  Fingerprint made_;
};

}  // namespace

std::string written(const Fingerprint& fingerprint) {
  Writer writer;
  writer.addAll("", fingerprint);
  Json facts = factsOf(fingerprint);
  for (std::size_t i = 0; i < fingerprint.others.size(); ++i) {
    writer.addAll(prefixOf(i), fingerprint.others[i]);
    facts["others"].push_back(factsOf(fingerprint.others[i]));
  }
  return writer.file(facts);
}

Fingerprint read(Source& source, Location& location, const formats::Formats& formats) {
  return Reader(source, location, formats).run();
}

}  // namespace kindred::fingerprint
