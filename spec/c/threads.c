/* Several Lua states in several threads of one process, for the specs:
 * require("threads").run(count, chunk, ...) runs the chunk, a text, in so many
 * threads, each with a state of its own that gets the number of its thread and
 * the texts behind. Returns the list of their errors. */
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define MOST 16
#define ARGS 8

struct job {
  pthread_t thread;
  const char *chunk, *path, *cpath;
  const char *args[ARGS];
  int number, arg_count;
  char error[512]; /* "": none */
};

__attribute__((visibility("default"))) int luaopen_threads(lua_State *L);

static void set_path(lua_State *L, const char *name, const char *value) {
  lua_getglobal(L, "package");
  lua_pushstring(L, value);
  lua_setfield(L, -2, name);
  lua_pop(L, 1);
}

static void *work(void *ud) {
  struct job *job = ud;
  lua_State *L = luaL_newstate();
  if (L == NULL) return NULL;
  luaL_openlibs(L);
  set_path(L, "path", job->path);
  set_path(L, "cpath", job->cpath);
  int failed = luaL_loadstring(L, job->chunk);
  if (!failed) {
    lua_pushinteger(L, job->number);
    for (int i = 0; i < job->arg_count; i++) lua_pushstring(L, job->args[i]);
    failed = lua_pcall(L, 1 + job->arg_count, 0, 0);
  }
  if (failed)
    snprintf(job->error, sizeof job->error, "%s", luaL_tolstring(L, -1, NULL));
  lua_close(L);
  return NULL;
}

static const char *path_of(lua_State *L, const char *name) {
  lua_getglobal(L, "package");
  lua_getfield(L, -1, name);
  return lua_tostring(L, -1);
}

static int run(lua_State *L) {
  struct job jobs[MOST];
  int count = (int)luaL_checkinteger(L, 1), args = lua_gettop(L) - 2;
  luaL_argcheck(L, count >= 1 && count <= MOST, 1, "1 to 16 threads");
  luaL_argcheck(L, args >= 0 && args <= ARGS, 3, "8 texts at most");
  memset(jobs, 0, sizeof jobs);
  const char *path = path_of(L, "path"), *cpath = path_of(L, "cpath");
  for (int i = 0; i < count; i++) {
    jobs[i].number = i + 1;
    jobs[i].chunk = luaL_checkstring(L, 2);
    jobs[i].path = path;
    jobs[i].cpath = cpath;
    jobs[i].arg_count = args;
    for (int a = 0; a < args; a++) jobs[i].args[a] = luaL_checkstring(L, 3 + a);
  }
  int started = 0;
  while (started < count &&
         pthread_create(&jobs[started].thread, NULL, work, &jobs[started]) == 0)
    started++;
  for (int i = 0; i < started; i++) pthread_join(jobs[i].thread, NULL);
  if (started < count) return luaL_error(L, "a thread could not be started");
  lua_newtable(L);
  for (int i = 0, n = 0; i < count; i++) {
    if (jobs[i].error[0] == '\0') continue;
    lua_pushstring(L, jobs[i].error);
    lua_rawseti(L, -2, ++n);
  }
  return 1;
}

int luaopen_threads(lua_State *L) {
  static const luaL_Reg functions[] = {{"run", run}, {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
