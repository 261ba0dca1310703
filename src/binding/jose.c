/* Certificates with their keys, signed tokens and base64 for Lua. */
#include "core/jose.h"

#include <string.h>

#include "binding.h"
#include "core/base64.h"
#include "core/certificate.h"

#define SIGNER "bylaw.signer"

/* A certificate and its private key. */
struct holder {
  struct bl_certificate *certificate; /* NULL: closed, or not open yet */
  struct bl_key *key;
};

static struct holder *check_open(lua_State *L) {
  struct holder *holder = luaL_checkudata(L, 1, SIGNER);
  if (holder->key == NULL) luaL_argerror(L, 1, "the signer is closed");
  return holder;
}

static void push_text(lua_State *L, struct bl_text text) {
  lua_pushlstring(L, text.bytes, text.len);
}

/* core.signer(bytes [, password]) -> signer | nil, err */
static int signer_open(lua_State *L) {
  struct bl_text bytes = bl_check_text(L, 1);
  size_t len = 0;
  const char *password = luaL_optlstring(L, 2, NULL, &len);
  luaL_argcheck(L, password == NULL || strlen(password) == len, 2,
                "a password without NUL");
  struct holder *holder = lua_newuserdatauv(L, sizeof(*holder), 0);
  *holder = (struct holder){0};
  luaL_setmetatable(L, SIGNER);
  const char *reason = NULL;
  enum bl_status s = bl_certificate_open(bytes, password, &holder->certificate,
                                         &holder->key, &reason);
  return s == BL_OK ? 1 : bl_push_error(L, s, reason);
}

/* signer:sign("PS256" | "RS256", header, claims) -> token | nil, err */
static int signer_sign(lua_State *L) {
  struct holder *holder = check_open(L);
  enum bl_algorithm algorithm;
  luaL_argcheck(L, bl_algorithm_named(bl_check_text(L, 2), &algorithm), 2,
                "PS256 or RS256");
  struct bl_text header = bl_check_text(L, 3), claims = bl_check_text(L, 4);
  struct bl_arena *arena = bl_push_scope(L);
  struct bl_text token;
  const char *reason = NULL;
  enum bl_status s = bl_jose_sign(holder->key, algorithm, header, claims, arena,
                                  &token, &reason);
  if (s != BL_OK) return bl_push_error(L, s, reason);
  push_text(L, token);
  return 1;
}

/* Sets a field of the table at the top: bytes in base64url. */
static void set_thumbprint(lua_State *L, const char *name,
                           const unsigned char *bytes, size_t len,
                           struct bl_arena *arena) {
  struct bl_text raw = {(const char *)bytes, len}, text;
  if (bl_base64_write(raw, BL_BASE64_URL, arena, &text) != BL_OK)
    luaL_error(L, "not enough memory");
  push_text(L, text);
  lua_setfield(L, -2, name);
}

/* signer:facts() -> { sha1=, sha256=, not_before=, not_after=, subject= } */
static int signer_facts(lua_State *L) {
  struct holder *holder = check_open(L);
  struct bl_arena *arena = bl_push_scope(L);
  struct bl_certificate_facts facts;
  enum bl_status s = bl_certificate_facts(holder->certificate, arena, &facts);
  if (s != BL_OK) return bl_push_error(L, s, NULL);
  lua_createtable(L, 0, 5);
  set_thumbprint(L, "sha1", facts.sha1, sizeof(facts.sha1), arena);
  set_thumbprint(L, "sha256", facts.sha256, sizeof(facts.sha256), arena);
  lua_pushinteger(L, facts.not_before);
  lua_setfield(L, -2, "not_before");
  lua_pushinteger(L, facts.not_after);
  lua_setfield(L, -2, "not_after");
  lua_pushstring(L, facts.subject);
  lua_setfield(L, -2, "subject");
  return 1;
}

