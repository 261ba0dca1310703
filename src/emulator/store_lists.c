/* Where a list begins, and what it is read from. */
#include "store_inside.h"

/* Makes the index that a list by name is read from. False: SQLite refused, and
 * from the next transaction on each page is sorted instead. */
static bool sort(struct bl_store *store, enum statement first) {
  enum statement index = first == POLICIES           ? INDEX
                         : first == POLICIES_OF_KIND ? INDEX_OF_KIND
                         : first == OBJECTS          ? OBJECT_INDEX
                                                     : STATEMENTS;
  if (index == STATEMENTS || store->unsorted) return true;
  store->sorting = true;
  return bl_store_run(bl_store_prepared(store, index)) == BL_OK;
}

/* Binds where a list begins. Without a place, that is before all names: before
 * the empty one, or, backwards, at what SQLite puts behind any text. */
static int bind_place(sqlite3_stmt *s, const struct bl_page *page) {
  static const struct bl_text empty = {"", 0};
  int64_t seq = page->seq;
  if (!page->behind) seq = page->order == BL_NEWEST_FIRST ? INT64_MAX : 0;
  int rc = sqlite3_bind_int64(s, 3, seq);
  if (rc != SQLITE_OK || page->order < BL_A_TO_Z) return rc;
  if (page->behind) return bl_store_bind(s, 4, page->name);
  return page->order == BL_A_TO_Z ? bl_store_bind(s, 4, empty)
                                  : sqlite3_bind_zeroblob(s, 4, 0);
}

sqlite3_stmt *bl_store_listing(struct bl_store *store, enum statement first,
                               const uint8_t *id, const char *name,
                               const struct bl_page *page) {
  if (page->order >= BL_A_TO_Z && !sort(store, first)) return NULL;
  sqlite3_stmt *s =
      bl_store_bound(store, first + (enum statement)page->order, id, name);
  if (s == NULL) return NULL;
  int rc = bind_place(s, page);
  if (rc == SQLITE_OK) rc = bl_store_bind(s, 5, page->only);
  if (rc == SQLITE_OK)
    rc = sqlite3_bind_int64(s, 6, page->max > 0 ? page->max : -1);
  return rc == SQLITE_OK ? s : NULL;
}
