#include "list.h"

#include <inttypes.h>
#include <stdio.h>

#include "entry.h"
#include "page.h"
#include "reply.h"
#include "segments.h"
#include "view.h"

/* A list while it is written, or counted. */
struct listing {
  struct bl_call *call;
  const struct bl_source *source;
  struct bl_buf b;
  int64_t max;         /* items to write; 0: only count */
  int64_t count;       /* written or counted */
  int64_t seq;         /* of the last item written */
  struct bl_text name; /* its display name, in the request's arena */
  bool more;           /* there is another behind it */
  enum bl_status status;
};

/* --- one item --------------------------------------------------------------
 */

/* Where the directory itself has it. */
static void write_reference(struct listing *list,
                            const struct bl_entry *entry) {
  const struct bl_kind *kind = bl_kind_named(entry->type);
  const char *resource =
      kind == NULL || kind->wrapper == NULL ? "Policy" : kind->wrapper;
  bl_buf_text(&list->b, "\"@odata.id\":\"");
  bl_view_internal_url(&list->b, list->call, entry->id, resource);
  bl_buf_text(&list->b, "\",");
  bl_view_close(&list->b);
}

static void write_entry(struct listing *list, const struct bl_entry *entry) {
  bl_buf_char(&list->b, '{');
  if (list->source->references)
    write_reference(list, entry);
  else if (entry->is_policy)
    bl_view_policy(&list->b, list->call, entry->row, list->source->how);
  else
    bl_view_object(&list->b, list->call, entry->object, list->source->how);
  bl_buf_char(&list->b, ',');
}

/* Notes where the page ends; a name only where it is needed. */
static void mark(struct listing *list, const struct bl_entry *entry) {
  list->seq = entry->seq;
  if (list->count < list->max || list->call->query.page.order < BL_A_TO_Z)
    return;
  list->name = entry->display_name;
  list->name.bytes = bl_arena_copy(&list->call->request->arena,
                                   list->name.bytes, list->name.len);
  if (list->name.bytes == NULL) list->status = BL_NOMEM;
}

/* Whether the list goes on behind this item. */
static bool take(struct listing *list, const struct bl_entry *entry) {
  bool passes;
  list->status = bl_entry_passes(entry, list->call->query.filter,
                                 list->call->scratch, &passes);
  if (list->status != BL_OK || !passes) return list->status == BL_OK;
  if (list->max > 0 && list->count == list->max) {
    list->more = true;
    return false;
  }
  list->count++;
  if (list->max == 0) return true;
  write_entry(list, entry);
  mark(list, entry);
  return list->b.status == BL_OK && list->status == BL_OK;
}

static bool take_policy(void *ud, const struct bl_row *row) {
  struct listing *list = ud;
  const struct bl_entry entry = bl_entry_of_policy(row);
  if ((list->source->how & BL_SHOW_LEGACY) && bl_view_type(row) == NULL)
    return true;
  return take(list, &entry);
}

static bool take_object(void *ud, const struct bl_object *object) {
  const struct bl_entry entry = bl_entry_of_object(object);
  return take(ud, &entry);
}

/* --- all of them -----------------------------------------------------------
 */

static const char *kind_name(const struct bl_call *call) {
  return call->kind == NULL ? NULL : call->kind->name;
}

static enum bl_status visit(struct listing *list, const struct bl_page *page) {
  struct bl_call *call = list->call;
  struct bl_store *store = call->service->store;
  const struct bl_source *from = list->source;
  enum bl_status s = BL_OK;
  switch (from->from) {
  case BL_LIST_POLICIES:
    s = bl_store_each(store, kind_name(call), page, take_policy, list);
    break;
  case BL_LIST_OBJECTS:
    s = bl_store_object_each(store, call->objects->name, page, take_object,
                             list);
    break;
  case BL_LIST_ASSIGNED:
    s = bl_store_each_assigned(store, from->of, kind_name(call), page,
                               take_policy, list);
    break;
  case BL_LIST_CARRIERS:
    s = bl_store_each_carrier(store, from->of, page, take_object, list);
    break;
  }
  return s == BL_OK ? list->status : s;
}

/* How many there are, whatever the page. Without a filter the store knows;
 * the legacy path leaves out what it cannot show, so it is gone through. */
static enum bl_status count(struct bl_call *call,
                            const struct bl_source *source, int64_t *out) {
  struct bl_store *store = call->service->store;
  struct listing list = {.call = call, .source = source};
  const struct bl_page all = {.only = call->query.page.only};
  if (call->query.filter == NULL && source->from == BL_LIST_POLICIES &&
      !(source->how & BL_SHOW_LEGACY))
    return bl_store_count(store, kind_name(call), out);
  if (call->query.filter == NULL && source->from == BL_LIST_OBJECTS)
    return bl_store_object_count(store, call->objects->name, out);
  enum bl_status s = visit(&list, &all);
  *out = list.count;
  return s;
}

