/* The pool of HTTP transfers as a userdata. */
#include "core/http.h"

#include <limits.h>
#include <string.h>

#include "binding.h"
#include "core/guid.h"

#define POOL "bylaw.pool"
#define RESULT "bylaw.result" /* of one whose headers are not read yet */
#define MAX_CONNECTIONS 1000
#define MAX_REQUEST_HEADERS 64
#define MAX_SECONDS 86400               /* of a timeout or a wait */
#define MAX_BODY ((size_t)64 << 20)     /* bytes of an answer, by default */
#define MAX_BODY_EVER ((size_t)1 << 30) /* and by wish */
#define MAX_HEADER ((size_t)256 << 10)  /* bytes of its header */

struct holder {
  struct bl_pool *pool; /* NULL: closed, or not open yet */
  unsigned char
      chance[32 * BL_GUID_BYTES]; /* for ids of requests, fetched ... */
  size_t chance_left;             /* ... so many bytes at a time */
  bool lent;                      /* its results are being read just now */
  bool unwanted;                  /* and then it is to be closed */
};

static struct holder *check_pool(lua_State *L) {
  return bl_check_self(L, POOL);
}

static int push_closed(lua_State *L) {
  return bl_push_error(L, BL_CLOSED, "the pool of connections is closed");
}

/* Field `key` of the table at `index`, pushed; true when it is there. */
static bool push_field(lua_State *L, int index, const char *key) {
  return lua_getfield(L, index, key) != LUA_TNIL;
}

static int wrong_field(lua_State *L, int arg, const char *key,
                       const char *due) {
  return luaL_argerror(L, arg, lua_pushfstring(L, "%s: %s expected", key, due));
}

/* A text field, left on the stack so that it stays; NULL where there is none.
 * Texts that C ends at a NUL must not hold one. */
static const char *text_field(lua_State *L, int index, const char *key) {
  if (!push_field(L, index, key)) return NULL;
  size_t len;
  const char *text =
      lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &len) : NULL;
  if (text == NULL || strlen(text) != len)
    wrong_field(L, index, key, "a text without NUL");
  return text;
}

static lua_Number number_field(lua_State *L, int index, const char *key,
                               lua_Number by_default, lua_Number most) {
  lua_Number number = by_default;
  if (push_field(L, index, key)) {
    if (lua_type(L, -1) != LUA_TNUMBER) wrong_field(L, index, key, "a number");
    number = lua_tonumber(L, -1);
    if (!(number > 0 && number <= most))
      wrong_field(L, index, key,
                  lua_pushfstring(L, "above 0 and at most %f", most));
  }
  lua_pop(L, 1);
  return number;
}

/* nil, err whose message is the status' words and the reason. */
static int push_refusal(lua_State *L, enum bl_status s, const char *reason) {
  if (reason != NULL)
    reason = lua_pushfstring(L, "%s: %s", bl_status_text(s), reason);
  return bl_push_error(L, s, reason);
}

/* core.pool { max_connections=, ca_file=, proxy=, user_agent=, http2= }
 * -> pool | nil, err */
static int pool_new(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  struct bl_pool_options options = {0};
  options.alloc = lua_getallocf(L, &options.ud);
  options.max_connections =
      (size_t)number_field(L, 1, "max_connections", 16, MAX_CONNECTIONS);
  luaL_argcheck(L, options.max_connections > 0, 1,
                "max_connections: 1 or more");
  options.ca_file = text_field(L, 1, "ca_file");
  options.proxy = text_field(L, 1, "proxy");
  options.user_agent = text_field(L, 1, "user_agent");
  push_field(L, 1, "http2");
  options.http2 = lua_toboolean(L, -1);
  struct holder *holder = lua_newuserdatauv(L, sizeof(*holder), 0);
  *holder = (struct holder){0};
  luaL_setmetatable(L, POOL);
  enum bl_status s = bl_pool_open(&options, &holder->pool);
  if (s == BL_OK) return 1;
  return push_refusal(L, s,
                      "the user agent has a character that HTTP does "
                      "not allow");
}

/* Reads the headers table at the top of the stack, on which it stays. */
static size_t read_headers(lua_State *L, struct bl_header *headers) {
  size_t count = 0;
  if (lua_type(L, -1) != LUA_TTABLE) wrong_field(L, 2, "headers", "a table");
  for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1)) {
    if (lua_type(L, -2) != LUA_TSTRING || lua_type(L, -1) != LUA_TSTRING)
      wrong_field(L, 2, "headers", "names with texts");
    if (count == MAX_REQUEST_HEADERS)
      wrong_field(L, 2, "headers", "fewer than 65 of them");
    struct bl_header *h = &headers[count++];
    h->name.bytes = lua_tolstring(L, -2, &h->name.len);
    h->value.bytes = lua_tolstring(L, -1, &h->value.len);
  }
  return count;
}

