#include "store_inside.h"

enum bl_status bl_store_update(struct bl_store *store,
                               const struct bl_row *row) {
  sqlite3_stmt *s = bl_store_bound(store, UPDATE, row->id, NULL);
  if (s == NULL) return BL_STORE;
  int rc = bl_store_bind(s, 2, row->kind);
  if (rc == SQLITE_OK) rc = sqlite3_bind_int(s, 3, (int)row->dialect);
  if (rc == SQLITE_OK) rc = bl_store_bind(s, 4, row->display_name);
  if (rc == SQLITE_OK) rc = bl_store_bind(s, 5, row->definition);
  if (rc == SQLITE_OK) rc = sqlite3_bind_int(s, 6, row->organization_default);
  return rc == SQLITE_OK ? bl_store_run(s) : BL_STORE;
}

static void read_row(sqlite3_stmt *statement, struct bl_row *out) {
  out->seq = sqlite3_column_int64(statement, 0);
  bl_store_column_id(statement, 1, out->id);
  out->kind = bl_store_column(statement, 2);
  out->dialect = (enum bl_dialect)sqlite3_column_int(statement, 3);
  out->display_name = bl_store_column(statement, 4);
  out->definition = bl_store_column(statement, 5);
  out->organization_default = sqlite3_column_int(statement, 6) != 0;
}

static enum bl_status find(struct bl_store *store, enum statement which,
                           const char *kind, const uint8_t id[BL_GUID_BYTES],
                           struct bl_arena *arena, struct bl_row *out,
                           bool *found) {
  sqlite3_stmt *statement = bl_store_bound(store, which, id, kind);
  *found = false;
  if (statement == NULL) return BL_STORE;
  *found = sqlite3_step(statement) == SQLITE_ROW;
  bool kept = true;
  if (*found) {
    read_row(statement, out);
    kept = bl_store_keep(&out->kind, arena) &&
           bl_store_keep(&out->display_name, arena) &&
           bl_store_keep(&out->definition, arena);
  }
  enum bl_status s = bl_store_status(sqlite3_reset(statement));
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

enum bl_status bl_store_delete(struct bl_store *store, const char *kind,
                               const uint8_t id[BL_GUID_BYTES], bool *found) {
  enum bl_status s = bl_store_run(bl_store_bound(store, DELETE, id, kind));
  *found = s == BL_OK && sqlite3_changes(store->db) > 0;
  return s;
}

enum bl_status bl_store_has_default(struct bl_store *store, const char *kind,
                                    const uint8_t id[BL_GUID_BYTES],
                                    bool *found) {
  int64_t one;
  enum bl_status s =
      bl_store_integer(bl_store_bound(store, HAS_DEFAULT, id, kind), &one);
  *found = one == 1;
  return s;
}

enum bl_status bl_store_no_default(struct bl_store *store, const char *kind,
                                   const uint8_t id[BL_GUID_BYTES]) {
  return bl_store_run(bl_store_bound(store, NO_DEFAULT, id, kind));
}

enum bl_status bl_store_count(struct bl_store *store, const char *kind,
                              int64_t *count) {
  enum statement which = kind == NULL ? COUNT : COUNT_KIND;
  return bl_store_integer(bl_store_bound(store, which, NULL, kind), count);
}

static enum bl_status visit_all(sqlite3_stmt *statement, bl_visit *visit,
                                void *ud) {
  struct bl_row row;
  if (statement == NULL) return BL_STORE;
  while (sqlite3_step(statement) == SQLITE_ROW) {
    read_row(statement, &row);
    if (!visit(ud, &row)) break;
  }
  return bl_store_status(sqlite3_reset(statement));
}

enum bl_status bl_store_each(struct bl_store *store, const char *kind,
                             const struct bl_page *page, bl_visit *visit,
                             void *ud) {
  enum statement which = kind == NULL ? POLICIES : POLICIES_OF_KIND;
  return visit_all(bl_store_listing(store, which, NULL, kind, page), visit, ud);
}

enum bl_status bl_store_each_assigned(struct bl_store *store,
                                      const uint8_t object[BL_GUID_BYTES],
                                      const char *kind,
                                      const struct bl_page *page,
                                      bl_visit *visit, void *ud) {
  return visit_all(bl_store_listing(store, ASSIGNED_LIST, object, kind, page),
                   visit, ud);
}
