#include "metadata.h"

#include "reply.h"

#define MAX_COMPLEX 32 /* complex types; more would be a table too long */

struct writer {
  struct bl_buf b;
  const char *version;
  const struct bl_entity *complex[MAX_COMPLEX]; /* told of already */
  size_t count;
};

static void put(struct writer *w, const char *text) {
  bl_buf_text(&w->b, text);
}

/* name="value" behind what stands there. */
static void attribute(struct writer *w, const char *name, const char *value) {
  put(w, " ");
  put(w, name);
  put(w, "=\"");
  put(w, value);
  put(w, "\"");
}

/* --- properties ------------------------------------------------------------
 */

static void put_type(struct writer *w, const struct bl_property *p) {
  static const char *const edm[] = {[BL_EDM_STRING] = "Edm.String",
                                    [BL_EDM_GUID] = "Edm.Guid",
                                    [BL_EDM_BOOLEAN] = "Edm.Boolean",
                                    [BL_EDM_INT32] = "Edm.Int32",
                                    [BL_EDM_DATE] = "Edm.DateTimeOffset"};
  bool many = p->flags & BL_MANY;
  put(w, " Type=\"");
  if (many) put(w, "Collection(");
  if (p->edm == BL_EDM_COMPLEX) {
    put(w, "graph.");
    put(w, p->complex->name);
  } else {
    put(w, edm[p->edm]);
  }
  if (many) put(w, ")");
  put(w, "\"");
}

static void put_property(struct writer *w, const struct bl_property *p) {
  put(w, "<Property");
  attribute(w, "Name", p->name);
  put_type(w, p);
  if (p->flags & (BL_NOT_NULL | BL_MANY)) attribute(w, "Nullable", "false");
  put(w, "/>");
}

/* Those behind the ones that the base type has. */
static void put_properties(struct writer *w, const struct bl_property *p) {
  for (; p != NULL && p->name != NULL; p++) put_property(w, p);
}

/* --- types -----------------------------------------------------------------
 */

static void open_type(struct writer *w, const char *name, const char *base) {
  put(w, "<EntityType");
  attribute(w, "Name", name);
  if (base != NULL) attribute(w, "BaseType", base);
}

static void close_type(struct writer *w) { put(w, "</EntityType>"); }

/* A complex type, behind those that it is made of, each once. */
static void put_complex(struct writer *w, const struct bl_entity *type) {
  for (size_t i = 0; i < w->count; i++)
    if (w->complex[i] == type) return;
  if (w->count == MAX_COMPLEX) {
    w->b.status = BL_TOO_LARGE;
    return;
  }
  w->complex[w->count++] = type;
  for (const struct bl_property *p = type->properties;
       p != NULL && p->name != NULL; p++)
    if (p->complex != NULL) put_complex(w, p->complex);
  put(w, "<ComplexType");
  attribute(w, "Name", type->name);
  if (type->properties == NULL) attribute(w, "OpenType", "true");
  put(w, ">");
  put_properties(w, type->properties);
  put(w, "</ComplexType>");
}

static bool is_in(const struct writer *w, const struct bl_kind *kind) {
  return kind->version == NULL || strcmp(kind->version, w->version) == 0;
}

static void put_navigation(struct writer *w, const char *name, const char *type,
                           bool contained) {
  put(w, "<NavigationProperty");
  attribute(w, "Name", name);
  put(w, " Type=\"Collection(graph.");
  put(w, type);
  put(w, ")\"");
  if (contained) attribute(w, "ContainsTarget", "true");
  put(w, "/>");
}

/* Source: Graph's metadata: entity, directoryObject, policyBase, stsPolicy */
static void put_bases(struct writer *w) {
  const struct bl_property *p = bl_sts_policy.properties;
  put(w, "<EntityType Name=\"entity\" Abstract=\"true\"><Key>"
         "<PropertyRef Name=\"id\"/></Key>"
         "<Property Name=\"id\" Type=\"Edm.String\" Nullable=\"false\"/>"
         "</EntityType>");
  open_type(w, "directoryObject", "graph.entity");
  attribute(w, "OpenType", "true");
  put(w, ">");
  put_property(w, &p[1]);
  close_type(w);
  open_type(w, "policyBase", "graph.directoryObject");
  put(w, " Abstract=\"true\" OpenType=\"true\">");
  put_property(w, &p[3]);
  close_type(w);
  open_type(w, "stsPolicy", "graph.policyBase");
  put(w, " Abstract=\"true\" OpenType=\"true\">");
  put_property(w, &p[2]);
  put_property(w, &p[4]);
  put_navigation(w, "appliesTo", "directoryObject", false);
  close_type(w);
}

