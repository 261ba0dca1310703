/* The interpreter of the sanitized specs. It runs a script as lua5.4 does, in a
 * process that begins with the sanitizer, and it can let memory run out: its
 * Lua states and libcurl take their memory from here, where every request can
 * be counted and any of them refused. At the end it closes the Lua state, so
 * that what is held then is a leak, and checks that Lua's allocator got back
 * what it gave.
 *
 * usage: lua5.4 [-e CHUNK] [-l MODULE] [SCRIPT | -] [ARGUMENT...]
 *
 * Scripts see one global more, `host`:
 *   host.fail(fn, n [, "once" | "from"]) -> ok, result, asked, refused
 *     Calls fn while the nth request for memory, counted from the call, is
 *     refused, or the nth and all behind it; n = 0 refuses none. `ok` and
 *     `result` are pcall's. `asked` counts requests, `refused` those refused.
 *   host.held() -> lent, curl
 *     Bytes taken from Lua's allocator that Lua does not count as its own, such
 *     as an arena's blocks; blocks that libcurl holds.
 *   host.leaks() -> boolean
 *     Whether LeakSanitizer finds a leak now; its report goes to stderr. */
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

/* LeakSanitizer's, where it is linked in. */
int __lsan_do_recoverable_leak_check(void) __attribute__((weak));

#define UNBALANCED 97 /* exit status: memory of Lua's allocator is missing */
#define WARNED 98     /* exit status: a finalizer failed */

/* Requests for memory. Threads of libcurl may ask too. */
static struct {
  atomic_bool armed;
  atomic_llong asked, refused; /* since armed */
  long long at;                /* the request that is refused; 0: none */
  bool from;                   /* and all behind it */
} meter;

static atomic_llong lua_bytes;   /* that the allocator of Lua gave out */
static atomic_llong curl_blocks; /* that libcurl holds */
static bool warned;

/* Counts one request and says whether to refuse it. */
static bool refuse(void) {
  if (!atomic_load(&meter.armed)) return false;
  long long n = atomic_fetch_add(&meter.asked, 1) + 1;
  if (meter.at == 0 || n < meter.at || (n > meter.at && !meter.from))
    return false;
  atomic_fetch_add(&meter.refused, 1);
  return true;
}

/* A lua_Alloc. Requests that shrink are never refused. */
static void *lua_memory(void *ud, void *old, size_t old_size, size_t size) {
  (void)ud;
  if (old == NULL) old_size = 0; /* it is a type then */
  if (size > old_size && refuse()) return NULL;
  void *block = NULL;
  if (size == 0)
    free(old);
  else if ((block = realloc(old, size)) == NULL)
    return NULL;
  atomic_fetch_add(&lua_bytes, (long long)size - (long long)old_size);
  return block;
}

static void *curl_counted(void *block) {
  if (block != NULL) atomic_fetch_add(&curl_blocks, 1);
  return block;
}

static void *curl_malloc(size_t size) {
  return refuse() ? NULL : curl_counted(malloc(size));
}

static void *curl_calloc(size_t count, size_t size) {
  return refuse() ? NULL : curl_counted(calloc(count, size));
}

static char *curl_strdup(const char *text) {
  return refuse() ? NULL : curl_counted(strdup(text));
}

static void curl_free_block(void *block) {
  if (block != NULL) atomic_fetch_sub(&curl_blocks, 1);
  free(block);
}

static void *curl_realloc(void *old, size_t size) {
  if (refuse()) return NULL;
  void *block = realloc(old, size);
  return old == NULL ? curl_counted(block) : block;
}

/* host.fail */
static int host_fail(lua_State *L) {
  static const char *const modes[] = {"once", "from", NULL};
  luaL_checktype(L, 1, LUA_TFUNCTION);
  meter.at = luaL_checkinteger(L, 2);
  meter.from = luaL_checkoption(L, 3, "once", modes) == 1;
  luaL_argcheck(L, meter.at >= 0, 2, "0, or the number of a request");
  lua_settop(L, 1);
  atomic_store(&meter.asked, 0);
  atomic_store(&meter.refused, 0);
  atomic_store(&meter.armed, true);
  int status = lua_pcall(L, 0, 1, 0);
  atomic_store(&meter.armed, false);
  lua_pushboolean(L, status == LUA_OK);
  lua_insert(L, 1);
  lua_pushinteger(L, atomic_load(&meter.asked));
  lua_pushinteger(L, atomic_load(&meter.refused));
  return 4;
}

/* host.held */
static int host_held(lua_State *L) {
  long long own = 1024LL * lua_gc(L, LUA_GCCOUNT) + lua_gc(L, LUA_GCCOUNTB);
  lua_pushinteger(L, atomic_load(&lua_bytes) - own);
  lua_pushinteger(L, atomic_load(&curl_blocks));
  return 2;
}

/* host.leaks */
static int host_leaks(lua_State *L) {
  if (__lsan_do_recoverable_leak_check == NULL)
    return luaL_error(L, "this host is built without LeakSanitizer");
  lua_pushboolean(L, __lsan_do_recoverable_leak_check());
  return 1;
}

