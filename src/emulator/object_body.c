#include "object_body.h"

#include "core/format.h"
#include "core/json_write.h"
#include "refusal.h"

/* --- judging -------------------------------------------------------------- */

static enum bl_status refuse(struct bl_call *call, enum bl_refusal refusal,
                             struct bl_text property, const char *resource) {
  bl_refuse(call->request, refusal, property, bl_text_of(resource), NULL);
  return BL_INVALID;
}

static bool same_type(const struct bl_property *p, const struct bl_value *v) {
  switch (p->edm) {
  case BL_EDM_STRING:
  case BL_EDM_DATE: return v->type == BL_STRING;
  case BL_EDM_GUID: return v->type == BL_STRING && bl_is_guid(v->as.text);
  case BL_EDM_BOOLEAN: return v->type == BL_BOOLEAN;
  case BL_EDM_INT32:
    return v->type == BL_INTEGER && v->as.integer >= INT32_MIN &&
           v->as.integer <= INT32_MAX;
  case BL_EDM_COMPLEX: return v->type == BL_OBJECT;
  }
  return false;
}

static bool fits(const struct bl_property *p, const struct bl_value *v) {
  if (!(p->flags & BL_MANY))
    return v->type == BL_NULL ? !(p->flags & BL_NOT_NULL) : same_type(p, v);
  if (v->type != BL_ARRAY) return false;
  for (const struct bl_item *i = v->as.first; i != NULL; i = i->next)
    if (!same_type(p, &i->value)) return false;
  return true;
}

static bool is_fixed(const struct bl_property *p, bool update) {
  return (p->flags & BL_SERVICE) || (update && (p->flags & BL_ON_CREATE));
}

static bool is_annotation(struct bl_text key) {
  return memchr(key.bytes, '@', key.len) != NULL;
}

static enum bl_status judge(struct bl_call *call, const struct bl_entity *type,
                            const char *resource, bool update,
                            struct bl_value *given);

/* BL_OK with *drop: to be passed over. */
static enum bl_status judge_member(struct bl_call *call,
                                   const struct bl_entity *type,
                                   const char *resource, bool update,
                                   struct bl_item *i, bool *drop) {
  *drop = is_annotation(i->key);
  if (*drop) return BL_OK;
  const struct bl_property *p = bl_property_named(type, i->key);
  if (p == NULL) return refuse(call, BL_R_UNKNOWN, i->key, resource);
  int rule = call->service->decisions.read_only;
  if (is_fixed(p, update) && rule != BL_READ_ONLY_KEEP) {
    *drop = true;
    return rule == BL_READ_ONLY_IGNORE
               ? BL_OK
               : refuse(call, BL_R_READ_ONLY, i->key, resource);
  }
  if (!fits(p, &i->value)) return refuse(call, BL_R_VALUE, i->key, resource);
  if (p->edm != BL_EDM_COMPLEX || i->value.type != BL_OBJECT ||
      p->complex->properties == NULL)
    return BL_OK;
  return judge(call, p->complex, resource, update, &i->value);
}

static enum bl_status judge(struct bl_call *call, const struct bl_entity *type,
                            const char *resource, bool update,
                            struct bl_value *given) {
  for (struct bl_item **at = &given->as.first; *at != NULL;) {
    struct bl_item *i = *at;
    bool drop;
    for (struct bl_item *o = given->as.first; o != i; o = o->next)
      if (o->key.len == i->key.len &&
          memcmp(o->key.bytes, i->key.bytes, i->key.len) == 0)
        return refuse(call, BL_R_UNREADABLE, i->key, resource);
    enum bl_status s = judge_member(call, type, resource, update, i, &drop);
    if (s != BL_OK) return s;
    if (drop) {
      *at = i->next;
      given->count--;
    } else {
      at = &i->next;
    }
  }
  return BL_OK;
}

enum bl_status bl_object_judge(struct bl_call *call,
                               const struct bl_entity *entity, bool update,
                               struct bl_value *given) {
  enum bl_status s = judge(call, entity, entity->resource, update, given);
  if (s != BL_OK || update) return s;
  for (const struct bl_property *p = entity->properties; p->name != NULL; p++)
    if ((p->flags & BL_NEEDED) && bl_value_find(given, p->name) == NULL)
      return refuse(call, BL_R_MISSING, bl_text_of(p->name), entity->resource);
  return BL_OK;
}

/* --- writing -------------------------------------------------------------- */

static const struct bl_value *member(const struct bl_value *object,
                                     const char *name) {
  const struct bl_item *i = object == NULL ? NULL : bl_value_find(object, name);
  return i == NULL ? NULL : &i->value;
}

static void write_rows(struct bl_buf *b, const struct bl_property *p,
                       const struct bl_value *before,
                       const struct bl_value *given);

static void write_value(struct bl_buf *b, const struct bl_property *p,
                        const struct bl_value *before,
                        const struct bl_value *given) {
  bool rows = p->edm == BL_EDM_COMPLEX && !(p->flags & BL_MANY) &&
              p->complex->properties != NULL;
  if (given != NULL && given->type != BL_OBJECT) rows = false;
  if (given == NULL && before != NULL) rows = false;
  if (rows)
    write_rows(b, p->complex->properties, before, given);
  else if (given != NULL || before != NULL)
    bl_json_write(b, given != NULL ? given : before, BL_PLAIN);
  else
    bl_buf_text(b, p->initial == NULL ? "null" : p->initial);
}

static void write_rows(struct bl_buf *b, const struct bl_property *p,
                       const struct bl_value *before,
                       const struct bl_value *given) {
  const char *separator = "{\"";
  for (; p->name != NULL; p++) {
    bl_buf_text(b, separator);
    bl_buf_text(b, p->name);
    bl_buf_text(b, "\":");
    write_value(b, p, member(before, p->name), member(given, p->name));
    separator = ",\"";
  }
  bl_buf_char(b, '}');
}

void bl_object_write(struct bl_buf *b, const struct bl_entity *entity,
                     const struct bl_value *before,
                     const struct bl_value *given) {
  write_rows(b, entity->properties + 1, before, given);
}
