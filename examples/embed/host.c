/* A C program that is configured in Lua, keeps its users' policies by bylaw,
 * and goes on with its own business meanwhile: bylaw waits in the program's
 * poll, never by itself.
 *
 *   cc -o host host.c $(pkg-config --cflags --libs lua5.4 libcurl)
 *   ./host config.lua
 *
 * docs/embedding.md says what such a program must know. */
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <curl/curl.h>
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#define MOST 64    /* sockets that are waited for; a client has 16 at most */
#define TICK_MS 10 /* of the program's own business */

/* A pipe: written by the signal handler, read by the loop. */
static int wake[2];

/* What the loop waits for. */
struct wait {
  struct pollfd fds[MOST + 1]; /* the first is the pipe */
  nfds_t count;
  double seconds; /* until bylaw wants its turn though no socket moves */
  bool under_way; /* bylaw has something to do */
};

static void on_signal(int number) {
  char byte = (char)number;
  int saved = errno;
  (void)!write(wake[1], &byte, 1);
  errno = saved;
}

/* Signals are the program's. bylaw sets no handler; libcurl writes to sockets
 * that may be closed, so SIGPIPE is ignored. */
static bool take_signals(void) {
  struct sigaction action = {.sa_handler = on_signal};
  if (pipe(wake) != 0) return false;
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  signal(SIGPIPE, SIG_IGN);
  return true;
}

/* say(text): what the Lua side tells its users goes the program's way. */
static int say(lua_State *L) {
  printf("%s\n", luaL_checkstring(L, 1));
  fflush(stdout);
  return 0;
}

/* Puts a function of bylaw.tasks on the stack. */
static void push_of_tasks(lua_State *L, const char *name) {
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  lua_getfield(L, -1, "bylaw.tasks");
  lua_getfield(L, -1, name);
  lua_replace(L, -3);
  lua_pop(L, 1);
}

/* Adds the socket on top of the stack, a table, and pops it. */
static void add_socket(lua_State *L, struct wait *wait) {
  struct pollfd *fd = &wait->fds[wait->count++];
  lua_getfield(L, -1, "fd");
  lua_getfield(L, -2, "reads");
  lua_getfield(L, -3, "writes");
  fd->fd = (int)luaL_checkinteger(L, -3);
  fd->events = (short)((lua_toboolean(L, -2) ? POLLIN : 0) |
                       (lua_toboolean(L, -1) ? POLLOUT : 0));
  lua_pop(L, 4);
}

/* One turn of bylaw: does what can be done without waiting, and says what to
 * wait for. Called protected, with a struct wait. */
static int turn(lua_State *L) {
  struct wait *wait = lua_touserdata(L, 1);
  push_of_tasks(L, "step");
  lua_call(L, 0, 1);
  wait->under_way = lua_toboolean(L, -1);
  push_of_tasks(L, "timeout");
  lua_call(L, 0, 1);
  wait->seconds = luaL_optnumber(L, -1, HUGE_VAL);
  push_of_tasks(L, "sockets");
  lua_call(L, 0, 1);
  wait->count = 1;
  lua_Integer sockets = luaL_len(L, -1);
  for (lua_Integer i = 1; i <= sockets && i <= MOST; i++) {
    lua_geti(L, -1, i);
    add_socket(L, wait);
  }
  return 0;
}

/* Opens the libraries, runs the configuration and starts what it asks for.
 * Called protected, with the path of the configuration. */
static int begin(lua_State *L) {
  const char *path = luaL_checkstring(L, 1);
  luaL_openlibs(L);
  lua_getglobal(L, "require");
  lua_pushstring(L, "keeper");
  lua_call(L, 1, 1);
  lua_getfield(L, -1, "start");
  if (luaL_loadfile(L, path) != LUA_OK) lua_error(L);
  lua_call(L, 0, 1);
  lua_pushcfunction(L, say);
  lua_call(L, 2, 0);
  return 0;
}

/* Calls a function protected, with one argument of C. */
static bool protect(lua_State *L, lua_CFunction function, void *argument,
                    const char *text) {
  lua_pushcfunction(L, function);
  if (text != NULL)
    lua_pushstring(L, text);
  else
    lua_pushlightuserdata(L, argument);
  if (lua_pcall(L, 1, 0, 0) == LUA_OK) return true;
  fprintf(stderr, "host: %s\n", luaL_tolstring(L, -1, NULL));
  lua_pop(L, 2);
  return false;
}

static double now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* Until a signal, or until nothing is under way any more. */
static bool run(lua_State *L) {
  struct wait wait = {.fds[0] = {.fd = wake[0], .events = POLLIN}};
  double next_tick = now_ms();
  long ticks = 0;
  for (;;) {
    if (!protect(L, turn, &wait, NULL)) return false;
    if (!wait.under_way) break;
    double until = fmin(next_tick, now_ms() + wait.seconds * 1e3);
    int patience = (int)fmax(0, ceil(until - now_ms()));
    if (poll(wait.fds, wait.count, patience) > 0 && wait.fds[0].revents) break;
    if (now_ms() >= next_tick) {
      next_tick = now_ms() + TICK_MS;
      ticks++;
    }
  }
  printf("the program's own clock went on: %s\n", ticks > 1 ? "yes" : "no");
  return true;
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: host CONFIG.lua\n");
    return 64;
  }
  if (!take_signals()) return EXIT_FAILURE;
  /* before there are threads, and before bylaw, which would do it itself */
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0) return EXIT_FAILURE;
  lua_State *L = luaL_newstate();
  bool ok = L != NULL && protect(L, begin, NULL, argv[1]) && run(L);
  if (L != NULL) lua_close(L); /* gives up what is under way; closes sockets */
  curl_global_cleanup();
  close(wake[0]);
  close(wake[1]);
  return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
