/* require "bylaw.sqlite": a database for Lua, for the journal alone, and a
 * module of its own, so that who installs a client needs no SQLite.
 *
 * What SQLite refuses is nil, message, code: "busy", "full", "corrupt",
 * "closed" or "store". */
#include <errno.h>
#include <fcntl.h>
#include <lauxlib.h>
#include <lua.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

#define DATABASE "bylaw.sqlite"
#define STATEMENT "bylaw.sqlite.statement"

__attribute__((visibility("default"))) int luaopen_bylaw_sqlite(lua_State *L);

struct database {
  sqlite3 *handle; /* NULL: closed, or not open yet */
};

struct statement {
  sqlite3_stmt *handle; /* NULL: none, or finished */
};

static const char *code_of(int result) {
  switch (result & 0xFF) {
  case SQLITE_BUSY:
  case SQLITE_LOCKED: return "busy";
  case SQLITE_FULL: return "full";
  case SQLITE_CORRUPT:
  case SQLITE_NOTADB: return "corrupt";
  default: return "store";
  }
}

static int refuse(lua_State *L, sqlite3 *handle, int result) {
  if ((result & 0xFF) == SQLITE_NOMEM)
    return luaL_error(L, "not enough memory");
  lua_pushnil(L);
  lua_pushstring(L, handle != NULL ? sqlite3_errmsg(handle)
                                   : sqlite3_errstr(result));
  lua_pushstring(L, code_of(result));
  return 3;
}

static struct database *check_database(lua_State *L) {
  return luaL_checkudata(L, 1, DATABASE);
}

static int push_closed(lua_State *L) {
  lua_pushnil(L);
  lua_pushliteral(L, "the database is closed");
  lua_pushliteral(L, "closed");
  return 3;
}

/* Makes the file, for its owner alone, where there is none: SQLite would let
 * others read it. 0, or errno. */
static int make_file(const char *path) {
  if (path[0] == ':' || path[0] == '\0') return 0;
  int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return errno == EEXIST ? 0 : errno;
  return close(fd) == 0 ? 0 : errno;
}

/* sqlite.open(path [, seconds to wait for others]) -> database
 * | nil, message, code */
static int database_open(lua_State *L) {
  const char *path = luaL_checkstring(L, 1);
  lua_Number patience = luaL_optnumber(L, 2, 0);
  luaL_argcheck(L, patience >= 0 && patience <= 86400, 2,
                "seconds, from 0 to 86400");
  int failed = make_file(path);
  if (failed != 0) {
    lua_pushnil(L);
    lua_pushstring(L, strerror(failed));
    lua_pushliteral(L, "store");
    return 3;
  }
  struct database *db = lua_newuserdatauv(L, sizeof *db, 0);
  db->handle = NULL;
  luaL_setmetatable(L, DATABASE);
  int result = sqlite3_open_v2(path, &db->handle, SQLITE_OPEN_READWRITE, NULL);
  if (result != SQLITE_OK) return refuse(L, db->handle, result);
  sqlite3_extended_result_codes(db->handle, 1);
  sqlite3_busy_timeout(db->handle, (int)(patience * 1000));
  return 1;
}

static int database_close(lua_State *L) {
  struct database *db = check_database(L);
  sqlite3_close_v2(db->handle);
  db->handle = NULL;
  return 0;
}

static int statement_close(lua_State *L) {
  struct statement *statement = luaL_checkudata(L, 1, STATEMENT);
  sqlite3_finalize(statement->handle);
  statement->handle = NULL;
  return 0;
}

/* Binds the value at `index` of the stack to the parameter `i`. */
static int bind(lua_State *L, sqlite3_stmt *statement, int i, int index) {
  size_t len;
  const char *text;
  switch (lua_type(L, index)) {
  case LUA_TNONE:
  case LUA_TNIL: return sqlite3_bind_null(statement, i);
  case LUA_TBOOLEAN:
    return sqlite3_bind_int(statement, i, lua_toboolean(L, index));
  case LUA_TNUMBER:
    if (lua_isinteger(L, index))
      return sqlite3_bind_int64(statement, i, lua_tointeger(L, index));
    return sqlite3_bind_double(statement, i, lua_tonumber(L, index));
  default:
    text = luaL_checklstring(L, index, &len);
    return sqlite3_bind_text64(statement, i, text, len, SQLITE_TRANSIENT,
                               SQLITE_UTF8);
  }
}