/* Reads the request table at index 2; what it borrows stays on the stack or
 * in that table. */
static void read_request(lua_State *L, struct bl_request *request,
                         struct bl_header *headers) {
  luaL_checktype(L, 2, LUA_TTABLE);
  *request = (struct bl_request){.headers = headers, .max_header = MAX_HEADER};
  request->timeout_ms =
      (long)(number_field(L, 2, "timeout", 30, MAX_SECONDS) * 1000);
  if (request->timeout_ms == 0) request->timeout_ms = 1;
  request->max_body = (size_t)number_field(
      L, 2, "max_body", (lua_Number)MAX_BODY, (lua_Number)MAX_BODY_EVER);
  request->method = text_field(L, 2, "method");
  request->url = text_field(L, 2, "url");
  if (request->method == NULL) wrong_field(L, 2, "method", "a text");
  if (request->url == NULL) wrong_field(L, 2, "url", "a text");
  if (push_field(L, 2, "body")) {
    if (lua_type(L, -1) != LUA_TSTRING) wrong_field(L, 2, "body", "a text");
    request->body = lua_tolstring(L, -1, &request->body_len);
  }
  push_field(L, 2, "once");
  request->once = lua_toboolean(L, -1);
  push_field(L, 2, "fresh");
  request->fresh = lua_toboolean(L, -1);
  push_field(L, 2, "link_local");
  request->link_local = lua_toboolean(L, -1);
  if (push_field(L, 2, "reads")) request->note = bl_check_kind(L, -1);
  if (push_field(L, 2, "headers"))
    request->header_count = read_headers(L, headers);
  if (push_field(L, 2, "lines")) {
    if (lua_type(L, -1) != LUA_TSTRING) wrong_field(L, 2, "lines", "a text");
    request->lines.bytes = lua_tolstring(L, -1, &request->lines.len);
  }
}

/* Gives the request a client-request-id where it asks for one. */
static void read_trace(lua_State *L, struct holder *holder,
                       struct bl_request *request, char text[BL_GUID_TEXT]) {
  push_field(L, 2, "traced");
  bool traced = lua_toboolean(L, -1);
  if (!traced) return;
  if (holder->chance_left == 0 &&
      bl_random(holder->chance, sizeof(holder->chance)))
    holder->chance_left = sizeof(holder->chance);
  if (holder->chance_left > 0) holder->chance_left -= BL_GUID_BYTES;
  uint8_t *id = holder->chance + holder->chance_left;
  bl_guid_stamp(id);
  bl_guid_write(id, text);
  request->trace = text;
}

/* pool:submit { method=, url=, headers=, body=, timeout=, max_body=, once=,
 *               fresh=, link_local=, lines=, traced=, reads= }
 * -> id | nil, err */
static int pool_submit(lua_State *L) {
  struct holder *holder = check_pool(L);
  struct bl_header headers[MAX_REQUEST_HEADERS];
  struct bl_request request;
  char trace[BL_GUID_TEXT];
  read_request(L, &request, headers);
  read_trace(L, holder, &request, trace);
  if (holder->pool == NULL) return push_closed(L);
  uint64_t id;
  const char *reason;
  enum bl_status s = bl_pool_submit(holder->pool, &request, &id, &reason);
  if (s != BL_OK) return push_refusal(L, s, reason);
  lua_pushinteger(L, (lua_Integer)id);
  return 1;
}

/* The err of an exchange. Memory that ran out in one of them raises nothing,
 * so that the results of the others are not lost. */
static void push_err(lua_State *L, const struct bl_exchange *x) {
  if (x->status != BL_NOMEM) {
    int top = lua_gettop(L);
    push_refusal(L, x->status, x->reason);
    lua_replace(L, top + 1);
    lua_settop(L, top + 1);
    return;
  }
  lua_createtable(L, 0, 2);
  lua_pushstring(L, bl_status_code(x->status));
  lua_setfield(L, -2, "code");
  lua_pushstring(L, bl_status_text(x->status));
  lua_setfield(L, -2, "message");
  bl_push_error_metatable(L);
  lua_setmetatable(L, -2);
}

