/* Header lines of requests as libcurl takes them: a block of lines that many
 * requests have in common, and in front of it a request's own. */
#ifndef BL_HTTP_LINES_H
#define BL_HTTP_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "exchange.h"
#include "status.h"

struct curl_slist;

/* Lines that many requests have in common. */
struct bl_block {
  struct bl_arena arena; /* it lies there itself */
  size_t users;          /* transfers, and who keeps it as the latest */
  struct bl_text text;   /* as it was given */
  struct curl_slist *lines;
  bool typed; /* one of them is the content type */
};

/* Finds or makes the block of `text`, with one user more. `latest` is the one
 * made last, or NULL: most requests have the one before's, so that it is
 * neither checked nor copied again. No text: no block. BL_UNSENDABLE: *reason
 * (static) says what is wrong with the text; BL_NOMEM. *out is then NULL. */
enum bl_status bl_block_find(struct bl_block **latest, bl_alloc *alloc,
                             void *ud, struct bl_text text,
                             struct bl_block **out, const char **reason);

/* One user of a block less; the last one frees it. NULL is fine. */
void bl_block_give_back(void *block);

/* All header lines of a transfer, whose `shared` is its block; what is made
 * lies in its arena. `agent_line` is "User-Agent: …", or NULL. False: no
 * memory. */
bool bl_lines_of(struct bl_transfer *t, char *agent_line,
                 struct curl_slist **out);

#endif
