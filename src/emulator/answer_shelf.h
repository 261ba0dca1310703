/* Responses that were sent, kept for replies like them: making one takes a
 * dozen headers, each three times from the allocator. A libmicrohttpd response
 * cannot change its length, so they are kept by it: what follows each other is
 * mostly alike. One thread at a time. */
#ifndef BL_ANSWER_SHELF_H
#define BL_ANSWER_SHELF_H

#include <microhttpd.h>

#include "core/value.h"

#define BL_SHELF_BODY 2048 /* bytes; longer bodies are not kept */

struct bl_shelf;

struct bl_shelved {
  struct MHD_Response *response; /* of `body`, with the headers of its maker */
  const char *type;              /* its Content-Type, or NULL */
  size_t len;                    /* bytes of the body */
  struct bl_shelved *next;       /* while it is on the shelf */
  char body[];
};

/* NULL: no memory. */
struct bl_shelf *bl_shelf_new(void);

/* When no response is being sent any more. NULL is fine. */
void bl_shelf_free(struct bl_shelf *shelf);

/* Takes one of that type and length, NULL: there is none. The caller writes its
 * body and gives it back when it was sent. */
struct bl_shelved *bl_shelf_take(struct bl_shelf *shelf, const char *type,
                                 size_t len);

/* Makes one, with that Content-Type and a body of `len` bytes, BL_SHELF_BODY
 * at most, to be given to the shelf. The type is borrowed for ever. NULL: no
 * memory. */
struct bl_shelved *bl_shelf_make(const char *type, size_t len);

/* Keeps it for the next one. */
void bl_shelf_give(struct bl_shelf *shelf, struct bl_shelved *shelved);

/* Frees one that was taken or made. NULL is fine. */
void bl_shelved_free(struct bl_shelved *shelved);

/* The header has that value from now on; with NULL, it is not there. False: no
 * memory. */
bool bl_shelved_set(struct bl_shelved *shelved, const char *name,
                    const char *value);

#endif
