/* The inside of the store: for store*.c alone. */
#ifndef BL_STORE_INSIDE_H
#define BL_STORE_INSIDE_H

#include <sqlite3.h>
#include <string.h>

#include "lag.h"
#include "store.h"

#define POLICY_COLUMNS                                                         \
  "p.seq, p.id, p.kind, p.dialect, p.display_name, p.definition, p.is_default"
#define OBJECT_COLUMNS "o.seq, o.id, o.type, o.app_id, o.display_name, o.body"
#define ASSIGNED                                                               \
  " FROM assignments a JOIN policies p ON p.seq = a.policy"                    \
  " JOIN objects o ON o.seq = a.object"
/* The same for what writes must know, whatever reads are to see. */
#define ASSIGNED_NOW                                                           \
  " FROM main.assignments a JOIN main.policies p ON p.seq = a.policy"          \
  " JOIN main.objects o ON o.seq = a.object"

/* A list in four orders: ?1 and ?2 are the source's own, ?3 is the place and
 * ?4 the name behind which it begins, ?5 the only name that is wanted (NULL:
 * any), ?6 the most rows. The collations stand where SQLite must find them to
 * begin in the midst of an index, by name and place at once. */
#define FOLDED(of) of ".display_name COLLATE NOCASE"
#define NAMED(source, of) source " AND (?5 IS NULL OR " FOLDED(of) " = ?5)"
#define BEHIND(of, seq, sign)                                                  \
  " AND (" of ".display_name, " seq ") " sign                                  \
  " (?4 COLLATE NOCASE, ?3 COLLATE BINARY)"
#define LIST(X, name, source, of, seq)                                         \
  X(name, NAMED(source, of) " AND " seq " > ?3 ORDER BY " seq " LIMIT ?6")     \
  X(name##_NEWEST,                                                             \
    NAMED(source, of) " AND " seq " < ?3 ORDER BY " seq " DESC LIMIT ?6")      \
  X(name##_A_TO_Z, NAMED(source, of) BEHIND(of, seq, ">") " ORDER BY " FOLDED( \
                       of) ", " seq " LIMIT ?6")                               \
  X(name##_Z_TO_A, NAMED(source, of) BEHIND(of, seq, "<") " ORDER BY " FOLDED( \
                       of) " DESC, " seq " DESC LIMIT ?6")

