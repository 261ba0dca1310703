/* Snapshots: copies of all tables, in temporary ones, and how many rows there
 * are of each type. */
#include "store_inside.h"

static const char *const tables[] = {"policies", "objects", "assignments"};
#define TABLES (sizeof tables / sizeof *tables)

/* Runs a statement that is made for one use, with the snapshot's name bound.
 * Owns `sql`. */
static enum bl_status once(struct bl_store *store, char *sql, const char *name,
                           int *rows) {
  sqlite3_stmt *s = NULL;
  if (sql == NULL) return BL_STORE;
  int rc = bl_store_settle(store) == BL_OK ? SQLITE_OK : SQLITE_ERROR;
  if (rc == SQLITE_OK) rc = sqlite3_prepare_v2(store->db, sql, -1, &s, NULL);
  sqlite3_free(sql);
  if (rc == SQLITE_OK && sqlite3_bind_parameter_count(s) > 0)
    rc = sqlite3_bind_text(s, 1, name, -1, SQLITE_STATIC);
  while (rc == SQLITE_OK || rc == SQLITE_ROW) {
    rc = sqlite3_step(s);
    if (rc == SQLITE_ROW && rows != NULL) ++*rows;
  }
  int end = sqlite3_finalize(s);
  return rc == SQLITE_DONE ? bl_store_status(end) : BL_STORE;
}

/* The names of the snapshots that there are, in a table of their own, so that
 * an empty one is one too. */
static enum bl_status prepare_kept(struct bl_store *store) {
  enum bl_status s = once(store,
                          sqlite3_mprintf("CREATE TEMP TABLE IF NOT EXISTS kept"
                                          " (name TEXT PRIMARY KEY)"),
                          NULL, NULL);
  for (size_t i = 0; i < TABLES && s == BL_OK; i++)
    s = once(store,
             sqlite3_mprintf("CREATE TEMP TABLE IF NOT EXISTS kept_%s AS"
                             " SELECT '' AS kept, * FROM main.%s WHERE 0",
                             tables[i], tables[i]),
             NULL, NULL);
  return s;
}

enum bl_status bl_store_drop(struct bl_store *store, const char *name,
                             bool *found) {
  int rows = 0;
  enum bl_status s = prepare_kept(store);
  if (s == BL_OK)
    s = once(store,
             sqlite3_mprintf("DELETE FROM temp.kept WHERE name = ?1"
                             " RETURNING 1"),
             name, &rows);
  for (size_t i = 0; i < TABLES && s == BL_OK; i++)
    s = once(
        store,
        sqlite3_mprintf("DELETE FROM temp.kept_%s WHERE kept = ?1", tables[i]),
        name, NULL);
  *found = rows > 0;
  return s;
}

enum bl_status bl_store_snapshot(struct bl_store *store, const char *name) {
  bool found;
  enum bl_status s = bl_store_drop(store, name, &found);
  if (s == BL_OK)
    s = once(store, sqlite3_mprintf("INSERT INTO temp.kept VALUES (?1)"), name,
             NULL);
  for (size_t i = 0; i < TABLES && s == BL_OK; i++)
    s = once(store,
             sqlite3_mprintf("INSERT INTO temp.kept_%s SELECT ?1, * FROM"
                             " main.%s",
                             tables[i], tables[i]),
             name, NULL);
  return s;
}

/* The columns of a table, with commas between; to be freed with sqlite3_free.
 */
static char *columns_of(struct bl_store *store, const char *table) {
  sqlite3_stmt *s = NULL;
  char *columns = NULL;
  char *sql = sqlite3_mprintf(
      "SELECT group_concat(name, ', ') FROM pragma_table_info('%s', 'main')",
      table);
  if (sql != NULL &&
      sqlite3_prepare_v2(store->db, sql, -1, &s, NULL) == SQLITE_OK &&
      sqlite3_step(s) == SQLITE_ROW)
    columns = sqlite3_mprintf("%s", sqlite3_column_text(s, 0));
  sqlite3_finalize(s);
  sqlite3_free(sql);
  return columns;
}

static enum bl_status bring_back(struct bl_store *store, const char *table,
                                 const char *name) {
  char *columns = columns_of(store, table);
  if (columns == NULL) return BL_STORE;
  enum bl_status s =
      once(store,
           sqlite3_mprintf("INSERT INTO main.%s (%s) SELECT %s FROM"
                           " temp.kept_%s WHERE kept = ?1",
                           table, columns, columns, table),
           name, NULL);
  sqlite3_free(columns);
  return s;
}

enum bl_status bl_store_restore(struct bl_store *store, const char *name,
                                bool *found) {
  int rows = 0;
  enum bl_status s = prepare_kept(store);
  if (s == BL_OK)
    s = once(store, sqlite3_mprintf("SELECT 1 FROM temp.kept WHERE name = ?1"),
             name, &rows);
  *found = rows > 0;
  if (s != BL_OK || !*found) return s;
  s = bl_store_clear(store);
  for (size_t i = 0; i < TABLES && s == BL_OK; i++)
    s = bring_back(store, tables[i], name);
  return s;
}

enum bl_status bl_store_part(struct bl_store *store, enum bl_part part) {
  static const enum statement statements[] = {[BL_PART_BEGIN] = PART,
                                              [BL_PART_END] = PART_END,
                                              [BL_PART_UNDO] = PART_UNDO};
  enum bl_status s = bl_store_run(bl_store_prepared(store, statements[part]));
  if (part != BL_PART_UNDO || s != BL_OK) return s;
  return bl_store_run(bl_store_prepared(store, PART_END));
}

enum bl_status bl_store_counts(struct bl_store *store, bl_counted *counted,
                               void *ud) {
  sqlite3_stmt *s = bl_store_prepared(store, COUNTS);
  if (s == NULL) return BL_STORE;
  while (sqlite3_step(s) == SQLITE_ROW)
    counted(ud, bl_store_column(s, 0), sqlite3_column_int64(s, 1));
  return bl_store_status(sqlite3_reset(s));
}
