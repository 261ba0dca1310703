/* Outcomes of the core: one list, from which come the enum, the codes that
 * Lua programs compare, and the words that people read. */
#ifndef BL_STATUS_H
#define BL_STATUS_H

/* clang-format off */
#define BL_STATUS_LIST(X)                                                     \
  X(BL_OK,          "ok",           "done")                                   \
  X(BL_NOMEM,       "out_of_memory", "out of memory")                         \
  X(BL_INVALID,     "invalid",      "broken rules; the problems name them")   \
  X(BL_TOO_LARGE,   "too_large",    "larger than its limit")                  \
  X(BL_UNREACHABLE, "unreachable",  "no connection could be made")            \
  X(BL_TLS,         "tls",          "no trusted TLS connection")              \
  X(BL_TIMEOUT,     "timeout",      "no complete answer in the time allowed") \
  X(BL_CUT,         "cut",          "the connection ended before the answer did") \
  X(BL_BAD_ANSWER,  "bad_answer",   "the answer is not what HTTP or Graph allows") \
  X(BL_UNSENDABLE,  "unsendable",   "the request cannot be sent as it is")    \
  X(BL_STORE,       "store",        "the store refused")                      \
  X(BL_LISTEN,      "listen",       "the address cannot be listened on")      \
  X(BL_NO_PROGRAM,  "no_program",   "the program cannot be run")              \
  X(BL_CLOSED,      "closed",       "used after it was closed")
/* clang-format on */

enum bl_status {
#define X(name, code, text) name,
  BL_STATUS_LIST(X)
#undef X
};

/* The stable code, such as "timeout", and the words for people. Static. */
const char *bl_status_code(enum bl_status status);
const char *bl_status_text(enum bl_status status);

#endif
