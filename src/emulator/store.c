#include <stdio.h>
#include <stdlib.h>

#include "store_inside.h"

#define APPLICATION 0x62796c77 /* "bylw", in the header of the file */

/* Each step of the schema; the version is how many of them a file has had. A
 * new version appends one, and files that lack it get it when they are
 * opened. The rowid is the order of creation. */
static const char *const schema[] = {
    "CREATE TABLE policies ("
    "  seq INTEGER PRIMARY KEY,"
    "  id BLOB NOT NULL UNIQUE," /* 16 bytes that grow with time */
    "  kind TEXT NOT NULL,"      /* entity type */
    "  dialect INTEGER NOT NULL,"
    "  display_name TEXT NOT NULL,"
    "  definition TEXT NOT NULL," /* JSON: an array of strings */
    "  is_default INTEGER NOT NULL,"
    "  created INTEGER NOT NULL" /* seconds since 1970 */
    ") STRICT;"
    "CREATE INDEX policies_of_kind ON policies (kind);"
    "CREATE INDEX policies_default ON policies (kind) WHERE is_default;",

    "CREATE TABLE objects ("
    "  seq INTEGER PRIMARY KEY,"
    "  id BLOB NOT NULL UNIQUE,"
    "  type TEXT NOT NULL," /* entity type */
    "  app_id BLOB NOT NULL,"
    "  display_name TEXT NOT NULL,"
    "  body TEXT NOT NULL," /* JSON: an object */
    "  created INTEGER NOT NULL,"
    "  UNIQUE (type, app_id)"
    ") STRICT;"
    "CREATE INDEX objects_of_type ON objects (type);"
    "CREATE TABLE assignments ("
    "  seq INTEGER PRIMARY KEY,"
    "  object INTEGER NOT NULL REFERENCES objects ON DELETE CASCADE,"
    "  policy INTEGER NOT NULL REFERENCES policies ON DELETE CASCADE,"
    "  UNIQUE (object, policy)"
    ") STRICT;"
    "CREATE INDEX assignments_of_policy ON assignments (policy);"
    "CREATE TABLE state (name TEXT PRIMARY KEY, value INTEGER NOT NULL)"
    " STRICT, WITHOUT ROWID;"
    "INSERT INTO state VALUES ('generation', random());",
};
#define VERSION ((int)(sizeof schema / sizeof *schema))

/* Tables that lag, when they are told to; see lag.h on what main. is for. */
static const char *const lagging[] = {"policies", "objects", "assignments",
                                      NULL};

static const char *const sql[] = {
#define X(name, text) text,
    STATEMENT_LIST(X)
#undef X
};

const char *bl_store_reason(const struct bl_store *store) {
  return sqlite3_errmsg(store->db);
}

/* --- opening ------------------------------------------------------------- */

/* Turns SQLite's refusal to open into one that says what would be right. */
static enum bl_status failed(sqlite3 *db, const char *path,
                             char reason[BL_REASON]) {
  int code = db == NULL ? SQLITE_NOMEM : sqlite3_errcode(db) & 0xff;
  int system = db == NULL ? 0 : sqlite3_system_errno(db);
  switch (code) {
  case SQLITE_NOMEM: return bl_because(reason, BL_NOMEM, "out of memory");
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
    return bl_because(
        reason, BL_STORE,
        "the store '%s' is in use by another emulator; stop it, or "
        "give this one a file of its own",
        path);
  case SQLITE_NOTADB:
    return bl_because(
        reason, BL_STORE,
        "'%s' is not a bylaw store; give a file that is one, or a "
        "name that does not exist yet",
        path);
  case SQLITE_READONLY:
  case SQLITE_PERM:
    return bl_because(reason, BL_STORE,
                      "the store '%s' cannot be written; it and its folder "
                      "must be writable",
                      path);
  case SQLITE_CANTOPEN:
    return bl_because(
        reason, BL_STORE,
        "the store '%s' cannot be opened%s%s; it must be a file in "
        "a folder that exists and is writable",
        path, system == 0 ? "" : ": ", system == 0 ? "" : strerror(system));
  default:
    return bl_because(reason, BL_STORE, "the store '%s' cannot be used: %s",
                      path, sqlite3_errmsg(db));
  }
}

/* One integer, such as a pragma's. */
static int ask(sqlite3 *db, const char *question, int *answer) {
  sqlite3_stmt *statement = NULL;
  int rc = sqlite3_prepare_v2(db, question, -1, &statement, NULL);
  if (rc == SQLITE_OK && (rc = sqlite3_step(statement)) == SQLITE_ROW) {
    *answer = sqlite3_column_int(statement, 0);
    rc = SQLITE_OK;
  }
  int end = sqlite3_finalize(statement);
  return rc == SQLITE_DONE ? SQLITE_ERROR : rc != SQLITE_OK ? rc : end;
}