static void put_kinds(struct writer *w) {
  for (size_t i = 0; bl_kinds[i] != NULL; i++) {
    if (!is_in(w, bl_kinds[i])) continue;
    open_type(w, bl_kinds[i]->name, "graph.stsPolicy");
    attribute(w, "OpenType", "true");
    put(w, "/>");
  }
  open_type(w, "policyRoot", "graph.entity");
  put(w, ">");
  for (size_t i = 0; bl_kinds[i] != NULL; i++)
    if (is_in(w, bl_kinds[i]))
      put_navigation(w, bl_kinds[i]->collection, bl_kinds[i]->name, true);
  close_type(w);
}

static void put_object(struct writer *w, const struct bl_entity *type) {
  for (const struct bl_property *p = type->properties; p->name != NULL; p++)
    if (p->complex != NULL) put_complex(w, p->complex);
  open_type(w, type->name, "graph.directoryObject");
  attribute(w, "OpenType", "true");
  put(w, ">");
  put_properties(w, type->properties + 2);
  for (size_t i = 0; bl_kinds[i] != NULL; i++)
    if (is_in(w, bl_kinds[i]) && bl_navigates(type, bl_kinds[i]))
      put_navigation(w, bl_kinds[i]->collection, bl_kinds[i]->name, false);
  close_type(w);
}

/* --- the container ---------------------------------------------------------
 */

static void put_set(struct writer *w, const struct bl_entity *type) {
  put(w, "<EntitySet");
  attribute(w, "Name", type->collection);
  put(w, " EntityType=\"microsoft.graph.");
  put(w, type->name);
  put(w, "\">");
  for (size_t i = 0; bl_kinds[i] != NULL; i++) {
    if (!is_in(w, bl_kinds[i]) || !bl_navigates(type, bl_kinds[i])) continue;
    put(w, "<NavigationPropertyBinding");
    attribute(w, "Path", bl_kinds[i]->collection);
    put(w, " Target=\"policies/");
    put(w, bl_kinds[i]->collection);
    put(w, "\"/>");
  }
  put(w, "</EntitySet>");
}

static void put_container(struct writer *w) {
  put(w, "<EntityContainer Name=\"GraphService\">"
         "<EntitySet Name=\"directoryObjects\""
         " EntityType=\"microsoft.graph.directoryObject\"/>");
  put_set(w, &bl_application);
  put_set(w, &bl_service_principal);
  put(w, "<Singleton Name=\"policies\" Type=\"microsoft.graph.policyRoot\">");
  for (size_t i = 0; bl_kinds[i] != NULL; i++) {
    if (!is_in(w, bl_kinds[i])) continue;
    put(w, "<NavigationPropertyBinding Path=\"");
    put(w, bl_kinds[i]->collection);
    put(w, "/appliesTo\" Target=\"directoryObjects\"/>");
  }
  put(w, "</Singleton></EntityContainer>");
}

enum bl_status bl_metadata_get(struct bl_call *call) {
  struct writer w = {.version = call->version};
  bl_buf_init(&w.b, &call->request->arena, BL_MAX_REPLY);
  put(&w, "<?xml version=\"1.0\" encoding=\"utf-8\"?>"
          "<edmx:Edmx Version=\"4.0\""
          " xmlns:edmx=\"http://docs.oasis-open.org/odata/ns/edmx\">"
          "<edmx:DataServices><Schema Namespace=\"microsoft.graph\""
          " Alias=\"graph\""
          " xmlns=\"http://docs.oasis-open.org/odata/ns/edm\">");
  put_bases(&w);
  put_kinds(&w);
  put_object(&w, &bl_application);
  put_object(&w, &bl_service_principal);
  put_container(&w);
  put(&w, "</Schema></edmx:DataServices></edmx:Edmx>");
  enum bl_status s = bl_reply(call, 200, &w.b);
  call->request->reply.content_type = "application/xml";
  return s;
}
