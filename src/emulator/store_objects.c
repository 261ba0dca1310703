#include "store_inside.h"

/* --- applications and service principals --------------------------------- */

enum bl_status bl_store_object_insert(struct bl_store *store,
                                      const struct bl_object *object) {
  sqlite3_stmt *s = bl_store_bound(store, OBJECT_INSERT, object->id, NULL);
  if (s == NULL) return BL_STORE;
  int rc = bl_store_bind(s, 2, object->type);
  if (rc == SQLITE_OK)
    rc = sqlite3_bind_blob(s, 3, object->app_id, BL_GUID_BYTES, SQLITE_STATIC);
  if (rc == SQLITE_OK) rc = bl_store_bind(s, 4, object->display_name);
  if (rc == SQLITE_OK) rc = bl_store_bind(s, 5, object->body);
  return rc == SQLITE_OK ? bl_store_run(s) : BL_STORE;
}

enum bl_status bl_store_object_update(struct bl_store *store,
                                      const struct bl_object *object) {
  sqlite3_stmt *s = bl_store_bound(store, OBJECT_UPDATE, object->id, NULL);
  if (s == NULL) return BL_STORE;
  int rc = bl_store_bind(s, 2, object->type);
  if (rc == SQLITE_OK) rc = bl_store_bind(s, 4, object->display_name);
  if (rc == SQLITE_OK) rc = bl_store_bind(s, 5, object->body);
  return rc == SQLITE_OK ? bl_store_run(s) : BL_STORE;
}

static void read_object(sqlite3_stmt *statement, struct bl_object *out) {
  out->seq = sqlite3_column_int64(statement, 0);
  bl_store_column_id(statement, 1, out->id);
  out->type = bl_store_column(statement, 2);
  bl_store_column_id(statement, 3, out->app_id);
  out->display_name = bl_store_column(statement, 4);
  out->body = bl_store_column(statement, 5);
}

static enum bl_status find(struct bl_store *store, enum statement which,
                           const char *type, const uint8_t *id,
                           struct bl_arena *arena, struct bl_object *out,
                           bool *found) {
  sqlite3_stmt *statement = bl_store_bound(store, which, id, type);
  *found = false;
  if (statement == NULL) return BL_STORE;
  *found = sqlite3_step(statement) == SQLITE_ROW;
  bool kept = true;
  if (*found) {
    read_object(statement, out);
    kept = bl_store_keep(&out->type, arena) &&
           bl_store_keep(&out->display_name, arena) &&
           bl_store_keep(&out->body, arena);
  }
  enum bl_status s = bl_store_status(sqlite3_reset(statement));
  return s == BL_OK && !kept ? BL_NOMEM : s;
}

enum bl_status bl_store_object_find(struct bl_store *store, const char *type,
                                    const uint8_t id[BL_GUID_BYTES],
                                    struct bl_arena *arena,
                                    struct bl_object *out, bool *found) {
  return find(store, OBJECT_FIND, type, id, arena, out, found);
}

enum bl_status bl_store_object_of_app(struct bl_store *store, const char *type,
                                      const uint8_t app_id[BL_GUID_BYTES],
                                      struct bl_arena *arena,
                                      struct bl_object *out, bool *found) {
  return find(store, OBJECT_OF_APP, type, app_id, arena, out, found);
}

enum bl_status bl_store_object_catch_up(struct bl_store *store,
                                        struct bl_arena *arena,
                                        struct bl_object *object, bool *found) {
  *found = true;
  if (!store->lag.installed) return BL_OK;
  return find(store, OBJECT_LATEST, NULL, object->id, arena, object, found);
}

enum bl_status bl_store_object_taken(struct bl_store *store, const char *type,
                                     const uint8_t app_id[BL_GUID_BYTES],
                                     bool *taken) {
  int64_t one;
  enum bl_status s =
      bl_store_integer(bl_store_bound(store, OBJECT_TAKEN, app_id, type), &one);
  *taken = one == 1;
  return s;
}

