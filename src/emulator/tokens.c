#include "tokens.h"

#include <string.h>
#include <strings.h>

#include "core/guid.h"

#define SCHEME "Bearer "

static bool same(const char *a, const char *b) {
  size_t a_len = strlen(a), b_len = strlen(b);
  unsigned differ = a_len != b_len;
  for (size_t i = 0; i < b_len; i++)
    differ |= (unsigned char)(a[a_len == 0 ? 0 : i % a_len] ^ b[i]);
  return differ == 0;
}

enum bl_bearer bl_token_check(const char *token, const char *authorization) {
  const size_t scheme = sizeof SCHEME - 1;
  if (authorization == NULL) return BL_BEARER_NONE;
  if (strncasecmp(authorization, SCHEME, scheme) != 0) return BL_BEARER_NONE;
  const char *given = authorization + scheme;
  given += strspn(given, " ");
  if (*given == '\0') return BL_BEARER_NONE;
  return same(token, given) ? BL_BEARER_RIGHT : BL_BEARER_WRONG;
}

bool bl_token_fit(const char *token) {
  if (*token == '\0') return false;
  for (; *token != '\0'; token++)
    if (*token <= ' ' || *token > '~') return false;
  return true;
}

bool bl_token_make(char out[BL_TOKEN_TEXT]) {
  static const char letters[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  unsigned char bytes[BL_TOKEN_TEXT - 1];
  if (!bl_random(bytes, sizeof bytes)) return false;
  for (size_t i = 0; i < sizeof bytes; i++) out[i] = letters[bytes[i] & 63];
  out[sizeof bytes] = '\0';
  return true;
}
