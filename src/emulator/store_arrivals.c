/* Policies on their way in. A statement costs more to begin and to end than
 * to store a row, so rows are gathered, and one statement reads all of them
 * from here as from a table, before anything else is asked. */
#include <time.h>

#include "store_inside.h"

enum column {
  ID,
  KIND,
  DIALECT,
  DISPLAY_NAME,
  DEFINITION,
  IS_DEFAULT,
  CREATED
};

/* --- the table ------------------------------------------------------------ */

struct table {
  sqlite3_vtab base; /* SQLite's, first */
  const struct bl_arrivals *arrivals;
};

struct cursor {
  sqlite3_vtab_cursor base; /* SQLite's, first */
  const struct bl_arrivals *arrivals;
  size_t at;
  int64_t now_s;
};

static int connect(sqlite3 *db, void *ud, int count, const char *const *words,
                   sqlite3_vtab **out, char **error) {
  (void)count;
  (void)words;
  (void)error;
  int rc = sqlite3_declare_vtab(
      db, "CREATE TABLE arrivals (id, kind, dialect, display_name, definition,"
          " is_default, created)");
  if (rc != SQLITE_OK) return rc;
  struct table *table = sqlite3_malloc(sizeof *table);
  if (table == NULL) return SQLITE_NOMEM;
  *table = (struct table){.arrivals = ud};
  *out = &table->base;
  return SQLITE_OK;
}

static int disconnect(sqlite3_vtab *table) {
  sqlite3_free(table);
  return SQLITE_OK;
}

static int best_index(sqlite3_vtab *table, sqlite3_index_info *info) {
  (void)table;
  info->estimatedCost = BL_ARRIVALS;
  info->estimatedRows = BL_ARRIVALS;
  return SQLITE_OK;
}

static int open(sqlite3_vtab *table, sqlite3_vtab_cursor **out) {
  struct cursor *c = sqlite3_malloc(sizeof *c);
  if (c == NULL) return SQLITE_NOMEM;
  *c = (struct cursor){.arrivals = ((struct table *)table)->arrivals};
  *out = &c->base;
  return SQLITE_OK;
}

static int close(sqlite3_vtab_cursor *cursor) {
  sqlite3_free(cursor);
  return SQLITE_OK;
}

static int filter(sqlite3_vtab_cursor *cursor, int plan, const char *name,
                  int count, sqlite3_value **values) {
  (void)plan;
  (void)name;
  (void)count;
  (void)values;
  ((struct cursor *)cursor)->at = 0;
  ((struct cursor *)cursor)->now_s = time(NULL);
  return SQLITE_OK;
}

static int next(sqlite3_vtab_cursor *cursor) {
  ((struct cursor *)cursor)->at++;
  return SQLITE_OK;
}

static int eof(sqlite3_vtab_cursor *cursor) {
  const struct cursor *c = (struct cursor *)cursor;
  return c->at == c->arrivals->count;
}

static void text(sqlite3_context *context, struct bl_text of) {
  sqlite3_result_text64(context, of.bytes, of.len, SQLITE_STATIC, SQLITE_UTF8);
}

static int column(sqlite3_vtab_cursor *cursor, sqlite3_context *context,
                  int which) {
  const struct cursor *c = (struct cursor *)cursor;
  const struct bl_row *row = &c->arrivals->rows[c->at];
  switch ((enum column)which) {
  case ID:
    sqlite3_result_blob(context, row->id, BL_GUID_BYTES, SQLITE_STATIC);
    break;
  case KIND: text(context, row->kind); break;
  case DIALECT: sqlite3_result_int(context, (int)row->dialect); break;
  case DISPLAY_NAME: text(context, row->display_name); break;
  case DEFINITION: text(context, row->definition); break;
  case IS_DEFAULT:
    sqlite3_result_int(context, row->organization_default);
    break;
  case CREATED: sqlite3_result_int64(context, c->now_s); break;
  }
  return SQLITE_OK;
}

static int rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *out) {
  *out = (sqlite3_int64)((struct cursor *)cursor)->at;
  return SQLITE_OK;
}

int bl_arrivals_init(struct bl_arrivals *arrivals, sqlite3 *db) {
  static const sqlite3_module module = {
      .xConnect = connect,
      .xBestIndex = best_index,
      .xDisconnect = disconnect,
      .xOpen = open,
      .xClose = close,
      .xFilter = filter,
      .xNext = next,
      .xEof = eof,
      .xColumn = column,
      .xRowid = rowid,
  };
  return sqlite3_create_module(db, "bylaw_arrivals", &module, arrivals);
}

/* --- gathering ------------------------------------------------------------ */

static void keep(struct bl_arrivals *a, struct bl_text *text) {
  char *copy = a->texts + a->used;
  memcpy(copy, text->bytes, text->len);
  a->used += text->len;
  text->bytes = copy;
}

static bool fits(const struct bl_arrivals *a, size_t len) {
  return a->count < BL_ARRIVALS && len <= sizeof a->texts - a->used;
}

/* What is to lag is told by a trigger, which must run while the request does;
 * what is large is stored from where it lies. */
enum bl_status bl_store_insert(struct bl_store *store,
                               const struct bl_row *row) {
  struct bl_arrivals *a = &store->arrivals;
  size_t len = row->kind.len + row->display_name.len + row->definition.len;
  enum bl_status s = fits(a, len) ? BL_OK : bl_store_settle(store);
  if (s != BL_OK) return s;
  bool waits =
      fits(a, len) && bl_store_in_transaction(store) && !store->lag.installed;
  struct bl_row *kept = &a->rows[a->count++];
  *kept = *row;
  if (!waits) return bl_store_settle(store);
  keep(a, &kept->kind);
  keep(a, &kept->display_name);
  keep(a, &kept->definition);
  return BL_OK;
}
