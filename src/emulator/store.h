/* The store: policies in an SQLite file, or in memory. One thread at a time.
 * The file belongs to one store; a second one is refused. */
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
  uint8_t id[BL_GUID_BYTES];
  struct bl_text kind;     /* the entity type */
  enum bl_dialect dialect; /* in which the definition was sent */
  struct bl_text display_name;
  struct bl_text definition; /* JSON: an array of the strings as sent */
  bool organization_default;
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

/* Each of these returns BL_OK, BL_NOMEM or BL_STORE. `kind` is an entity type,
 * or NULL for any. */
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

enum bl_status bl_store_delete(struct bl_store *store, const char *kind,
                               const uint8_t id[BL_GUID_BYTES], bool *found);

/* Whether a policy of that kind other than `id` is the organization's
 * default. */
enum bl_status bl_store_has_default(struct bl_store *store, const char *kind,
                                    const uint8_t id[BL_GUID_BYTES],
                                    bool *found);

/* Visits each policy in the order of creation. The row is the store's and
 * dies when the visit ends; a visit that returns false is the last. */
typedef bool bl_visit(void *ud, const struct bl_row *row);
enum bl_status bl_store_each(struct bl_store *store, const char *kind,
                             bl_visit *visit, void *ud);

/* Removes every policy. */
enum bl_status bl_store_reset(struct bl_store *store);

#endif
