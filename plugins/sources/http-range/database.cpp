#include "database.hpp"

#include <sqlite3.h>

#include <chrono>
#include <thread>
#include <utility>

namespace kindred::http {
namespace {

constexpr int kBusyWait = 30'000;  // ms

void check(int code, sqlite3* database) {
  if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return;
  const int primary = code & 0xff;
  throw DatabaseError(database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(code),
                      primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB);
}

}  // namespace

Statement::Statement(sqlite3* database, std::string_view sql) : statement_(nullptr) {
  check(
      sqlite3_prepare_v2(database, sql.data(), static_cast<int>(sql.size()), &statement_, nullptr),
      database);
}
Statement::~Statement() { sqlite3_finalize(statement_); }

void Statement::bind(int index, std::int64_t value) {
  check(sqlite3_bind_int64(statement_, index, value), sqlite3_db_handle(statement_));
}
void Statement::bind(int index, const std::string& value) {
  check(sqlite3_bind_text(statement_, index, value.data(), static_cast<int>(value.size()),
                          SQLITE_TRANSIENT),
        sqlite3_db_handle(statement_));
}
bool Statement::row() {
  const int code = sqlite3_step(statement_);
  check(code, sqlite3_db_handle(statement_));
  return code == SQLITE_ROW;
}
void Statement::run() {
  while (row()) {
  }
  reset();
}
void Statement::reset() { sqlite3_reset(statement_); }
std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}
std::string Statement::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return text == nullptr
             ? std::string()
             : std::string(text,
                           static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
}

Database::Database(const std::filesystem::path& file) {
  try {
    check(sqlite3_open_v2(file.c_str(), &database_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                          nullptr),
          database_);
    sqlite3_busy_timeout(database_, kBusyWait);
    // Two processes that switch to the log at once do not wait for each other by themselves.
    for (int tries = 0;; ++tries) {
      const int code =
          sqlite3_exec(database_, "PRAGMA journal_mode=WAL", nullptr, nullptr, nullptr);
      if ((code & 0xff) != SQLITE_BUSY || tries == 100) {
        check(code, database_);
        break;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    execute("PRAGMA synchronous=NORMAL");
  } catch (...) {
    sqlite3_close(database_);
    throw;
  }
}
Database::~Database() { sqlite3_close(database_); }
void Database::execute(const char* sql) {
  check(sqlite3_exec(database_, sql, nullptr, nullptr, nullptr), database_);
}
std::int64_t Database::lastId() const { return sqlite3_last_insert_rowid(database_); }

Transaction::Transaction(Database& database) : database_(database) {
  database_.execute("BEGIN IMMEDIATE");
}
Transaction::~Transaction() {
  if (!open_) return;
  try {
    database_.execute("ROLLBACK");
  } catch (const DatabaseError&) {  // it has been rolled back already
  }
}
void Transaction::commit() {
  database_.execute("COMMIT");
  open_ = false;
}

}  // namespace kindred::http
