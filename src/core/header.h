/* Header fields of HTTP requests and answers, as lists. No I/O. */
#ifndef BL_HEADER_H
#define BL_HEADER_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "status.h"
#include "value.h"

#define BL_MAX_HEADERS 500 /* lines that are taken of one answer */

struct bl_header {
  struct bl_text name;  /* of an answer: in lower case */
  struct bl_text value; /* of an answer: repeated lines joined by ", " */
};

/* Whether the field can stand in a request: a name of token characters, a
 * value without control characters (a line break would start a header of the
 * value's own making). */
bool bl_header_sendable(const struct bl_header *header);

/* Whether the text is made of the characters of a method or a header name. */
bool bl_is_token(struct bl_text text);

/* Takes the first line off a block. False: it is no field. */
bool bl_header_take_line(struct bl_text *block, struct bl_header *out);

/* Reads a header block, status line and blank line included or not. Lines
 * that are no field are passed over. The fields lie in `arena`, in the order
 * in which their names came first. BL_TOO_LARGE: more than BL_MAX_HEADERS
 * lines. */
enum bl_status bl_headers_read(struct bl_text block, struct bl_arena *arena,
                               struct bl_header **fields, size_t *count);

/* Whether a host, as it stands in a URL ("[::1]" with its brackets), is this
 * machine whatever a resolver says: localhost, 127.0.0.0/8, ::1. */
bool bl_is_loopback(const char *host);

/* Whether it is an address of 169.254.0.0/16, at which a platform answers its
 * own machines: they reach no further than the next switch. */
bool bl_is_link_local(const char *host);

#endif
