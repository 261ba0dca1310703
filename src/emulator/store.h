/* The store: policies, applications, service principals and who carries what,
 * in an SQLite file or in memory. One thread at a time. The file belongs to
 * one store; a second one is refused. */
#ifndef BL_STORE_H
#define BL_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "clock.h"
#include "core/arena.h"
#include "core/guid.h"
#include "core/policy.h"
#include "core/status.h"
#include "core/value.h"
#include "reason.h"

/* A policy as it is kept. */
struct bl_row {
  int64_t seq; /* its place in the list it came from; 0: not kept yet */
  uint8_t id[BL_GUID_BYTES];
  struct bl_text kind;     /* the entity type */
  enum bl_dialect dialect; /* in which the definition was sent */
  struct bl_text display_name;
  struct bl_text definition; /* JSON: an array of the strings as sent */
  bool organization_default;
};

/* An application or a service principal. */
struct bl_object {
  int64_t seq; /* as of a policy */
  uint8_t id[BL_GUID_BYTES];
  struct bl_text type; /* the entity type */
  uint8_t app_id[BL_GUID_BYTES];
  struct bl_text display_name; /* as in the body */
  struct bl_text body; /* JSON: an object of all properties but the id */
};

/* Which part of a list, and in which order. */
enum bl_order { BL_OLDEST_FIRST, BL_NEWEST_FIRST, BL_A_TO_Z, BL_Z_TO_A };

struct bl_page {
  enum bl_order order;
  bool behind;         /* begin behind the row with this seq and name */
  int64_t seq;         /* of the last row that was seen */
  struct bl_text name; /* its display name, for an order by name */
  struct bl_text only; /* rows of that display name, case folded; NULL: any */
  int64_t max;         /* rows to visit; 0: all */
};

struct bl_store;

/* Opens or makes the store at `path`, ":memory:" for one without a file. The
 * clock is borrowed until it is closed.
 * BL_STORE: `reason` says what is wrong and what would be right. */
enum bl_status bl_store_open(const char *path, const struct bl_clock *clock,
                             struct bl_store **out, char reason[BL_REASON]);

/* NULL is fine. */
void bl_store_close(struct bl_store *store);

/* SQLite's words on the last BL_STORE. Valid until the next call. */
const char *bl_store_reason(const struct bl_store *store);

/* Writes stand after a commit, and then whatever happens to the process. The
 * database may end a transaction by itself when a statement fails, so after a
 * BL_STORE it is asked whether there still is one. */
enum bl_status bl_store_begin(struct bl_store *store);
enum bl_status bl_store_commit(struct bl_store *store);
bool bl_store_in_transaction(const struct bl_store *store);

/* Takes back what was not committed; without a transaction, nothing. */
void bl_store_rollback(struct bl_store *store);

/* Each of the functions below returns BL_OK, BL_NOMEM or BL_STORE. */

/* Removes everything. */
enum bl_status bl_store_reset(struct bl_store *store);

/* The same within the transaction that there is. */
enum bl_status bl_store_clear(struct bl_store *store);

/* A part of the transaction that can be undone alone. */
enum bl_part { BL_PART_BEGIN, BL_PART_END, BL_PART_UNDO };
enum bl_status bl_store_part(struct bl_store *store, enum bl_part part);

/* Keeps a copy of everything under a name, in memory, until it is dropped or
 * the store closed; brings it back; drops it. Not found: there is none. */
enum bl_status bl_store_snapshot(struct bl_store *store, const char *name);
enum bl_status bl_store_restore(struct bl_store *store, const char *name,
                                bool *found);
enum bl_status bl_store_drop(struct bl_store *store, const char *name,
                             bool *found);

/* How many there are of each entity type, and of assignments. */
typedef void bl_counted(void *ud, struct bl_text type, int64_t count);
enum bl_status bl_store_counts(struct bl_store *store, bl_counted *counted,
                               void *ud);

/* A number that changes with each reset and never else. */
enum bl_status bl_store_generation(struct bl_store *store, int64_t *out);

/* --- policies: `kind` is an entity type, or NULL for any ------------------ */

enum bl_status bl_store_insert(struct bl_store *store,
                               const struct bl_row *row);

/* Replaces everything but id and kind. */
enum bl_status bl_store_update(struct bl_store *store,
                               const struct bl_row *row);

/* The texts of *out lie in the arena. */
enum bl_status bl_store_find(struct bl_store *store, const char *kind,
                             const uint8_t id[BL_GUID_BYTES],
                             struct bl_arena *arena, struct bl_row *out,
                             bool *found);

/* How long reads do not see what is written from now on. Changes nothing but
 * reads by id, by list and by reference: what must be unique is. */
enum bl_status bl_store_lag(struct bl_store *store, unsigned ms);

/* Makes of a row that was found the one that is to be changed: without the
 * lag. Not found: it is deleted, and reads do not see that yet. */
enum bl_status bl_store_catch_up(struct bl_store *store, struct bl_arena *arena,
                                 struct bl_row *row, bool *found);

