#include "store.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lag.h"

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
};
#define VERSION ((int)(sizeof schema / sizeof *schema))

#define COLUMNS "id, kind, dialect, display_name, definition, is_default"
#define OF_KIND " (?2 IS NULL OR kind = ?2)"

/* Tables that lag, when they are told to; see lag.h on what main. is for. */
static const char *const lagging[] = {"policies", NULL};

/* clang-format off */
#define STATEMENT_LIST(X)                                                     \
  X(BEGIN,       "BEGIN")                                                     \
  X(COMMIT,      "COMMIT")                                                    \
  X(ROLLBACK,    "ROLLBACK")                                                  \
  X(INSERT,      "INSERT INTO main.policies (" COLUMNS ", created)"                \
                 " VALUES (?1, ?2, ?3, ?4, ?5, ?6, unixepoch())")             \
  X(UPDATE,      "UPDATE main.policies SET dialect = ?3, display_name = ?4,"       \
                 " definition = ?5, is_default = ?6"                          \
                 " WHERE id = ?1 AND kind = ?2")                              \
  X(FIND,        "SELECT " COLUMNS " FROM policies"                           \
                 " WHERE id = ?1 AND" OF_KIND)                                \
  X(FIND_LATEST, "SELECT " COLUMNS " FROM main.policies"                      \
                 " WHERE id = ?1 AND" OF_KIND)                                \
  X(DELETE,      "DELETE FROM main.policies WHERE id = ?1 AND" OF_KIND)            \
  X(HAS_DEFAULT, "SELECT 1 FROM main.policies WHERE is_default"                    \
                 " AND kind = ?2 AND id <> ?1")                               \
  X(ALL,         "SELECT " COLUMNS " FROM policies ORDER BY seq")             \
  X(ALL_OF_KIND, "SELECT " COLUMNS " FROM policies WHERE kind = ?2"           \
                 " ORDER BY seq")                                             \
  X(RESET,       "DELETE FROM main.policies")
/* clang-format on */

enum statement {
#define X(name, sql) name,
  STATEMENT_LIST(X)
#undef X
      STATEMENTS
};

static const char *const sql[] = {
#define X(name, text) text,
    STATEMENT_LIST(X)
#undef X
};

struct bl_store {
  sqlite3 *db;
  struct bl_lag lag;
  sqlite3_stmt *prepared[STATEMENTS];
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

static int prepare(struct bl_store *store) {
  int rc = SQLITE_OK;
  for (int i = 0; i < STATEMENTS && rc == SQLITE_OK; i++)
    rc = sqlite3_prepare_v3(store->db, sql[i], -1, SQLITE_PREPARE_PERSISTENT,
                            &store->prepared[i], NULL);
  return rc;
}

/* The write-ahead log with the file held for us alone: no shared memory, one
 * sync a commit. */
static const char settings[] = "PRAGMA journal_mode = WAL;"
                               "PRAGMA synchronous = FULL;"
                               "PRAGMA trusted_schema = OFF;"
                               "PRAGMA temp_store = MEMORY;"
                               "PRAGMA cache_size = -16384";

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
       prepare(store) != SQLITE_OK))
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

static enum bl_status status_of(int rc) {
  if (rc == SQLITE_OK || rc == SQLITE_DONE || rc == SQLITE_ROW) return BL_OK;
  return BL_STORE;
}

/* Runs a statement that gives no rows. */
static enum bl_status run(struct bl_store *store, enum statement which) {
  sqlite3_stmt *statement = store->prepared[which];
  sqlite3_step(statement);
  return status_of(sqlite3_reset(statement));
}

/* Texts are the caller's until the statement has run. A NULL is bound as one.
 */
static int bind_text(sqlite3_stmt *statement, int at, struct bl_text text) {
  return sqlite3_bind_text64(statement, at, text.bytes, text.len, SQLITE_STATIC,
                             SQLITE_UTF8);
}

static int bind_key(sqlite3_stmt *statement, const uint8_t *id,
                    const char *kind) {
  int rc = sqlite3_bind_text(statement, 2, kind, -1, SQLITE_STATIC);
  if (rc == SQLITE_OK && id != NULL)
    rc = sqlite3_bind_blob(statement, 1, id, BL_GUID_BYTES, SQLITE_STATIC);
  return rc;
}

static enum bl_status write(struct bl_store *store, enum statement which,
                            const struct bl_row *row) {
  sqlite3_stmt *statement = store->prepared[which];
  int rc =
      sqlite3_bind_blob(statement, 1, row->id, BL_GUID_BYTES, SQLITE_STATIC);
  if (rc == SQLITE_OK) rc = bind_text(statement, 2, row->kind);
  if (rc == SQLITE_OK) rc = sqlite3_bind_int(statement, 3, (int)row->dialect);
  if (rc == SQLITE_OK) rc = bind_text(statement, 4, row->display_name);
  if (rc == SQLITE_OK) rc = bind_text(statement, 5, row->definition);
  if (rc == SQLITE_OK)
    rc = sqlite3_bind_int(statement, 6, row->organization_default);
  return rc == SQLITE_OK ? run(store, which) : status_of(rc);
}

