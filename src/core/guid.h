/* Ids: 16 bytes inside, text of 8-4-4-4-12 hexadecimal digits outside. */
#ifndef BL_GUID_H
#define BL_GUID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "value.h"

#define BL_GUID_BYTES 16
#define BL_GUID_TEXT 37 /* bytes of the text, the NUL included */

/* What many ids are made from, on one thread; all zero: none yet. Random bytes
 * are asked for many at a time. */
struct bl_ids {
  uint64_t ms;     /* of the last time-ordered id: of the clock, since 1970 */
  unsigned serial; /* within that millisecond */
  uint8_t random[1024];
  size_t left; /* bytes of `random` that are not used yet */
};

/* Bytes that nobody can foresee. False: the system has none to give. */
bool bl_random(void *out, size_t len);

/* A random id (version 4). Zeros behind its version where bl_random fails. */
void bl_guid_random(uint8_t out[BL_GUID_BYTES]);

/* As bl_guid_random, for many. */
void bl_guid_another(struct bl_ids *ids, uint8_t out[BL_GUID_BYTES]);

/* An id that sorts behind all before it (version 7: milliseconds, a serial
 * number, random bytes), so that an index over ids grows at its end. False as
 * bl_random. */
bool bl_guid_next(struct bl_ids *ids, uint8_t out[BL_GUID_BYTES]);

/* In lower case. */
void bl_guid_write(const uint8_t id[BL_GUID_BYTES], char out[BL_GUID_TEXT]);

/* False: the text is no GUID. */
bool bl_guid_read(struct bl_text text, uint8_t out[BL_GUID_BYTES]);

#endif