enum bl_status bl_store_object_holding(struct bl_store *store, const char *type,
                                       const uint8_t id[BL_GUID_BYTES],
                                       const char *path, struct bl_text text,
                                       bool *found) {
  sqlite3_stmt *s = bl_store_bound(store, OBJECT_HOLDING, id, type);
  int64_t one = 0;
  *found = false;
  if (s == NULL) return BL_STORE;
  int rc = sqlite3_bind_text(s, 3, path, -1, SQLITE_STATIC);
  if (rc == SQLITE_OK) rc = bl_store_bind(s, 4, text);
  if (rc != SQLITE_OK) return BL_STORE;
  enum bl_status status = bl_store_integer(s, &one);
  *found = one == 1;
  return status;
}

enum bl_status bl_store_object_delete(struct bl_store *store, const char *type,
                                      const uint8_t app_id[BL_GUID_BYTES]) {
  return bl_store_run(bl_store_bound(store, OBJECT_DELETE, app_id, type));
}

enum bl_status bl_store_object_count(struct bl_store *store, const char *type,
                                     int64_t *count) {
  return bl_store_integer(bl_store_bound(store, OBJECT_COUNT, NULL, type),
                          count);
}

static enum bl_status visit_all(sqlite3_stmt *statement, bl_object_visit *visit,
                                void *ud) {
  struct bl_object object;
  if (statement == NULL) return BL_STORE;
  while (sqlite3_step(statement) == SQLITE_ROW) {
    read_object(statement, &object);
    if (!visit(ud, &object)) break;
  }
  return bl_store_status(sqlite3_reset(statement));
}

enum bl_status bl_store_object_each(struct bl_store *store, const char *type,
                                    const struct bl_page *page,
                                    bl_object_visit *visit, void *ud) {
  return visit_all(bl_store_listing(store, OBJECTS, NULL, type, page), visit,
                   ud);
}

/* --- assignments ---------------------------------------------------------- */

static sqlite3_stmt *bind_pair(struct bl_store *store, enum statement which,
                               const uint8_t *object, const uint8_t *policy) {
  sqlite3_stmt *s = bl_store_bound(store, which, object, NULL);
  if (s == NULL) return NULL;
  int rc = sqlite3_bind_blob(s, 2, policy, BL_GUID_BYTES, SQLITE_STATIC);
  return rc == SQLITE_OK ? s : NULL;
}

enum bl_status bl_store_assign(struct bl_store *store,
                               const uint8_t object[BL_GUID_BYTES],
                               const uint8_t policy[BL_GUID_BYTES]) {
  return bl_store_run(bind_pair(store, ASSIGN, object, policy));
}

enum bl_status bl_store_is_assigned(struct bl_store *store,
                                    const uint8_t object[BL_GUID_BYTES],
                                    const uint8_t policy[BL_GUID_BYTES],
                                    bool *assigned) {
  int64_t one;
  enum bl_status s =
      bl_store_integer(bind_pair(store, IS_ASSIGNED, object, policy), &one);
  *assigned = one == 1;
  return s;
}

enum bl_status bl_store_unassign(struct bl_store *store,
                                 const uint8_t object[BL_GUID_BYTES],
                                 const uint8_t policy[BL_GUID_BYTES],
                                 bool *found) {
  enum bl_status s = bl_store_run(bind_pair(store, UNASSIGN, object, policy));
  *found = s == BL_OK && sqlite3_changes(store->db) > 0;
  return s;
}

enum bl_status bl_store_unassign_kind(struct bl_store *store,
                                      const uint8_t object[BL_GUID_BYTES],
                                      const char *kind) {
  return bl_store_run(bl_store_bound(store, UNASSIGN_KIND, object, kind));
}

enum bl_status bl_store_count_assigned(struct bl_store *store,
                                       const uint8_t object[BL_GUID_BYTES],
                                       const char *kind, int64_t *count) {
  return bl_store_integer(bl_store_bound(store, COUNT_ASSIGNED, object, kind),
                          count);
}

enum bl_status bl_store_count_carriers(struct bl_store *store,
                                       const uint8_t policy[BL_GUID_BYTES],
                                       int64_t *count) {
  return bl_store_integer(bl_store_bound(store, COUNT_CARRIERS, policy, NULL),
                          count);
}

enum bl_status bl_store_each_carrier(struct bl_store *store,
                                     const uint8_t policy[BL_GUID_BYTES],
                                     const struct bl_page *page,
                                     bl_object_visit *visit, void *ud) {
  return visit_all(bl_store_listing(store, CARRIERS, policy, NULL, page), visit,
                   ud);
}
