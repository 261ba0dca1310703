#include <stdio.h>

#include "binding.h"

#define ERROR "bylaw.error"

void bl_push_error_metatable(lua_State *L) {
  if (luaL_newmetatable(L, ERROR)) {
    lua_pushliteral(L, ERROR);
    lua_setfield(L, -2, "__name");
  }
}

/* nil and a new err table with its code and message. */
static void push_err(lua_State *L, const char *code, const char *message) {
  lua_pushnil(L);
  lua_createtable(L, 0, 4);
  lua_pushstring(L, code);
  lua_setfield(L, -2, "code");
  lua_pushstring(L, message);
  lua_setfield(L, -2, "message");
  bl_push_error_metatable(L);
  lua_setmetatable(L, -2);
}

int bl_push_error(lua_State *L, enum bl_status status, const char *reason) {
  if (status == BL_NOMEM) return luaL_error(L, "not enough memory");
  push_err(L, bl_status_code(status),
           reason != NULL ? reason : bl_status_text(status));
  return 2;
}

enum bl_status bl_settle(const struct bl_arena *arena, enum bl_status status) {
  return status == BL_NOMEM && arena->full ? BL_TOO_LARGE : status;
}

static void set_string(lua_State *L, const char *key, const char *value) {
  if (value == NULL) return;
  lua_pushstring(L, value);
  lua_setfield(L, -2, key);
}

static const char *severity_name(enum bl_severity severity) {
  return severity == BL_ERROR ? "error" : "warning";
}

static void push_problem(lua_State *L, const struct bl_problem *p) {
  lua_createtable(L, 0, 8);
  set_string(L, "severity", severity_name(p->severity));
  set_string(L, "code", bl_problem_code_string(p->code));
  set_string(L, "path", p->path);
  set_string(L, "message", p->message);
  set_string(L, "hint", p->hint);
  set_string(L, "source", p->source);
  if (p->line == 0) return;
  lua_pushinteger(L, (lua_Integer)p->line);
  lua_setfield(L, -2, "line");
  lua_pushinteger(L, (lua_Integer)p->column);
  lua_setfield(L, -2, "column");
}

void bl_push_problems(lua_State *L, const struct bl_problems *problems,
                      bool warnings) {
  lua_Integer n = 0;
  lua_newtable(L);
  for (const struct bl_problem *p = problems->first; p != NULL; p = p->next) {
    if (warnings && p->severity == BL_ERROR) continue;
    push_problem(L, p);
    lua_rawseti(L, -2, ++n);
  }
}

void bl_push_problem_codes(lua_State *L) {
  static const struct {
    const char *code;
    enum bl_severity severity;
  } codes[] = {
#define X(name, code, severity) {code, severity},
      BL_PROBLEM_LIST(X)
#undef X
  };
  lua_createtable(L, BL_PROBLEM_CODES, 0);
  for (lua_Integer i = 0; i < BL_PROBLEM_CODES; i++) {
    lua_createtable(L, 0, 2);
    set_string(L, "code", codes[i].code);
    set_string(L, "severity", severity_name(codes[i].severity));
    lua_rawseti(L, -2, i + 1);
  }
}

static const struct bl_problem *first_error(const struct bl_problems *p) {
  const struct bl_problem *one = p->first;
  while (one != NULL && one->severity != BL_ERROR) one = one->next;
  return one;
}

int bl_push_invalid(lua_State *L, const struct bl_problems *problems) {
  const struct bl_problem *first = first_error(problems);
  char count[64];
  snprintf(count, sizeof count, "%zu problems", problems->errors);
  bool one = problems->errors == 1 && first != NULL;
  push_err(L, bl_status_code(BL_INVALID), one ? first->message : count);
  if (one) set_string(L, "path", first->path);
  bl_push_problems(L, problems, false);
  lua_setfield(L, -2, "problems");
  return 2;
}
