#include "view.h"

#include <string.h>

#include "core/json_read.h"
#include "core/json_write.h"

#define MAX_HOST 255 /* bytes of a Host header that is repeated */
#define EXPANDED 20  /* items of an expansion; Source: Graph's $expand */

/* --- urls ------------------------------------------------------------------
 */

static bool of_host(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= ':') ||
         (c >= 'A' && c <= 'Z') || c == '.' || c == '-' || c == '_' ||
         c == '[' || c == ']';
}

/* Whether a Host header holds nothing but what a host and port are made of. */
static bool is_host(const char *host) {
  size_t len = 0;
  while (len <= MAX_HOST && of_host(host[len])) len++;
  return len > 0 && len <= MAX_HOST && host[len] == '\0';
}

void bl_view_root(struct bl_buf *b, const struct bl_call *call) {
  const char *host = call->request->host;
  if (host != NULL && is_host(host)) {
    const char *url = call->service->url;
    bl_buf_add(b, url, strcspn(url, "/") + 2);
    bl_buf_text(b, host);
  } else {
    bl_buf_text(b, call->service->url);
  }
}

static void put_id(struct bl_buf *b, const uint8_t id[BL_GUID_BYTES]) {
  char text[BL_GUID_TEXT];
  bl_guid_write(id, text);
  bl_buf_add(b, text, sizeof text - 1);
}

void bl_view_internal_url(struct bl_buf *b, const struct bl_call *call,
                          const uint8_t id[BL_GUID_BYTES],
                          const char *resource) {
  bl_view_root(b, call);
  struct bl_text tenant = call->service->identity->registry->tenant_id;
  bl_buf_text(b, "/v2/");
  bl_buf_add(b, tenant.bytes, tenant.len);
  bl_buf_text(b, "/directoryObjects/");
  put_id(b, id);
  bl_buf_text(b, "/Microsoft.DirectoryServices.");
  bl_buf_text(b, resource);
}

const char *bl_view_location(const struct bl_call *call,
                             const uint8_t id[BL_GUID_BYTES],
                             const char *resource) {
  struct bl_buf b;
  bl_buf_init(&b, &call->request->arena, 1024);
  bl_view_internal_url(&b, call, id, resource);
  return b.status == BL_OK ? bl_buf_string(&b) : NULL;
}

/* --- the frame -------------------------------------------------------------
 */

/* "(id,displayName,appliesTo())", as OData wants a context to say it. */
static void put_selection(struct bl_buf *b, const struct bl_query *query) {
  if (query->selected == 0 && query->expand == NULL) return;
  bl_buf_char(b, '(');
  for (size_t i = 0; i < query->selected; i++) {
    if (i > 0) bl_buf_char(b, ',');
    bl_buf_add(b, query->names[i].bytes, query->names[i].len);
  }
  if (query->expand != NULL) {
    if (query->selected > 0) bl_buf_char(b, ',');
    bl_buf_text(b, query->expand);
    bl_buf_text(b, "()");
  }
  bl_buf_char(b, ')');
}

const char *bl_view_policies(const struct bl_call *call) {
  struct bl_buf b;
  if (call->kind == NULL) return "policies";
  bl_buf_init(&b, call->scratch, 256);
  bl_buf_text(&b, "policies/");
  bl_buf_text(&b, call->kind->collection);
  return bl_buf_string(&b);
}

void bl_view_open(struct bl_buf *b, const struct bl_call *call,
                  const char *what, const char *suffix) {
  bl_buf_char(b, '{');
  if (call->request->metadata == BL_NO_METADATA) return;
  bl_buf_text(b, "\"@odata.context\":\"");
  bl_view_root(b, call);
  bl_buf_char(b, '/');
  bl_buf_text(b, call->version);
  bl_buf_text(b, "/$metadata#");
  bl_buf_text(b, what);
  put_selection(b, &call->query);
  bl_buf_text(b, suffix);
  bl_buf_text(b, "\",");
}

