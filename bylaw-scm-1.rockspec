rockspec_format = "3.0"
package = "bylaw"
version = "scm-1"

-- Made to be built where it stands: luarocks --lua-version=5.4 make
source = { url = "git+file://." }

description = {
  summary = "Microsoft Entra policies, by Lua",
  detailed = [[
A policy is a Lua table. Its definition becomes the escaped string that Microsoft Graph wants, a C core checks it
before anything is sent, and libcurl sends it: to a tenant, or to the local emulator that comes with it where
libmicrohttpd and SQLite are installed.]],
  license = "MIT",
  labels = { "microsoft-graph", "entra", "policy", "http" },
}

supported_platforms = { "linux" }

dependencies = {
  "lua >= 5.4",
  "lua-cjson",
  "argparse",
}

-- Debian and Ubuntu keep curl/curl.h in a folder of the architecture. There, say
--   CURL_INCDIR="$(pkg-config --variable=includedir libcurl)"
--   CURL_LIBDIR="$(pkg-config --variable=libdir libcurl)"
--   CRYPTO_LIBDIR="$(pkg-config --variable=libdir libcrypto)"
external_dependencies = {
  CURL = { header = "curl/curl.h", library = "curl" },
  CRYPTO = { header = "openssl/evp.h", library = "crypto" },
}

build = {
  type = "make",
  build_variables = {
    CC = "$(CC)",
    CFLAGS = "$(CFLAGS)",
    LUA = "$(LUA)",
    LUA_CFLAGS = "-I$(LUA_INCDIR)",
    CURL_CFLAGS = "-I$(CURL_INCDIR)",
    CURL_LIBS = "-L$(CURL_LIBDIR) -lcurl",
    CRYPTO_CFLAGS = "-I$(CRYPTO_INCDIR)",
    CRYPTO_LIBS = "-L$(CRYPTO_LIBDIR) -lcrypto",
  },
  install_variables = {
    PREFIX = "$(PREFIX)",
    BINDIR = "$(BINDIR)",
    LUADIR = "$(LUADIR)",
    LIBDIR = "$(LIBDIR)",
    LUA = "$(LUA)",
    ROCK = "1",
  },
}

test = {
  type = "command",
  command = "make spec",
}
