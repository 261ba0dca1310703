#include "http_lines.h"

#include <string.h>

#include <curl/curl.h>

#define EXPECTING                                                              \
  1000 /* bytes of a body for which no libcurl expects a 100                   \
        */

void bl_block_give_back(void *shared) {
  struct bl_block *block = shared;
  if (block == NULL || --block->users > 0) return;
  struct bl_arena arena = block->arena;
  bl_arena_free(&arena);
}

/* Adds a line of its text to a block; a header without a value has libcurl's
 * "name;". */
static bool add_to_block(struct bl_block *block, const struct bl_header *h) {
  static const struct bl_text type = {"content-type", 12};
  struct curl_slist *node = bl_arena_take(&block->arena, sizeof(*node));
  char *line = bl_arena_format(&block->arena, "%.*s%s%.*s", (int)h->name.len,
                               h->name.bytes, h->value.len > 0 ? ": " : ";",
                               (int)h->value.len, h->value.bytes);
  if (node == NULL || line == NULL) return false;
  *node = (struct curl_slist){.data = line, .next = block->lines};
  block->lines = node;
  if (bl_text_same_folded(h->name, type)) block->typed = true;
  return true;
}

static struct bl_block *new_block(bl_alloc *alloc, void *ud,
                                  struct bl_text text) {
  struct bl_arena arena;
  bl_arena_init(&arena, alloc, ud, SIZE_MAX, NULL, 0);
  struct bl_block *block = bl_arena_take(&arena, sizeof(*block));
  if (block == NULL) return NULL;
  *block = (struct bl_block){.arena = arena, .users = 1};
  block->text.len = text.len;
  block->text.bytes = bl_arena_copy(&block->arena, text.bytes, text.len);
  bool ok = block->text.bytes != NULL;
  struct bl_header h;
  while (ok && text.len > 0 && bl_header_take_line(&text, &h))
    ok = add_to_block(block, &h);
  if (ok) return block;
  bl_block_give_back(block);
  return NULL;
}

enum bl_status bl_block_find(struct bl_block **latest, bl_alloc *alloc,
                             void *ud, struct bl_text text,
                             struct bl_block **out, const char **reason) {
  *out = NULL;
  if (text.len == 0) return BL_OK;
  struct bl_block *block = *latest;
  if (block == NULL || block->text.len != text.len ||
      memcmp(block->text.bytes, text.bytes, text.len) != 0) {
    *reason = bl_request_lines_fault(text);
    if (*reason != NULL) return BL_UNSENDABLE;
    struct bl_block *made = new_block(alloc, ud, text);
    if (made == NULL) return BL_NOMEM;
    bl_block_give_back(block);
    *latest = block = made;
  }
  block->users++;
  *out = block;
  return BL_OK;
}

/* Adds a line in front of the others. */
static bool add_line(struct curl_slist **lines, struct bl_transfer *t,
                     char *line) {
  struct curl_slist *node = bl_arena_take(&t->arena, sizeof(*node));
  if (node == NULL) return false;
  *node = (struct curl_slist){.data = line, .next = *lines};
  *lines = node;
  return true;
}

static bool add_trace(struct curl_slist **lines, struct bl_transfer *t) {
  static const char name[] = "client-request-id: ";
  if (t->exchange.trace == NULL) return true;
  size_t len = strlen(t->exchange.trace) + 1;
  char *line = bl_arena_take(&t->arena, sizeof(name) + len);
  if (line == NULL) return false;
  memcpy(line, name, sizeof(name) - 1);
  memcpy(line + sizeof(name) - 1, t->exchange.trace, len);
  return add_line(lines, t, line);
}

/* Those of the pool are lines like the others, since libcurl prints its own
 * twice. "Name:" takes one away that it would send of its own accord: an
 * expectation, which costs a round trip and makes a request be sent again, and
 * the content type of a form. */
bool bl_lines_of(struct bl_transfer *t, char *agent_line,
                 struct curl_slist **out) {
  static char gzip[] = "Accept-Encoding: gzip";
  static char no_expect[] = "Expect:", no_type[] = "Content-Type:";
  const struct bl_block *block = t->shared;
  bool typed = t->typed || (block != NULL && block->typed);
  *out = block == NULL ? NULL : block->lines;
  for (size_t i = t->line_count; i-- > 0;)
    if (!add_line(out, t, t->lines[i])) return false;
  return add_trace(out, t) && (typed || add_line(out, t, no_type)) &&
         (t->body_len < EXPECTING || add_line(out, t, no_expect)) &&
         add_line(out, t, gzip) &&
         (agent_line == NULL || add_line(out, t, agent_line));
}