/* Its assignments go too. */
enum bl_status bl_store_delete(struct bl_store *store, const char *kind,
                               const uint8_t id[BL_GUID_BYTES], bool *found);

/* Whether a policy of that kind other than `id` is the organization's
 * default; and the taking back of all of these. */
enum bl_status bl_store_has_default(struct bl_store *store, const char *kind,
                                    const uint8_t id[BL_GUID_BYTES],
                                    bool *found);
enum bl_status bl_store_no_default(struct bl_store *store, const char *kind,
                                   const uint8_t id[BL_GUID_BYTES]);

enum bl_status bl_store_count(struct bl_store *store, const char *kind,
                              int64_t *count);

/* Visits the policies of a page. The row is the store's and dies when the
 * visit ends; a visit that returns false is the last. A visit may not ask the
 * store for the same list. */
typedef bool bl_visit(void *ud, const struct bl_row *row);
enum bl_status bl_store_each(struct bl_store *store, const char *kind,
                             const struct bl_page *page, bl_visit *visit,
                             void *ud);

/* --- objects: `type` is an entity type ------------------------------------ */

enum bl_status bl_store_object_insert(struct bl_store *store,
                                      const struct bl_object *object);

/* Replaces name and body. */
enum bl_status bl_store_object_update(struct bl_store *store,
                                      const struct bl_object *object);

/* By its id (with type NULL, of any type), or by its application's. The texts
 * of *out lie in the arena. */
enum bl_status bl_store_object_find(struct bl_store *store, const char *type,
                                    const uint8_t id[BL_GUID_BYTES],
                                    struct bl_arena *arena,
                                    struct bl_object *out, bool *found);
enum bl_status bl_store_object_of_app(struct bl_store *store, const char *type,
                                      const uint8_t app_id[BL_GUID_BYTES],
                                      struct bl_arena *arena,
                                      struct bl_object *out, bool *found);

/* As bl_store_catch_up. */
enum bl_status bl_store_object_catch_up(struct bl_store *store,
                                        struct bl_arena *arena,
                                        struct bl_object *object, bool *found);

/* Whether there is an object of that type for an application. */
enum bl_status bl_store_object_taken(struct bl_store *store, const char *type,
                                     const uint8_t app_id[BL_GUID_BYTES],
                                     bool *taken);

/* Whether the array at `path` ("$.identifierUris") of an object of that type
 * other than `id` holds the text. */
enum bl_status bl_store_object_holding(struct bl_store *store, const char *type,
                                       const uint8_t id[BL_GUID_BYTES],
                                       const char *path, struct bl_text text,
                                       bool *found);

/* Its assignments go too. */
enum bl_status bl_store_object_delete(struct bl_store *store, const char *type,
                                      const uint8_t app_id[BL_GUID_BYTES]);

enum bl_status bl_store_object_count(struct bl_store *store, const char *type,
                                     int64_t *count);

typedef bool bl_object_visit(void *ud, const struct bl_object *object);
enum bl_status bl_store_object_each(struct bl_store *store, const char *type,
                                    const struct bl_page *page,
                                    bl_object_visit *visit, void *ud);

/* --- assignments -----------------------------------------------------------
 */

/* Where there are such an object and such a policy, not assigned yet. */
enum bl_status bl_store_assign(struct bl_store *store,
                               const uint8_t object[BL_GUID_BYTES],
                               const uint8_t policy[BL_GUID_BYTES]);

enum bl_status bl_store_is_assigned(struct bl_store *store,
                                    const uint8_t object[BL_GUID_BYTES],
                                    const uint8_t policy[BL_GUID_BYTES],
                                    bool *assigned);

/* *found: it was assigned. */
enum bl_status bl_store_unassign(struct bl_store *store,
                                 const uint8_t object[BL_GUID_BYTES],
                                 const uint8_t policy[BL_GUID_BYTES],
                                 bool *found);

/* Takes every policy of a kind from an object. */
enum bl_status bl_store_unassign_kind(struct bl_store *store,
                                      const uint8_t object[BL_GUID_BYTES],
                                      const char *kind);

/* How many policies of a kind (NULL: any) an object carries, and how many
 * objects carry a policy. */
enum bl_status bl_store_count_assigned(struct bl_store *store,
                                       const uint8_t object[BL_GUID_BYTES],
                                       const char *kind, int64_t *count);
enum bl_status bl_store_count_carriers(struct bl_store *store,
                                       const uint8_t policy[BL_GUID_BYTES],
                                       int64_t *count);

/* The policies of an object, and the objects of a policy; `seq` is then the
 * assignment's. */
enum bl_status bl_store_each_assigned(struct bl_store *store,
                                      const uint8_t object[BL_GUID_BYTES],
                                      const char *kind,
                                      const struct bl_page *page,
                                      bl_visit *visit, void *ud);
enum bl_status bl_store_each_carrier(struct bl_store *store,
                                     const uint8_t policy[BL_GUID_BYTES],
                                     const struct bl_page *page,
                                     bl_object_visit *visit, void *ud);

#endif
