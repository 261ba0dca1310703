/* base64 and base64url (RFC 4648), as JSON Web Tokens and their keys need it.
 * No I/O, no OpenSSL. */
#ifndef BL_BASE64_H
#define BL_BASE64_H

#include "arena.h"
#include "status.h"
#include "value.h"

enum bl_base64 {
  BL_BASE64,     /* + and /, padded with = */
  BL_BASE64_URL, /* - and _, not padded */
};

/* The bytes as text, NUL-terminated, in `arena`. BL_NOMEM. */
enum bl_status bl_base64_write(struct bl_text bytes, enum bl_base64 flavour,
                               struct bl_arena *arena, struct bl_text *out);

/* The bytes of a text of either flavour, padded or not, with a NUL behind them
 * that is not counted. BL_INVALID: it is neither. BL_NOMEM. */
enum bl_status bl_base64_read(struct bl_text text, struct bl_arena *arena,
                              struct bl_text *out);

#endif