/* result.headers, made when it is first asked for; the result is then as if it
 * had always been there. */
static int result_index(lua_State *L) {
  lua_settop(L, 2);
  lua_pushliteral(L, "headers");
  if (!lua_rawequal(L, 2, 3)) return 0;
  struct bl_arena *arena = bl_push_scope(L);
  lua_pushliteral(L, "head");
  if (lua_rawget(L, 1) != LUA_TSTRING) return 0;
  struct bl_text block = bl_check_text(L, -1);
  struct bl_header *headers;
  size_t count;
  enum bl_status s = bl_headers_read(block, arena, &headers, &count);
  if (s != BL_OK) return luaL_error(L, "not enough memory");
  lua_createtable(L, 0, (int)count);
  for (size_t i = 0; i < count; i++) {
    lua_pushlstring(L, headers[i].name.bytes, headers[i].name.len);
    lua_pushlstring(L, headers[i].value.bytes, headers[i].value.len);
    lua_rawset(L, -3);
  }
  lua_pushnil(L);
  lua_setmetatable(L, 1);
  lua_pushvalue(L, -1);
  lua_setfield(L, 1, "headers");
  lua_pushnil(L);
  lua_setfield(L, 1, "head");
  return 1;
}

/* Whether the answer has the policy that it was to have: a short result is
 * pushed then. */
static bool push_policy(lua_State *L, struct bl_arena *arena,
                        const struct bl_exchange *x) {
  if (x->note == NULL || x->status != BL_OK || x->http_status / 100 != 2)
    return false;
  lua_createtable(L, 0, 3);
  bool plain = bl_push_stored(L, arena, x->note, x->body);
  bl_empty_scope(arena);
  if (!plain) {
    lua_pop(L, 1);
    return false;
  }
  lua_setfield(L, -2, "policy");
  lua_pushinteger(L, (lua_Integer)x->id);
  lua_setfield(L, -2, "id");
  lua_pushinteger(L, x->http_status);
  lua_setfield(L, -2, "status");
  return true;
}

static void push_result(lua_State *L, const struct bl_exchange *x) {
  lua_createtable(L, 0, 8);
  lua_pushinteger(L, (lua_Integer)x->id);
  lua_setfield(L, -2, "id");
  lua_pushboolean(L, x->sent);
  lua_setfield(L, -2, "sent");
  lua_pushnumber(L, (lua_Number)x->elapsed_us / 1e6);
  lua_setfield(L, -2, "seconds");
  if (x->trace != NULL) {
    lua_pushstring(L, x->trace);
    lua_setfield(L, -2, "trace");
  }
  if (x->http_status != 0) {
    lua_pushinteger(L, x->http_status);
    lua_setfield(L, -2, "status");
    lua_pushlstring(L, x->head.bytes, x->head.len);
    lua_setfield(L, -2, "head");
    luaL_setmetatable(L, RESULT);
  }
  if (x->status == BL_OK) {
    lua_pushlstring(L, x->body.bytes, x->body.len);
    lua_setfield(L, -2, "body");
  } else {
    push_err(L, x);
    lua_setfield(L, -2, "err");
  }
}

/* The list of what has finished, made of the holder's light userdata. */
static int push_results(lua_State *L) {
  struct holder *holder = lua_touserdata(L, 1);
  const struct bl_exchange *first = bl_pool_finished(holder->pool), *x;
  struct bl_arena *arena = bl_push_scope(L);
  int count = 0;
  for (x = first; x != NULL && count < INT_MAX; x = x->next) count++;
  lua_createtable(L, count, 0);
  lua_Integer n = 0;
  for (x = first; x != NULL; x = x->next) {
    if (!push_policy(L, arena, x)) push_result(L, x);
    lua_rawseti(L, -2, ++n);
  }
  return 1;
}

static void shut(struct holder *holder) {
  bl_pool_close(holder->pool);
  holder->pool = NULL;
}

/* pool:wait([seconds]) -> list of results | nil, err. The results are freed
 * when all of them are Lua's, so an error on the way loses none. Making them
 * may run a finalizer, and that may close this very pool: not yet, then. */