enum bl_status bl_list_count(struct bl_call *call,
                             const struct bl_source *source) {
  int64_t number = 0;
  enum bl_status s = count(call, source, &number);
  if (s != BL_OK) return s;
  char *text = bl_arena_format(&call->request->arena, "%" PRId64, number);
  if (text == NULL) return BL_NOMEM;
  call->request->reply = (struct bl_reply){.status = 200,
                                           .body = {text, strlen(text)},
                                           .content_type = "text/plain"};
  return BL_OK;
}

/* --- the next page ---------------------------------------------------------
 */

/* A text as it may stand in the value of an option. */
static void put_value(struct bl_buf *b, struct bl_text text) {
  static const char hex[] = "0123456789ABCDEF";
  for (size_t i = 0; i < text.len; i++) {
    unsigned char c = (unsigned char)text.bytes[i];
    bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                 (c >= 'a' && c <= 'z') ||
                 (c != '\0' && strchr("$-._~()',:*@/", c) != NULL);
    if (plain) {
      bl_buf_char(b, (char)c);
      continue;
    }
    const char escape[3] = {'%', hex[c >> 4], hex[c & 15]};
    bl_buf_add(b, escape, sizeof escape);
  }
}

/* The path as it was called; that of a batch's item comes without root. */
static void put_path(struct bl_buf *b, const struct bl_call *call) {
  const char *path = bl_segments_skip_origin(call->request->path);
  bl_view_root(b, call);
  if (*path != '/') bl_buf_char(b, '/');
  for (; *path != '\0'; path++) {
    if (*path == '"' || *path == '\\' || (unsigned char)*path < ' ') continue;
    bl_buf_char(b, *path);
  }
}

static enum bl_status put_next(struct listing *list) {
  struct bl_call *call = list->call;
  struct bl_buf *b = &list->b;
  int64_t generation;
  enum bl_status s = bl_store_generation(call->service->store, &generation);
  if (s != BL_OK) return s;
  bl_buf_text(b, "\"@odata.nextLink\":\"");
  put_path(b, call);
  bl_buf_char(b, '?');
  for (struct bl_option *o = call->request->options; o != NULL; o = o->next) {
    if (bl_text_is(o->name, "$skiptoken")) continue;
    put_value(b, o->name);
    bl_buf_char(b, '=');
    put_value(b, o->value);
    bl_buf_char(b, '&');
  }
  bl_buf_text(b, "$skiptoken=");
  bl_page_write(b, generation, list->seq, call->query.page.order, list->name);
  bl_buf_text(b, "\",");
  return BL_OK;
}

/* The page as the store is asked for it. */
static enum bl_status begin(struct listing *list, struct bl_page *page) {
  struct bl_call *call = list->call;
  const struct bl_query *query = &call->query;
  int64_t generation = 0;
  *page = query->page;
  page->max = query->filter == NULL && !(list->source->how & BL_SHOW_LEGACY)
                  ? query->page.max + 1
                  : 0;
  list->max = query->page.max;
  if (query->skiptoken.bytes == NULL) return BL_OK;
  enum bl_status s = bl_store_generation(call->service->store, &generation);
  if (s != BL_OK) return s;
  s = bl_page_read(query->skiptoken, generation, call->scratch, page);
  if (s == BL_OK || s == BL_NOMEM) return s;
  return bl_refuse_call(
      call, s == BL_TOO_LARGE ? BL_R_EXPIRED_PAGE : BL_R_BAD_SKIPTOKEN,
      (struct bl_text){0}, (struct bl_text){0});
}

enum bl_status bl_list(struct bl_call *call, const struct bl_source *source) {
  struct listing list = {.call = call, .source = source};
  struct bl_page page;
  int64_t total = 0;
  enum bl_status s = begin(&list, &page);
  if (s == BL_OK && call->query.count && !page.behind)
    s = count(call, source, &total);
  if (s != BL_OK) return bl_answered(s);

  bl_buf_init(&list.b, &call->request->arena, BL_MAX_REPLY);
  bl_view_open(&list.b, call, source->context, "");
  if (call->query.count && !page.behind) {
    char *text =
        bl_arena_format(call->scratch, "\"@odata.count\":%" PRId64 ",", total);
    if (text == NULL) return BL_NOMEM;
    bl_buf_text(&list.b, text);
  }
  bl_buf_text(&list.b, "\"value\":[");
  s = visit(&list, &page);
  if (s != BL_OK) return s;
  if (list.b.status == BL_OK && list.b.data[list.b.len - 1] == ',')
    list.b.len--;
  bl_buf_text(&list.b, "],");
  if (list.more) s = put_next(&list);
  bl_view_close(&list.b);
  return s == BL_OK ? bl_reply(call, 200, &list.b) : s;
}
