/* Limits are held by a hook that counts instructions, which coroutines inherit,
 * by the allocator, and by the functions that could run long (sandbox_libs.c,
 * pattern.c). */
#include <time.h>

#include "sandbox.h"

#define COUNTED 1000     /* instructions between two looks at the limits */
#define LOOK_BYTES 65536 /* of a request for memory that looks at the time */
#define SECOND 1000000000LL

int64_t bl_sandbox_clock(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (int64_t)t.tv_sec * SECOND + t.tv_nsec;
}

bool bl_sandbox_late(const struct bl_sandbox *s) {
  return s->outer != NULL &&
         s->spent_ns + bl_sandbox_clock() - s->since_ns > s->max_ns;
}

void *bl_sandbox_alloc(void *ud, void *block, size_t old, size_t size) {
  struct bl_sandbox *s = ud;
  size_t held = block == NULL ? 0 : old;
  if (size > held) {
    bool large = size > BL_SANDBOX_PIECE || size - held > s->max_memory ||
                 s->memory > s->max_memory - (size - held);
    if (large || (size >= LOOK_BYTES && bl_sandbox_late(s))) return NULL;
  }
  void *made = s->alloc(s->alloc_ud, block, old, size);
  if (made == NULL && size > 0) {
    s->starved = true;
    return NULL;
  }
  s->memory = s->memory - held + size;
  return made;
}

struct bl_sandbox *bl_sandbox_of(lua_State *L) {
  return *(struct bl_sandbox **)lua_getextraspace(L);
}

static lua_Hook host_hook(lua_State *outer) {
  lua_rawgeti(outer, LUA_REGISTRYINDEX, LUA_RIDX_MAINTHREAD);
  lua_Hook hook = lua_gethook(lua_tothread(outer, -1));
  lua_pop(outer, 1);
  return hook;
}

static void on_count(lua_State *L, lua_Debug *unused);

void bl_sandbox_end(lua_State *L, enum bl_end end) {
  bl_sandbox_of(L)->end = end;
  lua_sethook(L, on_count, LUA_MASKCOUNT, 1);
  luaL_error(L, "a limit is reached");
}

void bl_sandbox_charge(lua_State *L, size_t cost) {
  struct bl_sandbox *s = bl_sandbox_of(L);
  if (s->outer == NULL) return; /* it is being set up */
  if (s->end != BL_END_NONE) bl_sandbox_end(L, s->end);
  if ((int64_t)cost > s->max_steps - s->steps)
    bl_sandbox_end(L, BL_END_INSTRUCTIONS);
  s->steps += (int64_t)cost;
  if (cost < COUNTED / 8) return;
  if (bl_sandbox_late(s)) bl_sandbox_end(L, BL_END_SECONDS);
  if (host_hook(s->outer) != s->outer_hook)
    bl_sandbox_end(L, BL_END_INTERRUPTED);
}

static void on_count(lua_State *L, lua_Debug *unused) {
  (void)unused;
  bl_sandbox_charge(L, COUNTED);
}

void bl_sandbox_begin(struct bl_sandbox *s, lua_State *outer) {
  lua_settop(s->inner, 0);
  s->outer = outer;
  s->outer_hook = host_hook(outer);
  s->end = BL_END_NONE;
  s->starved = false;
  s->line = 0;
  s->since_ns = bl_sandbox_clock();
  lua_sethook(s->inner, on_count, LUA_MASKCOUNT, COUNTED);
}

void bl_sandbox_finish(struct bl_sandbox *s) {
  s->spent_ns += bl_sandbox_clock() - s->since_ns;
  s->outer = NULL;
}

static int64_t limit(lua_State *L, const char *name, int64_t most) {
  lua_getfield(L, 3, name);
  lua_Number n = luaL_checknumber(L, -1);
  lua_pop(L, 1);
  if (!(n > 0)) luaL_error(L, "limit '%s' must be above 0", name);
  return n < (lua_Number)most ? (int64_t)n : most;
}

void bl_sandbox_read_limits(lua_State *L, struct bl_sandbox *s) {
  const int64_t most = INT64_MAX / 4;
  s->max_steps = limit(L, "instructions", most);
  s->max_memory = (size_t)limit(L, "memory", most);
  s->max_copied = (size_t)limit(L, "output", most);
  lua_getfield(L, 3, "seconds");
  lua_Number seconds = luaL_checknumber(L, -1);
  if (!(seconds > 0)) luaL_error(L, "limit 'seconds' must be above 0");
  s->max_ns = seconds < 1e6 ? (int64_t)(seconds * (lua_Number)SECOND) : most;
  lua_pop(L, 1);
}
