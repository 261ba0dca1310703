#include "view.h"

#include <ctype.h>
#include <string.h>

#include "core/json_write.h"

#define MAX_HOST 255 /* bytes of a Host header that is repeated */

/* Whether a Host header holds nothing but what a host and port are made of. */
static bool is_host(const char *host) {
  size_t len = strlen(host);
  if (len == 0 || len > MAX_HOST) return false;
  for (; *host != '\0'; host++)
    if (!isalnum((unsigned char)*host) && strchr(".-_:[]", *host) == NULL)
      return false;
  return true;
}

static void member(struct bl_buf *b, const char *name, struct bl_text text) {
  bl_buf_text(b, name);
  bl_json_write_string(b, text, BL_PLAIN);
}

/* Opens the object with its context, whose root is what the client called. */
static void context(struct bl_buf *b, const struct bl_call *call,
                    const char *what) {
  const char *host = call->request->host;
  bl_buf_text(b, "{\"@odata.context\":\"");
  if (host != NULL && is_host(host)) {
    const char *url = call->service->url;
    bl_buf_add(b, url, strcspn(url, "/") + 2);
    bl_buf_text(b, host);
  } else {
    bl_buf_text(b, call->service->url);
  }
  bl_buf_char(b, '/');
  bl_buf_text(b, call->version);
  bl_buf_text(b, "/$metadata#policies");
  if (call->kind != NULL) bl_buf_char(b, '/');
  if (call->kind != NULL) bl_buf_text(b, call->kind->collection);
  bl_buf_text(b, what);
  bl_buf_text(b, "\",");
}

static void id(struct bl_buf *b, const struct bl_row *row) {
  char text[BL_GUID_TEXT];
  bl_guid_write(row->id, text);
  bl_buf_text(b, "\"id\":\"");
  bl_buf_add(b, text, sizeof text - 1);
  bl_buf_char(b, '"');
}

static void common(struct bl_buf *b, const struct bl_row *row,
                   struct bl_text definition) {
  bl_buf_text(b, ",\"definition\":");
  bl_buf_add(b, definition.bytes, definition.len);
  member(b, ",\"displayName\":", row->display_name);
  bl_buf_text(b, ",\"isOrganizationDefault\":");
  bl_buf_text(b, row->organization_default ? "true" : "false");
}

/* Source: Graph: Create tokenLifetimePolicy, its answer. */
static void typed(struct bl_buf *b, const struct bl_row *row) {
  id(b, row);
  bl_buf_text(b, ",\"deletedDateTime\":null");
  common(b, row, row->definition);
  bl_buf_char(b, '}');
}

/* Source: Graph beta: Create policy (2019), its answer. A definition that was
 * sent as one string is shown as one. */
static void legacy(struct bl_buf *b, const struct bl_row *row,
                   const char *type) {
  struct bl_text definition = row->definition;
  if (row->dialect == BL_LEGACY_STRING && definition.len >= 2) {
    definition.bytes++;
    definition.len -= 2;
  }
  id(b, row);
  bl_buf_text(b, ",\"alternativeIdentifier\":null");
  common(b, row, definition);
  member(b, ",\"keyCredentials\":[],\"type\":",
         (struct bl_text){type, strlen(type)});
  bl_buf_char(b, '}');
}

/* The legacy `type` of a row's kind, or NULL when it has none. */
static const char *type_of(const struct bl_row *row) {
  const struct bl_kind *kind = bl_kind_named(row->kind);
  return kind == NULL ? NULL : kind->wrapper;
}

static void body(struct bl_buf *b, const struct bl_call *call,
                 const struct bl_row *row, const char *type) {
  if (call->kind != NULL)
    typed(b, row);
  else
    legacy(b, row, type);
}

void bl_view_one(struct bl_buf *b, const struct bl_call *call,
                 const struct bl_row *row) {
  const char *type = type_of(row);
  context(b, call, "/$entity");
  body(b, call, row, type == NULL ? "" : type);
}

void bl_view_open(struct bl_buf *b, const struct bl_call *call) {
  context(b, call, "");
  bl_buf_text(b, "\"value\":[");
}

bool bl_view_item(struct bl_buf *b, const struct bl_call *call,
                  const struct bl_row *row, bool first) {
  const char *type = type_of(row);
  if (call->kind == NULL && type == NULL) return false;
  bl_buf_text(b, first ? "{" : ",{");
  body(b, call, row, type);
  return true;
}

void bl_view_close(struct bl_buf *b) { bl_buf_text(b, "]}"); }