/* clang-format off */
#define STATEMENT_LIST(X)                                                     \
  X(BEGIN,       "BEGIN")                                                     \
  X(COMMIT,      "COMMIT")                                                    \
  X(ROLLBACK,    "ROLLBACK")                                                  \
  X(PART,        "SAVEPOINT part")                                            \
  X(PART_END,    "RELEASE part")                                              \
  X(PART_UNDO,   "ROLLBACK TO part")                                          \
  X(COUNTS,      "SELECT kind, count(*) FROM main.policies GROUP BY kind"     \
                 " UNION ALL SELECT type, count(*) FROM main.objects"         \
                 " GROUP BY type UNION ALL"                                   \
                 " SELECT 'assignment', count(*) FROM main.assignments")      \
  X(GENERATION,  "SELECT value FROM state WHERE name = 'generation'")         \
  X(RENEW,       "UPDATE state SET value = random()"                          \
                 " WHERE name = 'generation'")                                \
  /* policies */                                                              \
  X(INSERT,      "INSERT OR FAIL INTO main.policies (id, kind, dialect,"      \
                 " display_name, definition, is_default, created)"            \
                 " SELECT * FROM bylaw_arrivals")                             \
  X(UPDATE,      "UPDATE main.policies SET dialect = ?3, display_name = ?4,"       \
                 " definition = ?5, is_default = ?6"                          \
                 " WHERE id = ?1 AND kind = ?2")                              \
  X(FIND,        "SELECT " POLICY_COLUMNS " FROM policies p"                  \
                 " WHERE p.id = ?1 AND (?2 IS NULL OR p.kind = ?2)")          \
  X(FIND_LATEST, "SELECT " POLICY_COLUMNS " FROM main.policies p"             \
                 " WHERE p.id = ?1 AND (?2 IS NULL OR p.kind = ?2)")          \
  X(DELETE,      "DELETE FROM main.policies"                                       \
                 " WHERE id = ?1 AND (?2 IS NULL OR kind = ?2)")              \
  X(HAS_DEFAULT, "SELECT 1 FROM main.policies WHERE is_default"                    \
                 " AND kind = ?2 AND id <> ?1")                               \
  X(NO_DEFAULT,  "UPDATE main.policies SET is_default = 0 WHERE is_default"        \
                 " AND kind = ?2 AND id <> ?1")                               \
  X(COUNT,       "SELECT count(*) FROM policies")                             \
  X(COUNT_KIND,  "SELECT count(*) FROM policies WHERE kind = ?2")             \
  X(CLEAR,       "DELETE FROM main.policies")                                      \
  /* what lists by name are read from: made for the first one */              \
  X(INDEX,       "CREATE INDEX IF NOT EXISTS main.policies_by_name"           \
                 " ON policies (display_name COLLATE NOCASE)")                \
  X(INDEX_OF_KIND, "CREATE INDEX IF NOT EXISTS main.policies_of_kind_by_name" \
                 " ON policies (kind, display_name COLLATE NOCASE)")          \
  X(OBJECT_INDEX, "CREATE INDEX IF NOT EXISTS main.objects_by_name"           \
                 " ON objects (type, display_name COLLATE NOCASE)")           \
  LIST(X, POLICIES, "SELECT " POLICY_COLUMNS " FROM policies p WHERE 1",      \
       "p", "p.seq")                                                            \
  LIST(X, POLICIES_OF_KIND, "SELECT " POLICY_COLUMNS " FROM policies p"       \
       " WHERE p.kind = ?2", "p", "p.seq")                                    \
  /* applications and service principals */                                   \
  X(OBJECT_INSERT, "INSERT INTO main.objects (id, type, app_id, display_name,"     \
                 " body, created) VALUES (?1, ?2, ?3, ?4, ?5, unixepoch())")  \
  X(OBJECT_UPDATE, "UPDATE main.objects SET display_name = ?4, body = ?5"          \
                 " WHERE id = ?1 AND type = ?2")                              \
  X(OBJECT_FIND, "SELECT " OBJECT_COLUMNS " FROM objects o"                   \
                 " WHERE o.id = ?1 AND (?2 IS NULL OR o.type = ?2)")          \
  X(OBJECT_LATEST, "SELECT " OBJECT_COLUMNS " FROM main.objects o"            \
                 " WHERE o.id = ?1 AND (?2 IS NULL OR o.type = ?2)")          \
  X(OBJECT_TAKEN, "SELECT 1 FROM main.objects"                                \
                 " WHERE type = ?2 AND app_id = ?1")                          \
  X(OBJECT_OF_APP, "SELECT " OBJECT_COLUMNS " FROM objects o"                 \
                 " WHERE o.type = ?2 AND o.app_id = ?1")                      \
  X(OBJECT_DELETE, "DELETE FROM main.objects WHERE type = ?2 AND app_id = ?1")     \
  X(OBJECT_COUNT, "SELECT count(*) FROM objects WHERE type = ?2")             \
  X(OBJECT_HOLDING, "SELECT 1 FROM main.objects o,"                                \
                 " json_each(o.body, ?3) j WHERE o.type = ?2"                 \
                 " AND o.id <> ?1 AND j.value = ?4 LIMIT 1")                  \
  X(OBJECT_CLEAR, "DELETE FROM main.objects")                                      \
  LIST(X, OBJECTS, "SELECT " OBJECT_COLUMNS " FROM objects o"                 \
       " WHERE o.type = ?2", "o", "o.seq")                                    \
  /* who carries what */                                                      \
  X(ASSIGN,      "INSERT INTO main.assignments (object, policy) SELECT o.seq,"     \
                 " p.seq FROM main.objects o, main.policies p"                          \
                 " WHERE o.id = ?1 AND p.id = ?2")                            \
  X(UNASSIGN,    "DELETE FROM main.assignments WHERE object ="                     \
                 " (SELECT seq FROM main.objects WHERE id = ?1) AND policy ="      \
                 " (SELECT seq FROM main.policies WHERE id = ?2)")                 \
  X(UNASSIGN_KIND, "DELETE FROM main.assignments WHERE object ="                   \
                 " (SELECT seq FROM main.objects WHERE id = ?1) AND policy IN"     \
                 " (SELECT seq FROM main.policies WHERE kind = ?2)")               \
  X(IS_ASSIGNED, "SELECT 1 FROM main.assignments WHERE object ="              \
                 " (SELECT seq FROM main.objects WHERE id = ?1) AND policy =" \
                 " (SELECT seq FROM main.policies WHERE id = ?2)")            \
  X(COUNT_ASSIGNED, "SELECT count(*)" ASSIGNED_NOW                                \
                 " WHERE o.id = ?1 AND (?2 IS NULL OR p.kind = ?2)")          \
  X(COUNT_CARRIERS, "SELECT count(*)" ASSIGNED_NOW " WHERE p.id = ?1")            \
  LIST(X, ASSIGNED_LIST, "SELECT a.seq, p.id, p.kind, p.dialect,"             \
       " p.display_name, p.definition, p.is_default" ASSIGNED \
       " WHERE o.id = ?1 AND (?2 IS NULL OR p.kind = ?2)", "p", "a.seq")         \
  LIST(X, CARRIERS, "SELECT a.seq, o.id, o.type, o.app_id,"                   \
       " o.display_name, o.body" ASSIGNED                     \
       " WHERE p.id = ?1 AND ?2 IS NULL", "o", "a.seq")
