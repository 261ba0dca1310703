/* Strings that mean something. */
#ifndef BL_FORMAT_H
#define BL_FORMAT_H

#include "text.h"

#define BL_SPAN_TEXT 32 /* bytes that bl_timespan_write fills at most */

/* Whether the bytes are UTF-8 (no surrogates, no overlong forms). Fills
 * *nul with whether a NUL is among them; NULL when not wanted. */
bool bl_is_utf8(struct bl_text text, bool *nul);

/* A time span as the service reads it: [days.]hours:minutes:seconds, up to
 * three digits of days, hours to 23, minutes and seconds of two digits to 59.
 * Source: graph-policies reference, durations ("dd.hh:mm:ss"). */
bool bl_timespan_read(struct bl_text text, int64_t *seconds);

/* The same with parts that run over, as in "24:00:00" and "00:90:00", of one
 * to three digits each, and seconds that may be missing. */
bool bl_timespan_loose(struct bl_text text, int64_t *seconds);

/* What a text that is no time span most likely means: "PT8H", "8h", "8:00",
 * "24:00:00", "00:90:00", "28800". False: no idea. */
bool bl_timespan_guess(struct bl_text text, int64_t *seconds);

/* The span as the service's pages write it: "08:00:00", "80.00:30:00". */
void bl_timespan_write(int64_t seconds, char out[BL_SPAN_TEXT]);

/* 8-4-4-4-12 hexadecimal digits. */
bool bl_is_guid(struct bl_text text);

/* scheme ":" something, without blanks. RFC 3986 in outline. */
bool bl_is_uri(struct bl_text text);

/* Labels of letters, digits and hyphens, joined by dots, two at least. */
bool bl_is_domain(struct bl_text text);

/* The nearest of `candidates` (literals, ended by a text without bytes) within
 * a few edits, or NULL. Texts of more than 64 bytes have none. */
const char *bl_text_nearest(struct bl_text text,
                            const struct bl_text *candidates);

#endif