/* Closes the state and gives the status of the process. */
static int finish(lua_State *L, int status) {
  lua_close(L);
  long long missing = atomic_load(&lua_bytes);
  if (missing != 0)
    fprintf(stderr, "host: %lld bytes of Lua's allocator are held at the end\n",
            missing);
  if (status == 0 && missing != 0) return UNBALANCED;
  return status == 0 && warned ? WARNED : status;
}

/* os.exit([code]), which here always closes the state. */
static int host_exit(lua_State *L) {
  int status = lua_isboolean(L, 1) ? !lua_toboolean(L, 1)
                                   : (int)luaL_optinteger(L, 1, EXIT_SUCCESS);
  exit(finish(L, status));
}

/* A finalizer that fails raises nothing, but warns. */
static void warn(void *ud, const char *message, int to_be_continued) {
  (void)ud;
  if (message[0] == '@' && !to_be_continued) return;
  warned = true;
  fprintf(stderr, "%s%s", message, to_be_continued ? "" : "\n");
}

static int add_traceback(lua_State *L) {
  const char *message = luaL_tolstring(L, 1, NULL);
  luaL_traceback(L, L, message, 1);
  return 1;
}

static lua_State *running; /* while a chunk is, for SIGINT */

static void raise_interrupted(lua_State *L, lua_Debug *ar) {
  (void)ar;
  lua_sethook(L, NULL, 0, 0);
  luaL_error(L, "interrupted!");
}

/* SIGINT: as lua5.4 does, the chunk fails at its next instruction; a second
 * one ends the process. */
static void interrupt(int signal_number) {
  signal(signal_number, SIG_DFL);
  lua_sethook(running, raise_interrupted,
              LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT, 1);
}

/* Runs the chunk on top of the stack, or reports that `loaded` says no. */
static bool run(lua_State *L, int loaded, int arguments) {
  int status = loaded;
  if (status == LUA_OK) {
    int base = lua_gettop(L) - arguments;
    lua_pushcfunction(L, add_traceback);
    lua_insert(L, base);
    running = L;
    signal(SIGINT, interrupt);
    status = lua_pcall(L, arguments, 0, base);
    signal(SIGINT, SIG_DFL);
    lua_remove(L, base);
  }
  if (status == LUA_OK) return true;
  fprintf(stderr, "lua5.4: %s\n", lua_tostring(L, -1));
  return false;
}

static bool require(lua_State *L, const char *module) {
  lua_getglobal(L, "require");
  lua_pushstring(L, module);
  if (!run(L, LUA_OK, 1)) return false;
  lua_getglobal(L, "package");
  lua_getfield(L, -1, "loaded");
  lua_getfield(L, -1, module);
  lua_setglobal(L, module);
  lua_pop(L, 2);
  return true;
}

/* The table `arg`: the script at 0, what stands before it below. */
static void set_arguments(lua_State *L, int argc, char **argv, int script) {
  lua_createtable(L, argc, 0);
  for (int i = 0; i < argc; i++) {
    lua_pushstring(L, argv[i]);
    lua_rawseti(L, -2, i - script);
  }
  lua_setglobal(L, "arg");
}

static bool run_script(lua_State *L, int argc, char **argv, int script) {
  const char *name = strcmp(argv[script], "-") == 0 ? NULL : argv[script];
  int loaded = luaL_loadfile(L, name);
  int arguments = 0;
  if (loaded == LUA_OK) {
    arguments = argc - script - 1;
    luaL_checkstack(L, arguments + 3, "too many arguments");
    for (int i = script + 1; i < argc; i++) lua_pushstring(L, argv[i]);
  }
  return run(L, loaded, arguments);
}

static const luaL_Reg host_functions[] = {
    {"fail", host_fail},
    {"held", host_held},
    {"leaks", host_leaks},
    {NULL, NULL},
};

static void open_host(lua_State *L) {
  luaL_openlibs(L);
  luaL_newlib(L, host_functions);
  lua_setglobal(L, "host");
  lua_getglobal(L, "os");
  lua_pushcfunction(L, host_exit);
  lua_setfield(L, -2, "exit");
  lua_pop(L, 1);
  lua_setwarnf(L, warn, NULL);
}

/* Finds the script: behind the options, which come in pairs. */
static int find_script(int argc, char **argv) {
  int i = 1;
  while (i + 1 < argc &&
         (strcmp(argv[i], "-e") == 0 || strcmp(argv[i], "-l") == 0))
    i += 2;
  return i;
}

static bool run_all(lua_State *L, int argc, char **argv) {
  int script = find_script(argc, argv);
  set_arguments(L, argc, argv, script < argc ? script : 0);
  for (int i = 1; i < script; i += 2) {
    bool ok = argv[i][1] == 'e' ? run(L, luaL_loadstring(L, argv[i + 1]), 0)
                                : require(L, argv[i + 1]);
    if (!ok) return false;
  }
  return script >= argc || run_script(L, argc, argv, script);
}

int main(int argc, char **argv) {
  if (curl_global_init_mem(CURL_GLOBAL_ALL, curl_malloc, curl_free_block,
                           curl_realloc, curl_strdup, curl_calloc) != 0)
    return EXIT_FAILURE;
  lua_State *L = lua_newstate(lua_memory, NULL);
  if (L == NULL) return EXIT_FAILURE;
  open_host(L);
  bool ok = run_all(L, argc, argv);
  return finish(L, ok ? EXIT_SUCCESS : EXIT_FAILURE);
}