/* Refuses what is not ours before anything is written to it. */
static enum bl_status recognize(sqlite3 *db, const char *path, int *version,
                                char reason[BL_REASON]) {
  int application = 0, tables = 0;
  if (sqlite3_db_readonly(db, "main") == 1)
    return bl_because(reason, BL_STORE,
                      "the store '%s' cannot be written; it and its folder "
                      "must be writable",
                      path);
  if (ask(db, "PRAGMA application_id", &application) != SQLITE_OK ||
      ask(db, "PRAGMA user_version", version) != SQLITE_OK ||
      ask(db, "SELECT count(*) FROM sqlite_schema", &tables) != SQLITE_OK)
    return failed(db, path, reason);
  bool empty = application == 0 && *version == 0 && tables == 0;
  if (application != APPLICATION && !empty)
    return bl_because(
        reason, BL_STORE,
        "'%s' is an SQLite file but not a bylaw store; give a file "
        "that is one, or a name that does not exist yet",
        path);
  if (*version > VERSION)
    return bl_because(
        reason, BL_STORE,
        "the store '%s' was made by a newer bylaw (version %d of its "
        "form, and this one knows %d); use that bylaw, or another "
        "file",
        path, *version, VERSION);
  return BL_OK;
}

/* Brings the file to the present form. Writes in any case, so that a file
 * that cannot be written is refused now and not at the first request. */
static int migrate(sqlite3 *db, int version) {
  char mark[96];
  snprintf(mark, sizeof mark,
           "PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
           APPLICATION, VERSION);
  int rc = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
  for (int i = version; i < VERSION && rc == SQLITE_OK; i++)
    rc = sqlite3_exec(db, schema[i], NULL, NULL, NULL);
  if (rc == SQLITE_OK) rc = sqlite3_exec(db, mark, NULL, NULL, NULL);
  return rc;
}

/* The write-ahead log with the file held for us alone: no shared memory, one
 * sync a commit. */
static const char settings[] = "PRAGMA journal_mode = WAL;"
                               "PRAGMA synchronous = FULL;"
                               "PRAGMA trusted_schema = OFF;"
                               "PRAGMA foreign_keys = ON;"
                               "PRAGMA temp_store = MEMORY;"
                               "PRAGMA cache_size = -16384";

/* Those that every request needs, so that a store that cannot serve is refused
 * at once; the others are made when they are asked for. */
static bool prepare(struct bl_store *store) {
  for (int i = 0; i <= FIND; i++)
    if (bl_store_prepared(store, (enum statement)i) == NULL) return false;
  return true;
}