void bl_view_close(struct bl_buf *b) {
  if (b->status == BL_OK && b->len > 0 && b->data[b->len - 1] == ',')
    b->data[b->len - 1] = '}';
  else
    bl_buf_char(b, '}');
}

/* Type, and with full metadata where to read and to change it. */
static void put_annotations(struct bl_buf *b, const struct bl_call *call,
                            const uint8_t id[BL_GUID_BYTES], const char *type,
                            const char *resource, bool typed) {
  bool full = call->request->metadata == BL_FULL_METADATA;
  if (call->request->metadata == BL_NO_METADATA || (!typed && !full)) return;
  bl_buf_text(b, "\"@odata.type\":\"#microsoft.graph.");
  bl_buf_text(b, type);
  bl_buf_text(b, "\",");
  if (!full) return;
  bl_buf_text(b, "\"@odata.id\":\"");
  bl_view_internal_url(b, call, id, resource);
  bl_buf_text(b, "\",\"@odata.editLink\":\"directoryObjects/");
  put_id(b, id);
  bl_buf_text(b, "\",");
}

static bool shows(const struct bl_call *call, const char *name) {
  return bl_query_shows(&call->query, name);
}

static void name(struct bl_buf *b, const char *text) {
  bl_buf_char(b, '"');
  bl_buf_text(b, text);
  bl_buf_text(b, "\":");
}

static void string(struct bl_buf *b, struct bl_text text) {
  bl_json_write_string(b, text, BL_PLAIN);
  bl_buf_char(b, ',');
}

static void show_id(struct bl_buf *b, const struct bl_call *call,
                    const uint8_t id[BL_GUID_BYTES]) {
  if (!shows(call, "id")) return;
  bl_buf_text(b, "\"id\":\"");
  put_id(b, id);
  bl_buf_text(b, "\",");
}

/* --- expansions ------------------------------------------------------------
 */

/* The list inside an item. Its items are shown whole. */
struct expansion {
  struct bl_buf *b;
  struct bl_call call;
};

static bool expand_object(void *ud, const struct bl_object *object) {
  struct expansion *x = ud;
  bl_buf_char(x->b, '{');
  bl_view_object(x->b, &x->call, object, BL_SHOW_TYPE);
  bl_buf_char(x->b, ',');
  return x->b->status == BL_OK;
}

static bool expand_policy(void *ud, const struct bl_row *row) {
  struct expansion *x = ud;
  bl_buf_char(x->b, '{');
  bl_view_policy(x->b, &x->call, row, 0);
  bl_buf_char(x->b, ',');
  return x->b->status == BL_OK;
}

static void expand(struct bl_buf *b, const struct bl_call *call,
                   const uint8_t id[BL_GUID_BYTES]) {
  static const struct bl_page page = {.max = EXPANDED};
  struct bl_store *store = call->service->store;
  const struct bl_kind *kind = call->query.expand_kind;
  if (call->query.expand == NULL) return;
  struct expansion x = {b, *call};
  x.call.query = (struct bl_query){0};
  name(b, call->query.expand);
  bl_buf_char(b, '[');
  enum bl_status s =
      kind == NULL ? bl_store_each_carrier(store, id, &page, expand_object, &x)
                   : bl_store_each_assigned(store, id, kind->name, &page,
                                            expand_policy, &x);
  if (s != BL_OK && b->status == BL_OK) b->status = s;
  if (b->status == BL_OK && b->data[b->len - 1] == ',') b->len--;
  bl_buf_text(b, "],");
}

/* --- policies --------------------------------------------------------------
 */

const char *bl_view_type(const struct bl_row *row) {
  const struct bl_kind *kind = bl_kind_named(row->kind);
  return kind == NULL ? NULL : kind->wrapper;
}

static void show_common(struct bl_buf *b, const struct bl_call *call,
                        const struct bl_row *row, struct bl_text definition) {
  if (shows(call, "definition")) {
    name(b, "definition");
    bl_buf_add(b, definition.bytes, definition.len);
    bl_buf_char(b, ',');
  }
  if (shows(call, "displayName")) {
    name(b, "displayName");
    string(b, row->display_name);
  }
  if (shows(call, "isOrganizationDefault")) {
    name(b, "isOrganizationDefault");
    bl_buf_text(b, row->organization_default ? "true," : "false,");
  }
}

