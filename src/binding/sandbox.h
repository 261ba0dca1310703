/* A Lua state of its own, for files that are not trusted: what its parts
 * share. */
#ifndef BL_SANDBOX_H
#define BL_SANDBOX_H

#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

#define BL_SANDBOX_DEPTH 200 /* tables inside one another that are copied */
#define BL_SANDBOX_PLACE 512 /* bytes of a file's name that are kept */
#define BL_SANDBOX_PIECE (32 << 20) /* bytes of the largest single text */

/* What a run ended by; the codes that Lua sees are in sandbox.c. */
enum bl_end {
  BL_END_NONE,
  BL_END_INSTRUCTIONS,
  BL_END_SECONDS,
  BL_END_OUTPUT,
  BL_END_INTERRUPTED, /* the host wants to end, as lua does for Ctrl-C */
  BL_END_HOST         /* a function of the host raised */
};

struct bl_sandbox {
  lua_State *inner; /* NULL once closed */
  lua_State *outer; /* the host's thread that is in a call; NULL: none is */
  lua_Alloc alloc;  /* the host's allocator, which the inner state is lent */
  void *alloc_ud;
  size_t memory, max_memory; /* bytes that are held */
  int64_t steps, max_steps;  /* instructions, and work that counts as such */
  int64_t spent_ns, max_ns;  /* processor time of calls that are over; most */
  int64_t since_ns;          /* when this call, or its last part, began */
  size_t copied, max_copied; /* bytes that went to the host */
  lua_Hook outer_hook;       /* the host's main thread's when the call began */
  enum bl_end end;
  bool starved; /* it was the host that had no more memory */
  int line;     /* of the last error; 0: not known */
  char file[BL_SANDBOX_PLACE];
};

/* The sandbox that an inner state, or a coroutine of it, belongs to. */
struct bl_sandbox *bl_sandbox_of(lua_State *L);

/* Counts work of `cost` instructions, and raises in the inner state when a
 * limit is reached. What runs long without executing Lua calls it. */
void bl_sandbox_charge(lua_State *L, size_t cost);

/* Ends the run: every instruction from here on raises, so that no pcall goes on
 * with it. */
void bl_sandbox_end(lua_State *L, enum bl_end end);

/* Nanoseconds of processor time that the thread has had. */
int64_t bl_sandbox_clock(void);

/* The limits, from the table at index 3 of the host's state; raises there. */
void bl_sandbox_read_limits(lua_State *L, struct bl_sandbox *s);

/* The inner state's allocator; `ud` is the sandbox. */
void *bl_sandbox_alloc(void *ud, void *block, size_t old, size_t size);

/* Around a call from the host's thread `outer`: its limits are watched. */
void bl_sandbox_begin(struct bl_sandbox *s, lua_State *outer);
void bl_sandbox_finish(struct bl_sandbox *s);

/* Whether the processor time is used up. */
bool bl_sandbox_late(const struct bl_sandbox *s);

/* Copies the value at `index` of one state to the top of another: numbers,
 * texts, booleans, null, tables raw and with what they share. What is no data
 * arrives as a function that raises. Raises in `to` alone. To the host (`out`
 * is the sandbox) bytes are counted, and the origin of each table is noted in
 * the table at index `origins` of `to`. */
void bl_sandbox_copy(lua_State *from, int index, lua_State *to,
                     struct bl_sandbox *out, int origins);

/* The libraries of the inner state, in its globals: nothing that reaches the
 * host, loads code, finalizes, or runs for long uncounted. */
void bl_sandbox_open_libraries(lua_State *L);

/* string.find, match, gmatch and gsub whose steps are counted, into the table
 * at the top of the stack. */
void bl_sandbox_open_patterns(lua_State *L);

/* A key of the registry: the table of origins, by table, with weak keys. */
extern const char bl_sandbox_origins;

#endif
