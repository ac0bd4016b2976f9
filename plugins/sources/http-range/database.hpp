// As much of SQLite as the cache's index needs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

struct sqlite3;
struct sqlite3_stmt;

namespace kindred::http {

// Any failure of the index. `corrupt`: the file is damaged or no database.
struct DatabaseError : std::runtime_error {
  DatabaseError(const std::string& what, bool is_corrupt)
      : std::runtime_error(what), corrupt(is_corrupt) {}
  bool corrupt;
};

// A prepared statement. bind() in order, then row() until it is false, then reset().
class Statement {
 public:
  Statement(sqlite3* database, std::string_view sql);
  Statement(Statement&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  template <class... Values>
  Statement& with(const Values&... values) {
    reset();
    int index = 0;
    (bind(++index, values), ...);
    return *this;
  }
  bool row();  // the next row; false: no more
  void run();  // for what returns no rows
  void reset();
  std::int64_t integer(int column) const;
  std::string text(int column) const;

 private:
  void bind(int index, std::int64_t value);
  void bind(int index, const std::string& value);

  sqlite3_stmt* statement_;
};

class Database {
 public:
  // Opens or creates; write-ahead log, so that readers and one writer of several processes get on.
  explicit Database(const std::filesystem::path& file);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  Statement prepare(std::string_view sql) { return Statement(database_, sql); }
  void execute(const char* sql);
  std::int64_t lastId() const;

 private:
  sqlite3* database_ = nullptr;
};

// All or nothing; waits for other processes' transactions.
class Transaction {
 public:
  explicit Transaction(Database& database);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

}  // namespace kindred::http