/* signer:chain() -> list of certificates in base64, the signer's own first */
static int signer_chain(lua_State *L) {
  struct holder *holder = check_open(L);
  struct bl_arena *arena = bl_push_scope(L);
  struct bl_text *ders, text;
  size_t count;
  enum bl_status s =
      bl_certificate_chain(holder->certificate, arena, &ders, &count);
  if (s != BL_OK) return bl_push_error(L, s, NULL);
  lua_createtable(L, (int)count, 0);
  for (size_t i = 0; i < count; i++) {
    s = bl_base64_write(ders[i], BL_BASE64, arena, &text);
    if (s != BL_OK) return bl_push_error(L, s, NULL);
    push_text(L, text);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 1;
}

/* signer:close(), __close and __gc */
static int signer_close(lua_State *L) {
  struct holder *holder = luaL_checkudata(L, 1, SIGNER);
  bl_certificate_free(holder->certificate);
  bl_key_free(holder->key);
  *holder = (struct holder){0};
  return 0;
}

/* core.token_read(token) -> header, claims: JSON, unverified | nil, err */
static int token_read(lua_State *L) {
  struct bl_text token = bl_check_text(L, 1);
  struct bl_arena *arena = bl_push_scope(L);
  struct bl_jose parts;
  enum bl_status s = bl_jose_read(token, arena, &parts);
  if (s != BL_OK) return bl_push_error(L, s, "this is no signed token");
  push_text(L, parts.header);
  push_text(L, parts.claims);
  return 2;
}

/* core.base64_write(bytes [, "base64" | "base64url"]) -> text */
static int base64_write(lua_State *L) {
  static const char *const names[] = {"base64", "base64url", NULL};
  static const enum bl_base64 flavours[] = {BL_BASE64, BL_BASE64_URL};
  struct bl_text bytes = bl_check_text(L, 1), text;
  enum bl_base64 flavour = flavours[luaL_checkoption(L, 2, "base64", names)];
  struct bl_arena *arena = bl_push_scope(L);
  enum bl_status s = bl_base64_write(bytes, flavour, arena, &text);
  if (s != BL_OK) return bl_push_error(L, bl_settle(arena, s), NULL);
  push_text(L, text);
  return 1;
}

/* core.base64_read(text) -> bytes, of either flavour, padded or not | nil, err
 */
static int base64_read(lua_State *L) {
  struct bl_text text = bl_check_text(L, 1), bytes;
  struct bl_arena *arena = bl_push_scope(L);
  enum bl_status s = bl_base64_read(text, arena, &bytes);
  if (s == BL_INVALID) return bl_push_error(L, s, "this is no base64");
  if (s != BL_OK) return bl_push_error(L, bl_settle(arena, s), NULL);
  push_text(L, bytes);
  return 1;
}

static const luaL_Reg functions[] = {
    {"token_read", token_read},
    {"base64_write", base64_write},
    {"base64_read", base64_read},
    {NULL, NULL},
};

static const luaL_Reg methods[] = {
    {"sign", signer_sign},
    {"facts", signer_facts},
    {"chain", signer_chain},
    {"close", signer_close},
    {NULL, NULL},
};

static const luaL_Reg metamethods[] = {
    {"__close", signer_close}, {"__gc", signer_close}, {NULL, NULL}};

void bl_open_jose(lua_State *L, int scope) {
  if (luaL_newmetatable(L, SIGNER)) {
    luaL_setfuncs(L, metamethods, 0);
    luaL_newlibtable(L, methods);
    lua_pushvalue(L, scope);
    luaL_setfuncs(L, methods, 1);
    lua_setfield(L, -2, "__index");
    lua_pushliteral(L, SIGNER);
    lua_setfield(L, -2, "__metatable");
  }
  lua_pop(L, 1);
  lua_pushvalue(L, scope);
  luaL_setfuncs(L, functions, 1);
  lua_pushcfunction(L, signer_open);
  lua_setfield(L, -2, "signer");
}