/* Source: Graph beta: Create policy (2019), its answer. A definition that was
 * sent as one string is shown as one. */
static void show_legacy(struct bl_buf *b, const struct bl_call *call,
                        const struct bl_row *row, const char *type) {
  struct bl_text definition = row->definition;
  if (row->dialect == BL_LEGACY_STRING && definition.len >= 2) {
    definition.bytes++;
    definition.len -= 2;
  }
  show_id(b, call, row->id);
  if (shows(call, "alternativeIdentifier"))
    bl_buf_text(b, "\"alternativeIdentifier\":null,");
  show_common(b, call, row, definition);
  if (shows(call, "keyCredentials")) bl_buf_text(b, "\"keyCredentials\":[],");
  if (!shows(call, "type")) return;
  name(b, "type");
  string(b, bl_text_of(type));
}

/* Source: Graph: Create tokenLifetimePolicy, its answer. */
static void show_typed(struct bl_buf *b, const struct bl_call *call,
                       const struct bl_row *row) {
  show_id(b, call, row->id);
  if (call->service->decisions.deleted_date == BL_DELETED_DATE_NULL &&
      shows(call, "deletedDateTime"))
    bl_buf_text(b, "\"deletedDateTime\":null,");
  show_common(b, call, row, row->definition);
}

void bl_view_policy(struct bl_buf *b, const struct bl_call *call,
                    const struct bl_row *row, unsigned how) {
  const struct bl_kind *kind = bl_kind_named(row->kind);
  const char *type = kind == NULL ? "stsPolicy" : kind->name;
  const char *resource =
      kind == NULL || kind->wrapper == NULL ? "Policy" : kind->wrapper;
  put_annotations(b, call, row->id, how & BL_SHOW_LEGACY ? "policy" : type,
                  resource, how & BL_SHOW_TYPE);
  if (how & BL_SHOW_LEGACY)
    show_legacy(b, call, row, resource);
  else
    show_typed(b, call, row);
  expand(b, call, row->id);
  bl_view_close(b);
}

/* --- objects ---------------------------------------------------------------
 */

/* The members that are asked for, one by one. */
static void show_selected(struct bl_buf *b, const struct bl_call *call,
                          const struct bl_object *object) {
  struct bl_value tree;
  struct bl_problems problems;
  bl_problems_init(&problems, call->scratch);
  enum bl_status s =
      bl_json_read(object->body, BL_STRICT, NULL, &problems, &tree);
  if (s != BL_OK && b->status == BL_OK) b->status = BL_NOMEM;
  if (s != BL_OK || tree.type != BL_OBJECT) return;
  for (struct bl_item *i = tree.as.first; i != NULL; i = i->next) {
    bool shown = false;
    for (size_t n = 0; n < call->query.selected && !shown; n++)
      shown = call->query.names[n].len == i->key.len &&
              memcmp(call->query.names[n].bytes, i->key.bytes, i->key.len) == 0;
    if (!shown) continue;
    bl_json_write_string(b, i->key, BL_PLAIN);
    bl_buf_char(b, ':');
    bl_json_write(b, &i->value, BL_PLAIN);
    bl_buf_char(b, ',');
  }
}

void bl_view_object(struct bl_buf *b, const struct bl_call *call,
                    const struct bl_object *object, unsigned how) {
  const struct bl_entity *entity = bl_entity_named(object->type);
  if (entity == NULL) entity = &bl_service_principal;
  put_annotations(b, call, object->id, entity->name, entity->resource,
                  how & BL_SHOW_TYPE);
  show_id(b, call, object->id);
  if (call->query.selected > 0) {
    show_selected(b, call, object);
  } else if (object->body.len > 2) { /* as it is kept, without its braces */
    bl_buf_add(b, object->body.bytes + 1, object->body.len - 2);
    bl_buf_char(b, ',');
  }
  expand(b, call, object->id);
  bl_view_close(b);
}
