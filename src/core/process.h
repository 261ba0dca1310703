/* Another program, run without a shell: its arguments are words, not text that
 * something reads again. What it writes is taken up to a limit; a time and the
 * owner's close end it, with all that it started in its group.
 *
 * One thread at a time uses a process. Nothing is read outside
 * bl_process_wait. The program stands in "/", so that no folder of the
 * caller's can put another program in its way, has no input, and inherits no
 * file of ours. Its environment is ours but for the names that are withheld. */
#ifndef BL_PROCESS_H
#define BL_PROCESS_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "status.h"
#include "value.h"

struct bl_process;

/* Everything is borrowed for the call of bl_process_start. */
struct bl_process_options {
  const char *const *argv;     /* NULL-ended; the first is the program, looked
                                  for in PATH unless it holds a slash */
  const char *const *withheld; /* NULL-ended names of environment variables
                                  that it must not see; NULL: none */
  long timeout_ms;             /* for the whole run */
  size_t max_output;           /* most bytes to take of each stream */
  bl_alloc *alloc;             /* serves the process until it is closed */
  void *ud;
};

/* What became of it. The texts lie with the process. */
struct bl_process_result {
  int exit_status; /* -1: a signal ended it, or someone else reaped it */
  struct bl_text out, err;
};

/* Starts a program. BL_NO_PROGRAM: it could not be started; *reason is then
 * the system's word on it (static). BL_NOMEM. */
enum bl_status bl_process_start(const struct bl_process_options *options,
                                struct bl_process **out, const char **reason);

/* Reads what it writes until it has ended or `wait_ms` has passed: *ended says
 * which. BL_TIMEOUT: its time is over. BL_TOO_LARGE: it wrote too much.
 * BL_NOMEM. After any of these it is no more. A child that outlives it, and
 * holds its streams open, is not waited for. */
enum bl_status bl_process_wait(struct bl_process *p, long wait_ms, bool *ended);

/* Of a process that has ended. */
const struct bl_process_result *bl_process_result(const struct bl_process *p);

/* Ends it if it still runs, and frees all that it holds. NULL is fine. */
void bl_process_close(struct bl_process *p);

#endif
