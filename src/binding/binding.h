/* What the files of the binding share. Only this ring includes lua.h. */
#ifndef BL_BINDING_H
#define BL_BINDING_H

#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>

#include "core/arena.h"
#include "core/kinds.h"
#include "core/problem.h"
#include "core/status.h"
#include "core/value.h"

#define BL_ARENA_MAX ((size_t)256 << 20) /* bytes that one call may take */

/* Pushes the scope that the functions of a module share: their upvalue 1. */
void bl_push_shared_scope(lua_State *L);

/* Pushes an arena that is lent the state's allocator and is freed when the
 * function returns or raises. Once a function, in functions whose upvalue 1 is
 * a shared scope; leaves one value on the stack, which stays there. */
struct bl_arena *bl_push_scope(lua_State *L);

/* The same in two steps, for functions that mostly do without the second: until
 * bl_guard_scope is called nothing may be done that can raise or can run the
 * collector. Together they leave one value on the stack, which stays there. */
struct bl_arena *bl_open_scope(lua_State *L);
void bl_guard_scope(lua_State *L, struct bl_arena *arena);

/* Frees what a call has taken from its scope, which may then be used anew. */
void bl_empty_scope(struct bl_arena *arena);

/* Frees a scope that was opened and not guarded. */
void bl_close_scope(struct bl_arena *arena);

/* Ends a function that has opened a scope and not guarded it: pushes a text
 * that lies in the arena. Returns 1. */
int bl_push_last_text(lua_State *L, struct bl_arena *arena,
                      struct bl_text text);

/* The metatable of err tables, "bylaw.error", at the top of the stack. */
void bl_push_error_metatable(lua_State *L);

/* nil, err with the status' code; `reason` (NULL: the status' own text) is the
 * message. Raises "not enough memory" for BL_NOMEM. Returns 2. */
int bl_push_error(lua_State *L, enum bl_status status, const char *reason);

/* BL_TOO_LARGE where it was the arena's ceiling and not the machine that had
 * no more memory; else the status itself. */
enum bl_status bl_settle(const struct bl_arena *arena, enum bl_status status);

/* nil, err with code "invalid" and all problems. Returns 2. */
int bl_push_invalid(lua_State *L, const struct bl_problems *problems);

/* A list of the problems; of the warnings alone when `warnings` is true. */
void bl_push_problems(lua_State *L, const struct bl_problems *problems,
                      bool warnings);

/* A list of all codes that problems have: { code = , severity = }, in the
 * order of BL_PROBLEM_LIST. */
void bl_push_problem_codes(lua_State *L);

/* Makes a tree of the Lua value at `index`. Access is raw: metatables are
 * not asked. Strings are borrowed, so the value must stay on the stack. Neither
 * raises nor runs the collector. BL_OK or BL_NOMEM. */
enum bl_status bl_read_lua(lua_State *L, int index, struct bl_arena *arena,
                           struct bl_value *out);

/* Pushes a tree as Lua values: null is a light userdata NULL, an empty array
 * a table that is marked as one. */
void bl_push_value(lua_State *L, const struct bl_value *value);

/* The userdata at index 1 of a function whose upvalue 1 is the metatable of its
 * type, which is found sooner so than by its name in the registry. */
void *bl_check_self(lua_State *L, const char *name);

/* A Lua string as a text. */
struct bl_text bl_check_text(lua_State *L, int index);

/* The one text at `index`: a string, or a list of one string, as definitions
 * are in Graph. False: it is something else. Neither raises nor collects. */
bool bl_only_text(lua_State *L, int index, struct bl_text *out);

/* Takes the string at the top of the stack, from which the definition of the
 * policy below it was read, and keeps it for that, to go back `as_it_came` even
 * where strict JSON would refuse it. */
void bl_keep_text(lua_State *L, bool as_it_came);

/* The metatable of policies at the top of the stack. */
void bl_push_policy_metatable(lua_State *L);

/* Pushes the policy in an answer's body. False, with nothing pushed: the body
 * is anything but plain. */
bool bl_push_stored(lua_State *L, struct bl_arena *arena,
                    const struct bl_kind *kind, struct bl_text body);

/* The kind named by the string at `index`; raises when there is none. */
const struct bl_kind *bl_check_kind(lua_State *L, int index);

/* Each adds its functions to the module table at the top of the stack; those
 * with a `scope` give them the shared scope at that index. */
void bl_open_value(lua_State *L, int scope);
void bl_open_policy(lua_State *L, int scope);
void bl_open_definition(lua_State *L, int scope);
void bl_open_stored(lua_State *L, int scope);
void bl_open_equal(lua_State *L, int scope);
void bl_open_jose(lua_State *L, int scope);
void bl_open_kinds(lua_State *L);
void bl_open_id_set(lua_State *L);
void bl_open_interrupts(lua_State *L);
void bl_open_http(lua_State *L, int scope);
void bl_open_process(lua_State *L);
void bl_open_clock(lua_State *L);
void bl_open_sandbox(lua_State *L);
void bl_open_files(lua_State *L);

#endif