enum bl_status bl_store_open(const char *path, const struct bl_clock *clock,
                             struct bl_store **out, char reason[BL_REASON]) {
  int version = 0;
  enum bl_status s;
  *out = NULL;
  if (*path == '\0')
    return bl_because(reason, BL_STORE,
                      "the store has no name; give a file, or :memory:");
  struct bl_store *store = calloc(1, sizeof *store);
  if (store == NULL) return failed(NULL, path, reason);
  int rc = sqlite3_open_v2(
      path, &store->db,
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
  if (rc == SQLITE_OK)
    rc = sqlite3_exec(store->db, "PRAGMA locking_mode = EXCLUSIVE", NULL, NULL,
                      NULL);
  s = rc == SQLITE_OK ? recognize(store->db, path, &version, reason)
                      : failed(store->db, path, reason);
  if (s == BL_OK &&
      (sqlite3_exec(store->db, settings, NULL, NULL, NULL) != SQLITE_OK ||
       migrate(store->db, version) != SQLITE_OK ||
       bl_lag_init(&store->lag, store->db, clock) != SQLITE_OK ||
       bl_arrivals_init(&store->arrivals, store->db) != SQLITE_OK ||
       !prepare(store)))
    s = failed(store->db, path, reason);
  if (s == BL_OK)
    *out = store;
  else
    bl_store_close(store);
  return s;
}

void bl_store_close(struct bl_store *store) {
  if (store == NULL) return;
  for (int i = 0; i < STATEMENTS; i++) sqlite3_finalize(store->prepared[i]);
  sqlite3_close(store->db);
  free(store);
}

/* --- statements ---------------------------------------------------------- */

static sqlite3_stmt *prepared(struct bl_store *store, enum statement which) {
  if (store->prepared[which] == NULL)
    sqlite3_prepare_v3(store->db, sql[which], -1, SQLITE_PREPARE_PERSISTENT,
                       &store->prepared[which], NULL);
  return store->prepared[which];
}

static void forget_arrivals(struct bl_store *store) {
  store->arrivals.count = store->arrivals.used = 0;
}

enum bl_status bl_store_settle(struct bl_store *store) {
  if (store->arrivals.count == 0) return BL_OK;
  enum bl_status s = bl_store_run(prepared(store, INSERT));
  forget_arrivals(store);
  return s;
}

sqlite3_stmt *bl_store_prepared(struct bl_store *store, enum statement which) {
  return bl_store_settle(store) == BL_OK ? prepared(store, which) : NULL;
}

int bl_store_bind(sqlite3_stmt *statement, int at, struct bl_text text) {
  return sqlite3_bind_text64(statement, at, text.bytes, text.len, SQLITE_STATIC,
                             SQLITE_UTF8);
}

sqlite3_stmt *bl_store_bound(struct bl_store *store, enum statement which,
                             const uint8_t *id, const char *name) {
  sqlite3_stmt *statement = bl_store_prepared(store, which);
  if (statement == NULL) return NULL;
  int places = sqlite3_bind_parameter_count(statement), rc = SQLITE_OK;
  if (places >= 1)
    rc = sqlite3_bind_blob(statement, 1, id, BL_GUID_BYTES, SQLITE_STATIC);
  if (places >= 2 && rc == SQLITE_OK)
    rc = sqlite3_bind_text(statement, 2, name, -1, SQLITE_STATIC);
  return rc == SQLITE_OK ? statement : NULL;
}

enum bl_status bl_store_status(int rc) {
  return rc == SQLITE_OK || rc == SQLITE_DONE || rc == SQLITE_ROW ? BL_OK
                                                                  : BL_STORE;
}

enum bl_status bl_store_run(sqlite3_stmt *statement) {
  if (statement == NULL) return BL_STORE;
  sqlite3_step(statement);
  return bl_store_status(sqlite3_reset(statement));
}

enum bl_status bl_store_integer(sqlite3_stmt *statement, int64_t *out) {
  *out = 0;
  if (statement == NULL) return BL_STORE;
  if (sqlite3_step(statement) == SQLITE_ROW)
    *out = sqlite3_column_int64(statement, 0);
  return bl_store_status(sqlite3_reset(statement));
}

struct bl_text bl_store_column(sqlite3_stmt *statement, int at) {
  const void *bytes = sqlite3_column_blob(statement, at);
  size_t len = (size_t)sqlite3_column_bytes(statement, at);
  return (struct bl_text){bytes == NULL ? "" : bytes, len};
}

void bl_store_column_id(sqlite3_stmt *statement, int at,
                        uint8_t out[BL_GUID_BYTES]) {
  struct bl_text id = bl_store_column(statement, at);
  memset(out, 0, BL_GUID_BYTES);
  if (id.len == BL_GUID_BYTES) memcpy(out, id.bytes, BL_GUID_BYTES);
}

bool bl_store_keep(struct bl_text *text, struct bl_arena *arena) {
  text->bytes = bl_arena_copy(arena, text->bytes, text->len);
  return text->bytes != NULL;
}

/* --- transactions -------------------------------------------------------- */

enum bl_status bl_store_begin(struct bl_store *store) {
  store->sorting = false;
  return bl_store_run(bl_store_prepared(store, BEGIN));
}

enum bl_status bl_store_commit(struct bl_store *store) {
  return bl_store_run(bl_store_prepared(store, COMMIT));
}

bool bl_store_in_transaction(const struct bl_store *store) {
  return !sqlite3_get_autocommit(store->db);
}

void bl_store_rollback(struct bl_store *store) {
  forget_arrivals(store);
  if (store->sorting) store->unsorted = true;
  if (bl_store_in_transaction(store))
    bl_store_run(bl_store_prepared(store, ROLLBACK));
  store->lag.installed = false; /* it may have been in what was taken back */
}

enum bl_status bl_store_clear(struct bl_store *store) {
  static const enum statement steps[] = {CLEAR, OBJECT_CLEAR, RENEW};
  enum bl_status s = BL_OK;
  store->lag.ms = 0;
  for (size_t i = 0; i < sizeof steps / sizeof *steps && s == BL_OK; i++)
    s = bl_store_run(bl_store_prepared(store, steps[i]));
  return s == BL_OK ? bl_store_status(bl_lag_forget(&store->lag, lagging)) : s;
}

/* One transaction, so that a reset is whole or not at all. */
enum bl_status bl_store_reset(struct bl_store *store) {
  enum bl_status s = bl_store_begin(store);
  if (s == BL_OK) s = bl_store_clear(store);
  if (s == BL_OK) s = bl_store_commit(store);
  if (s != BL_OK) bl_store_rollback(store);
  return s;
}

enum bl_status bl_store_lag(struct bl_store *store, unsigned ms) {
  store->lag.ms = ms;
  if (ms == 0 || store->lag.installed) return BL_OK;
  enum bl_status s = bl_store_settle(store);
  return s != BL_OK ? s : bl_store_status(bl_lag_install(&store->lag, lagging));
}

enum bl_status bl_store_generation(struct bl_store *store, int64_t *out) {
  return bl_store_integer(bl_store_prepared(store, GENERATION), out);
}