/* clang-format on */

enum statement {
#define X(name, sql) name,
  STATEMENT_LIST(X)
#undef X
      STATEMENTS
};

#define BL_ARRIVALS 64          /* rows that are gathered, at most */
#define BL_ARRIVING (32u << 10) /* bytes of their texts */

/* Policies that are to be stored with the next ones; see store_arrivals.c. */
struct bl_arrivals {
  size_t count, used; /* rows; bytes of `texts` */
  struct bl_row rows[BL_ARRIVALS];
  char texts[BL_ARRIVING];
};

struct bl_store {
  sqlite3 *db;
  struct bl_lag lag;
  struct bl_arrivals arrivals;
  bool sorting;  /* an index by name was asked for in this transaction */
  bool unsorted; /* there is no room for such */
  sqlite3_stmt *prepared[STATEMENTS]; /* NULL: not asked for yet */
};

/* Makes the table from which what has arrived is stored. An SQLite code. */
int bl_arrivals_init(struct bl_arrivals *arrivals, sqlite3 *db);

/* Stores what has arrived. Comes before any other statement. */
enum bl_status bl_store_settle(struct bl_store *store);

/* The statement, made when it is first asked for; what has arrived is stored
 * then. NULL: SQLite refused. */
sqlite3_stmt *bl_store_prepared(struct bl_store *store, enum statement which);

/* Binds what most statements begin with: 16 bytes or NULL at 1, a C string or
 * NULL at 2. NULL: refused. */
sqlite3_stmt *bl_store_bound(struct bl_store *store, enum statement which,
                             const uint8_t *id, const char *name);

/* BL_OK for what SQLite calls a success, else BL_STORE. */
enum bl_status bl_store_status(int rc);

/* Runs a statement that gives no rows, or one whose rows do not matter. */
enum bl_status bl_store_run(sqlite3_stmt *statement);

/* The integer of the one row that comes; 0 when none does. */
enum bl_status bl_store_integer(sqlite3_stmt *statement, int64_t *out);

/* Binds a text, the caller's until the statement has run. */
int bl_store_bind(sqlite3_stmt *statement, int at, struct bl_text text);

/* A column's bytes, SQLite's until the next step. */
struct bl_text bl_store_column(sqlite3_stmt *statement, int at);
void bl_store_column_id(sqlite3_stmt *statement, int at,
                        uint8_t out[BL_GUID_BYTES]);

/* Copies a text into the arena. */
bool bl_store_keep(struct bl_text *text, struct bl_arena *arena);

/* The list statement of `first` (POLICIES, …) that runs in the order of the
 * page, with the page bound. NULL: refused. */
sqlite3_stmt *bl_store_listing(struct bl_store *store, enum statement first,
                               const uint8_t *id, const char *name,
                               const struct bl_page *page);

#endif