enum bl_status bl_store_insert(struct bl_store *store,
                               const struct bl_row *row) {
  return write(store, INSERT, row);
}

enum bl_status bl_store_update(struct bl_store *store,
                               const struct bl_row *row) {
  return write(store, UPDATE, row);
}

/* A column's bytes, SQLite's until the next step. */
static struct bl_text column(sqlite3_stmt *statement, int at) {
  const void *bytes = sqlite3_column_blob(statement, at);
  size_t len = (size_t)sqlite3_column_bytes(statement, at);
  return (struct bl_text){bytes == NULL ? "" : bytes, len};
}

static void read_row(sqlite3_stmt *statement, struct bl_row *out) {
  struct bl_text id = column(statement, 0);
  memset(out->id, 0, BL_GUID_BYTES);
  if (id.len == BL_GUID_BYTES) memcpy(out->id, id.bytes, BL_GUID_BYTES);
  out->kind = column(statement, 1);
  out->dialect = (enum bl_dialect)sqlite3_column_int(statement, 2);
  out->display_name = column(statement, 3);
  out->definition = column(statement, 4);
  out->organization_default = sqlite3_column_int(statement, 5) != 0;
}

static bool keep(struct bl_text *text, struct bl_arena *arena) {
  text->bytes = bl_arena_copy(arena, text->bytes, text->len);
  return text->bytes != NULL;
}

static enum bl_status find(struct bl_store *store, enum statement which,
                           const char *kind, const uint8_t id[BL_GUID_BYTES],
                           struct bl_arena *arena, struct bl_row *out,
                           bool *found) {
  sqlite3_stmt *statement = store->prepared[which];
  int rc = bind_key(statement, id, kind);
  if (rc != SQLITE_OK) return status_of(rc);
  *found = sqlite3_step(statement) == SQLITE_ROW;
  bool kept = true;
  if (*found) {
    read_row(statement, out);
    kept = keep(&out->kind, arena) && keep(&out->display_name, arena) &&
           keep(&out->definition, arena);
  }
  enum bl_status s = status_of(sqlite3_reset(statement));
  return s == BL_OK && !kept ? BL_NOMEM : s;
}

enum bl_status bl_store_find(struct bl_store *store, const char *kind,
                             const uint8_t id[BL_GUID_BYTES],
                             struct bl_arena *arena, struct bl_row *out,
                             bool *found) {
  return find(store, FIND, kind, id, arena, out, found);
}

enum bl_status bl_store_catch_up(struct bl_store *store, struct bl_arena *arena,
                                 struct bl_row *row, bool *found) {
  *found = true;
  if (!store->lag.installed) return BL_OK;
  return find(store, FIND_LATEST, NULL, row->id, arena, row, found);
}

enum bl_status bl_store_lag(struct bl_store *store, unsigned ms) {
  store->lag.ms = ms;
  if (ms == 0 || store->lag.installed) return BL_OK;
  return status_of(bl_lag_install(&store->lag, lagging));
}

enum bl_status bl_store_delete(struct bl_store *store, const char *kind,
                               const uint8_t id[BL_GUID_BYTES], bool *found) {
  int rc = bind_key(store->prepared[DELETE], id, kind);
  if (rc != SQLITE_OK) return status_of(rc);
  enum bl_status s = run(store, DELETE);
  *found = s == BL_OK && sqlite3_changes(store->db) > 0;
  return s;
}

enum bl_status bl_store_has_default(struct bl_store *store, const char *kind,
                                    const uint8_t id[BL_GUID_BYTES],
                                    bool *found) {
  sqlite3_stmt *statement = store->prepared[HAS_DEFAULT];
  int rc = bind_key(statement, id, kind);
  if (rc != SQLITE_OK) return status_of(rc);
  *found = sqlite3_step(statement) == SQLITE_ROW;
  return status_of(sqlite3_reset(statement));
}

enum bl_status bl_store_each(struct bl_store *store, const char *kind,
                             bl_visit *visit, void *ud) {
  sqlite3_stmt *statement = store->prepared[kind == NULL ? ALL : ALL_OF_KIND];
  struct bl_row row;
  int rc = kind == NULL ? SQLITE_OK : bind_key(statement, NULL, kind);
  if (rc != SQLITE_OK) return status_of(rc);
  while (sqlite3_step(statement) == SQLITE_ROW) {
    read_row(statement, &row);
    if (!visit(ud, &row)) break;
  }
  return status_of(sqlite3_reset(statement));
}

/* --- transactions -------------------------------------------------------- */

enum bl_status bl_store_begin(struct bl_store *store) {
  return run(store, BEGIN);
}

enum bl_status bl_store_commit(struct bl_store *store) {
  return run(store, COMMIT);
}

bool bl_store_in_transaction(const struct bl_store *store) {
  return !sqlite3_get_autocommit(store->db);
}

void bl_store_rollback(struct bl_store *store) {
  if (bl_store_in_transaction(store)) run(store, ROLLBACK);
  store->lag.installed = false; /* it may have been in what was taken back */
}

enum bl_status bl_store_reset(struct bl_store *store) {
  store->lag.ms = 0;
  enum bl_status s = run(store, RESET);
  return s == BL_OK ? status_of(bl_lag_forget(&store->lag, lagging)) : s;
}
