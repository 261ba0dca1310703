/* Any text as the query of a request, and as the filter in it. Whatever can be
 * read can be tried on an item; what cannot is refused with a whole answer. */
#include <strings.h>

#include "emulator/page.h"
#include "emulator/query.h"
#include "fuzz.h"

#define MAX_MEMORY ((size_t)64 << 20)

/* An item with something of every type, in every depth. */
static bool value(void *ud, const char *name, struct bl_value *out) {
  static struct bl_item inner = {
      .key = {"usage", 5},
      .value = {.type = BL_STRING, .as.text = {"Verify", 6}}};
  static struct bl_item complex = {
      .value = {.type = BL_OBJECT, .count = 1, .as.first = &inner}};
  static struct bl_item text = {
      .value = {.type = BL_STRING, .as.text = {"a", 1}}};
  (void)ud;
  if (strcmp(name, "displayName") == 0)
    *out = (struct bl_value){.type = BL_STRING, .as.text = {"name", 4}};
  else if (strcmp(name, "accountEnabled") == 0)
    *out = (struct bl_value){.type = BL_BOOLEAN, .as.boolean = true};
  else if (strcmp(name, "tags") == 0)
    *out = (struct bl_value){.type = BL_ARRAY, .count = 1, .as.first = &text};
  else if (strcmp(name, "keyCredentials") == 0)
    *out =
        (struct bl_value){.type = BL_ARRAY, .count = 1, .as.first = &complex};
  else
    return false;
  return true;
}

/* What must hold whatever was read. */
static void use(const struct bl_query *query) {
  struct bl_text only;
  PROMISE(query->selected <= BL_MAX_SELECTED);
  PROMISE(query->page.max >= 1 && query->page.max <= BL_MAX_PAGE);
  bl_query_shows(query, "displayName");
  if (query->filter == NULL) return;
  bool passes = bl_filter_passes(query->filter, "application", value, NULL);
  if (bl_filter_asks(query->filter, "displayName", &only) && passes)
    PROMISE(only.len == 4 && strncasecmp(only.bytes, "name", 4) == 0);
}

static void read_query(const char *text, struct bl_arena *arena,
                       struct bl_incoming *request) {
  static const struct bl_query_types types = {
      .entities = {&bl_application, &bl_service_principal},
      .name = "directoryObject",
      .resource = "DirectoryObject",
      .expandable = "appliesTo"};
  struct bl_query query;
  enum bl_status s = bl_options_read(text, arena, &request->options);
  PROMISE(s == BL_OK || s == BL_INVALID || s == BL_NOMEM);
  if (s != BL_OK) return;
  s = bl_query_read(request, arena, BL_O_LIST | BL_O_REFERENCE, &types, &query);
  PROMISE(s == BL_OK || s == BL_INVALID || s == BL_NOMEM);
  PROMISE(s != BL_INVALID || request->reply.status >= 400);
  if (s == BL_OK) use(&query);
}

static void read_filter(struct bl_text text, struct bl_arena *arena) {
  static const struct bl_entity *const types[2] = {&bl_application,
                                                   &bl_service_principal};
  struct bl_filter *filter;
  struct bl_filter_fault fault;
  enum bl_status s =
      bl_filter_read(text, types, "application", true, arena, &filter, &fault);
  PROMISE(s == BL_OK || s == BL_INVALID || s == BL_NOMEM);
  if (s == BL_OK) bl_filter_passes(filter, "application", value, NULL);
  if (s == BL_INVALID && fault.why == BL_F_SYNTAX) PROMISE(fault.words != NULL);
}

/* What bl_page_write makes, bl_page_read takes, and nothing near it. */
static void turn_page(struct bl_text text, struct bl_arena *arena) {
  struct bl_page page = {.order = BL_A_TO_Z};
  struct bl_buf token;
  bl_page_read(text, 7, arena, &page);
  bl_buf_init(&token, arena, MAX_MEMORY);
  bl_page_write(&token, 7, 8, BL_A_TO_Z, text);
  if (token.status != BL_OK) return;
  page = (struct bl_page){.order = BL_A_TO_Z};
  enum bl_status s =
      bl_page_read((struct bl_text){token.data, token.len}, 7, arena, &page);
  PROMISE(s == BL_OK || s == BL_NOMEM);
  if (s != BL_OK) return;
  PROMISE(page.seq == 8 && page.name.len == text.len);
  PROMISE(memcmp(page.name.bytes, text.bytes, text.len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct fuzz_memory memory;
  struct bl_text text;
  struct bl_arena arena;
  struct bl_incoming request = {.request_id = "", .client_request_id = ""};
  if (!fuzz_part(data, size, &memory, &text)) return 0;
  bl_arena_init(&arena, fuzz_alloc, &memory, MAX_MEMORY, NULL, 0);
  bl_arena_init(&request.arena, fuzz_alloc, &memory, MAX_MEMORY, NULL, 0);
  char *query = bl_arena_copy(&arena, text.bytes, text.len);
  if (query != NULL) {
    request.accept = request.prefer = request.consistency = query;
    bl_query_accept(&request);
    read_query(query, &arena, &request);
    read_filter(text, &arena);
    turn_page(text, &arena);
  }
  bl_arena_free(&request.arena);
  bl_arena_free(&arena);
  return 0;
}