static int pool_wait(lua_State *L) {
  struct holder *holder = check_pool(L);
  lua_Number seconds = luaL_optnumber(L, 2, 0);
  luaL_argcheck(L, seconds >= 0 && seconds <= MAX_SECONDS, 2,
                "seconds, from 0 to 86400");
  if (holder->pool == NULL) return push_closed(L);
  enum bl_status s = bl_pool_wait(holder->pool, (long)(seconds * 1000));
  if (s != BL_OK) return bl_push_error(L, s, NULL);
  lua_pushvalue(L, lua_upvalueindex(2)); /* push_results */
  lua_pushlightuserdata(L, holder);
  holder->lent = true;
  int failed = lua_pcall(L, 1, 1, 0);
  holder->lent = false;
  if (!failed) bl_pool_clear(holder->pool);
  if (holder->unwanted) shut(holder);
  return failed ? lua_error(L) : 1;
}

/* pool:sockets() -> list of { fd=, reads=, writes= } | nil, err */
static int pool_sockets(lua_State *L) {
  struct holder *holder = check_pool(L);
  struct bl_socket socket;
  if (holder->pool == NULL) return push_closed(L);
  lua_newtable(L);
  for (size_t i = 0; bl_pool_socket(holder->pool, i, &socket); i++) {
    lua_createtable(L, 0, 3);
    lua_pushinteger(L, socket.fd);
    lua_setfield(L, -2, "fd");
    lua_pushboolean(L, socket.reads);
    lua_setfield(L, -2, "reads");
    lua_pushboolean(L, socket.writes);
    lua_setfield(L, -2, "writes");
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 1;
}

/* pool:timeout() -> seconds until it wants its turn | nil: never | nil, err */
static int pool_timeout(lua_State *L) {
  struct holder *holder = check_pool(L);
  if (holder->pool == NULL) return push_closed(L);
  long ms = bl_pool_timeout(holder->pool);
  if (ms < 0)
    lua_pushnil(L);
  else
    lua_pushnumber(L, (lua_Number)ms / 1000);
  return 1;
}

/* pool:pending() -> number of requests without a result | nil, err */
static int pool_pending(lua_State *L) {
  struct holder *holder = check_pool(L);
  if (holder->pool == NULL) return push_closed(L);
  lua_pushinteger(L, (lua_Integer)bl_pool_pending(holder->pool));
  return 1;
}

/* pool:cancel(id) -> whether there was such a request | nil, err */
static int pool_cancel(lua_State *L) {
  struct holder *holder = check_pool(L);
  lua_Integer id = luaL_checkinteger(L, 2);
  if (holder->pool == NULL) return push_closed(L);
  lua_pushboolean(L, bl_pool_cancel(holder->pool, (uint64_t)id));
  return 1;
}

/* pool:close(), __close and __gc */
static int pool_close(lua_State *L) {
  struct holder *holder = check_pool(L);
  if (holder->lent)
    holder->unwanted = true;
  else
    shut(holder);
  return 0;
}

static int pool_tostring(lua_State *L) {
  struct holder *holder = check_pool(L);
  lua_pushfstring(L, POOL " (%s): %p", holder->pool ? "open" : "closed",
                  lua_topointer(L, 1));
  return 1;
}

static const luaL_Reg methods[] = {
    {"sockets", pool_sockets}, {"timeout", pool_timeout},
    {"submit", pool_submit},   {"wait", pool_wait},
    {"cancel", pool_cancel},   {"pending", pool_pending},
    {"close", pool_close},     {NULL, NULL},
};

static const luaL_Reg metamethods[] = {
    {"__close", pool_close},
    {"__gc", pool_close},
    {"__tostring", pool_tostring},
    {NULL, NULL},
};

static void make_result_metatable(lua_State *L, int scope) {
  if (luaL_newmetatable(L, RESULT)) {
    lua_pushvalue(L, scope);
    lua_pushcclosure(L, result_index, 1);
    lua_setfield(L, -2, "__index");
  }
  lua_pop(L, 1);
}

void bl_open_http(lua_State *L, int scope) {
  make_result_metatable(L, scope);
  if (luaL_newmetatable(L, POOL)) {
    lua_pushvalue(L, -1);
    luaL_setfuncs(L, metamethods, 1);
    luaL_newlibtable(L, methods);
    lua_pushvalue(L, -2);
    lua_pushvalue(L, scope);
    lua_pushcclosure(L, push_results, 1);
    luaL_setfuncs(L, methods, 2);
    lua_setfield(L, -2, "__index");
    lua_pushliteral(L, POOL);
    lua_setfield(L, -2, "__metatable");
  }
  lua_pop(L, 1);
  lua_pushcfunction(L, pool_new);
  lua_setfield(L, -2, "pool");
  lua_pushstring(L, bl_pool_library());
  lua_setfield(L, -2, "libcurl");
}
