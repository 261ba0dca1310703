/* Replication lag: for a while, reads see a row as it was before it was
 * written. Tables are shown through temporary views of the same names, which
 * hide those of the file; what was is kept in temporary tables by triggers. So
 * a statement that names a table sees the lag, and one that says main.TABLE
 * does not: all that write must. */
#ifndef BL_LAG_H
#define BL_LAG_H

#include <sqlite3.h>
#include <stdbool.h>

#include "clock.h"

struct bl_lag {
  sqlite3 *db;
  const struct bl_clock *clock;
  unsigned ms;    /* of what is written from now on; 0: none */
  bool installed; /* the views are there */
};

/* Makes SQLite ask this clock and this lag. Returns SQLite's code. */
int bl_lag_init(struct bl_lag *lag, sqlite3 *db, const struct bl_clock *clock);

/* Makes the views, where they are not there; ends with NULL. */
int bl_lag_install(struct bl_lag *lag, const char *const *tables);

/* Ends the lag of all that was written. */
int bl_lag_forget(struct bl_lag *lag, const char *const *tables);

#endif
