#include "lag.h"

#include <stddef.h>

/* bylaw_now() and bylaw_until(): milliseconds since 1970, the second one where
 * the lag of what is written ends. */
static void now(sqlite3_context *context, int count, sqlite3_value **values) {
  const struct bl_lag *lag = sqlite3_user_data(context);
  (void)count;
  (void)values;
  sqlite3_result_int64(context, bl_clock_ms(lag->clock));
}

static void until(sqlite3_context *context, int count, sqlite3_value **values) {
  const struct bl_lag *lag = sqlite3_user_data(context);
  (void)count;
  (void)values;
  sqlite3_result_int64(context,
                       lag->ms == 0 ? 0 : bl_clock_ms(lag->clock) + lag->ms);
}

int bl_lag_init(struct bl_lag *lag, sqlite3 *db, const struct bl_clock *clock) {
  *lag = (struct bl_lag){.db = db, .clock = clock};
  int flags = SQLITE_UTF8 | SQLITE_INNOCUOUS;
  int rc =
      sqlite3_create_function(db, "bylaw_now", 0, flags, lag, now, NULL, NULL);
  if (rc != SQLITE_OK) return rc;
  return sqlite3_create_function(db, "bylaw_until", 0, flags, lag, until, NULL,
                                 NULL);
}

/* What the statements about one table are made of. */
struct names {
  const char *table;
  char *columns;  /* a, b, … */
  char *olds;     /* OLD.a, OLD.b, … */
  char *news;     /* NEW.a, NEW.b, … */
  char *same_row; /* was.a = now.a AND …, over its primary key */
};

static void forget(struct names *n) {
  sqlite3_free(n->columns);
  sqlite3_free(n->olds);
  sqlite3_free(n->news);
  sqlite3_free(n->same_row);
}

/* Appends to a text of SQLite's; NULL without memory. */
static char *append(char *to, const char *between, const char *before,
                    const char *name, const char *behind) {
  char *longer = to == NULL ? sqlite3_mprintf("%s%s%s", before, name, behind)
                            : sqlite3_mprintf("%s%s%s%s%s", to, between, before,
                                              name, behind);
  sqlite3_free(to);
  return longer;
}

static int read_columns(struct names *n, sqlite3_stmt *columns) {
  int rc;
  while ((rc = sqlite3_step(columns)) == SQLITE_ROW) {
    const char *name = (const char *)sqlite3_column_text(columns, 0);
    if (name == NULL) return SQLITE_NOMEM;
    n->columns = append(n->columns, ", ", "", name, "");
    n->olds = append(n->olds, ", ", "OLD.", name, "");
    n->news = append(n->news, ", ", "NEW.", name, "");
    if (n->columns == NULL || n->olds == NULL || n->news == NULL)
      return SQLITE_NOMEM;
    if (sqlite3_column_int(columns, 1) == 0) continue;
    n->same_row = append(n->same_row, " AND ", "was.", name, " = now.");
    n->same_row = append(n->same_row, "", "", name, "");
    if (n->same_row == NULL) return SQLITE_NOMEM;
  }
  return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int name(struct names *n, sqlite3 *db) {
  sqlite3_stmt *columns = NULL;
  int rc = sqlite3_prepare_v2(
      db, "SELECT name, pk FROM pragma_table_info(?1, 'main')", -1, &columns,
      NULL);
  if (rc == SQLITE_OK)
    rc = sqlite3_bind_text(columns, 1, n->table, -1, SQLITE_STATIC);
  if (rc == SQLITE_OK) rc = read_columns(n, columns);
  sqlite3_finalize(columns);
  if (rc == SQLITE_OK && n->same_row == NULL) return SQLITE_ERROR;
  return rc;
}

/* %1$s and the like are not C11's; so each argument is given where it is
 * due. */
static char *make_history(const struct names *n) {
  const char *t = n->table;
  return sqlite3_mprintf(
      "CREATE TEMP TABLE IF NOT EXISTS %s_before AS"
      " SELECT 0 AS turn, 0 AS until, 0 AS existed, * FROM main.%s WHERE 0;"
      "CREATE INDEX IF NOT EXISTS temp.%s_until ON %s_before (until);",
      t, t, t, t);
}

/* A trigger that keeps what was; what nobody can see any more goes. */
static char *make_trigger(const struct names *n, const char *event,
                          int existed) {
  const char *t = n->table;
  return sqlite3_mprintf(
      "CREATE TEMP TRIGGER IF NOT EXISTS %s_%s AFTER %s ON main.%s"
      " WHEN bylaw_until() > 0 BEGIN"
      " DELETE FROM %s_before WHERE until <= bylaw_now();"
      " INSERT INTO %s_before (turn, until, existed, %s) SELECT"
      " coalesce((SELECT max(turn) FROM %s_before), 0) + 1, bylaw_until(), %d,"
      " %s; END;",
      t, event, event, t, t, t, n->columns, t, existed,
      existed ? n->olds : n->news);
}

/* A row as it is, unless it has a past that is not over; else the oldest such
 * past, where the row existed then. */
static char *make_view(const struct names *n) {
  const char *t = n->table;
  return sqlite3_mprintf(
      "CREATE TEMP VIEW IF NOT EXISTS %s AS SELECT %s FROM main.%s AS now"
      " WHERE NOT EXISTS (SELECT 1 FROM %s_before AS was"
      " WHERE %s AND was.until > bylaw_now())"
      " UNION ALL SELECT %s FROM %s_before AS now WHERE existed"
      " AND until > bylaw_now() AND NOT EXISTS (SELECT 1 FROM %s_before AS was"
      " WHERE %s AND was.turn < now.turn AND was.until > bylaw_now());",
      t, n->columns, t, t, n->same_row, n->columns, t, t, n->same_row);
}

static int execute(sqlite3 *db, char *sql) {
  if (sql == NULL) return SQLITE_NOMEM;
  int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
  sqlite3_free(sql);
  return rc;
}

static int show_lagging(sqlite3 *db, const char *table) {
  struct names n = {.table = table};
  int rc = name(&n, db);
  if (rc == SQLITE_OK) rc = execute(db, make_history(&n));
  if (rc == SQLITE_OK) rc = execute(db, make_trigger(&n, "INSERT", 0));
  if (rc == SQLITE_OK) rc = execute(db, make_trigger(&n, "UPDATE", 1));
  if (rc == SQLITE_OK) rc = execute(db, make_trigger(&n, "DELETE", 1));
  if (rc == SQLITE_OK) rc = execute(db, make_view(&n));
  forget(&n);
  return rc;
}

int bl_lag_install(struct bl_lag *lag, const char *const *tables) {
  int rc = SQLITE_OK;
  if (lag->installed) return rc;
  for (; *tables != NULL && rc == SQLITE_OK; tables++)
    rc = show_lagging(lag->db, *tables);
  lag->installed = rc == SQLITE_OK;
  return rc;
}

int bl_lag_forget(struct bl_lag *lag, const char *const *tables) {
  int rc = SQLITE_OK;
  for (; lag->installed && *tables != NULL && rc == SQLITE_OK; tables++)
    rc = execute(lag->db, sqlite3_mprintf("DELETE FROM %s_before", *tables));
  return rc;
}