static void push_column(lua_State *L, sqlite3_stmt *statement, int i) {
  switch (sqlite3_column_type(statement, i)) {
  case SQLITE_NULL: lua_pushnil(L); break;
  case SQLITE_INTEGER:
    lua_pushinteger(L, sqlite3_column_int64(statement, i));
    break;
  case SQLITE_FLOAT:
    lua_pushnumber(L, sqlite3_column_double(statement, i));
    break;
  default: {
    const void *bytes = sqlite3_column_blob(statement, i);
    size_t len = (size_t)sqlite3_column_bytes(statement, i);
    lua_pushlstring(L, bytes != NULL ? bytes : "", len);
  }
  }
}

/* Pushes a row as a table by the names of its columns. */
static void push_row(lua_State *L, sqlite3_stmt *statement) {
  int columns = sqlite3_column_count(statement);
  lua_createtable(L, 0, columns);
  for (int i = 0; i < columns; i++) {
    push_column(L, statement, i);
    lua_setfield(L, -2, sqlite3_column_name(statement, i));
  }
}

/* Pushes the statement of a text, which is closed when the function ends. */
static int prepare(lua_State *L, struct database *db, const char *sql,
                   size_t len, struct statement **out) {
  *out = lua_newuserdatauv(L, sizeof **out, 0);
  (*out)->handle = NULL;
  luaL_setmetatable(L, STATEMENT);
  lua_toclose(L, -1);
  return sqlite3_prepare_v2(db->handle, sql, (int)len, &(*out)->handle, NULL);
}

/* database:run(sql, value...) -> rows | nil, message, code. One statement;
 * each ? takes a value. */
static int database_run(lua_State *L) {
  struct database *db = check_database(L);
  size_t len;
  const char *sql = luaL_checklstring(L, 2, &len);
  int given = lua_gettop(L) - 2;
  luaL_argcheck(L, len < 1 << 20, 2, "a statement of less than a MiB");
  if (db->handle == NULL) return push_closed(L);
  struct statement *statement;
  int result = prepare(L, db, sql, len, &statement);
  if (result != SQLITE_OK) return refuse(L, db->handle, result);
  luaL_argcheck(L, statement->handle != NULL, 2, "a statement");
  int wanted = sqlite3_bind_parameter_count(statement->handle);
  for (int i = 1; i <= wanted && result == SQLITE_OK; i++)
    result =
        bind(L, statement->handle, i, i <= given ? i + 2 : lua_gettop(L) + 1);
  if (result != SQLITE_OK) return refuse(L, db->handle, result);
  lua_newtable(L);
  for (lua_Integer n = 1;; n++) {
    result = sqlite3_step(statement->handle);
    if (result != SQLITE_ROW) break;
    push_row(L, statement->handle);
    lua_rawseti(L, -2, n);
  }
  return result == SQLITE_DONE ? 1 : refuse(L, db->handle, result);
}

/* database:last_id() -> rowid of the row that was inserted last */
static int database_last_id(lua_State *L) {
  struct database *db = check_database(L);
  if (db->handle == NULL) return push_closed(L);
  lua_pushinteger(L, sqlite3_last_insert_rowid(db->handle));
  return 1;
}

static const luaL_Reg methods[] = {
    {"run", database_run},
    {"last_id", database_last_id},
    {"close", database_close},
    {NULL, NULL},
};

static const luaL_Reg metamethods[] = {
    {"__close", database_close},
    {"__gc", database_close},
    {NULL, NULL},
};

static const luaL_Reg statement_metamethods[] = {
    {"__close", statement_close},
    {"__gc", statement_close},
    {NULL, NULL},
};

int luaopen_bylaw_sqlite(lua_State *L) {
  static const luaL_Reg functions[] = {{"open", database_open}, {NULL, NULL}};
  if (luaL_newmetatable(L, STATEMENT))
    luaL_setfuncs(L, statement_metamethods, 0);
  if (luaL_newmetatable(L, DATABASE)) {
    luaL_setfuncs(L, metamethods, 0);
    luaL_newlib(L, methods);
    lua_setfield(L, -2, "__index");
    lua_pushliteral(L, DATABASE);
    lua_setfield(L, -2, "__metatable");
  }
  luaL_newlib(L, functions);
  return 1;
}
