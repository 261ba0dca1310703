#include "draft.h"

#include <string.h>

#include "body.h"
#include "core/json_write.h"
#include "refusal.h"

#define DEFINITION "definition"

static struct bl_text text_of(const char *string) {
  return (struct bl_text){string, strlen(string)};
}

static enum bl_status refuse(struct bl_call *call, enum bl_refusal refusal,
                             const struct bl_problems *problems) {
  bl_refuse(call->request, refusal, text_of(""), text_of(""), problems);
  return BL_INVALID;
}

/* --- the definition ------------------------------------------------------ */

static bool any_item(const struct bl_value *array, bool strings) {
  for (const struct bl_item *i = array->as.first; i != NULL; i = i->next)
    if (strings ? i->value.type != BL_STRING : i->value.type == BL_OBJECT)
      return true;
  return false;
}

/* What the protocol's own layer refuses before any policy is looked at.
 * Source: msgraph-sdk-powershell issue 3227 for objects; that a collection
 * takes no bare string is by its type, Collection(Edm.String). */
static enum bl_status check_nodes(struct bl_call *call,
                                  const struct bl_value *v) {
  bool array = v->type == BL_ARRAY;
  if (v->type == BL_OBJECT || (array && any_item(v, false)))
    return refuse(call, BL_R_START_OBJECT, NULL);
  if (v->type == BL_STRING && call->kind != NULL)
    return refuse(call, BL_R_NO_ARRAY, NULL);
  if (array ? any_item(v, true) : v->type != BL_STRING)
    return refuse(call, BL_R_DEFINITION, NULL);
  return BL_OK;
}

/* Writes the strings down before the judge decodes what is in them. */
static enum bl_status keep_definition(struct bl_call *call,
                                      const struct bl_value *object,
                                      struct bl_draft *out) {
  const struct bl_item *member = bl_value_find(object, DEFINITION);
  if (member == NULL) return BL_OK;
  enum bl_status s = check_nodes(call, &member->value);
  if (s != BL_OK) return s;

  bool string = member->value.type == BL_STRING;
  struct bl_buf b;
  bl_buf_init(&b, call->scratch, 2 * (size_t)BL_MAX_BODY);
  if (string) bl_buf_char(&b, '[');
  bl_json_write(&b, &member->value, BL_PLAIN);
  if (string) bl_buf_char(&b, ']');
  out->definition = (struct bl_text){b.data, b.len};
  out->dialect = string               ? BL_LEGACY_STRING
                 : call->kind == NULL ? BL_LEGACY
                                      : BL_COLLECTION;
  return b.status;
}

/* --- the judgement ------------------------------------------------------- */

/* What the name of a problem's property is: the first step of its path. */
static struct bl_text property_of(const struct bl_problem *p) {
  const char *name = *p->path == '/' ? p->path + 1 : p->path;
  return (struct bl_text){name, strcspn(name, "/")};
}

/* So many problems that not all are listed are a definition's: there are but a
 * few other properties. */
static bool of_definition(const struct bl_problem *p) {
  return p->code == BL_P_TOO_MANY || bl_text_is(property_of(p), DEFINITION);
}

static bool is_known(const struct bl_call *call, struct bl_text name) {
  return bl_text_is(name, DEFINITION) || bl_text_is(name, "displayName") ||
         bl_text_is(name, "isOrganizationDefault") ||
         (call->kind == NULL && bl_text_is(name, "type"));
}

/* Takes out what the service passes over: properties that it does not know,
 * or does not know here. Its base type is open, and Microsoft's own module
 * sends such. */
static void drop_unknown(const struct bl_call *call, struct bl_value *object) {
  struct bl_item **i = &object->as.first;
  while (*i != NULL) {
    if (is_known(call, (*i)->key)) {
      i = &(*i)->next;
    } else {
      *i = (*i)->next;
      object->count--;
    }
  }
}

/* Whether the service would refuse for it: not for what an update leaves out,
 * and not for the inside of a definition that is not to be judged. */
static bool counts(const struct bl_call *call, bool update,
                   const struct bl_problem *p) {
  if (p->severity != BL_ERROR) return false;
  bool whole = strcmp(p->path, "/" DEFINITION) == 0;
  if (whole && p->code == BL_P_DUPLICATE_KEY) return true;
  bool missing = p->code == BL_P_MISSING_PROPERTY;
  if (missing && (whole || !of_definition(p))) return !update;
  return call->service->check || !of_definition(p);
}

static enum bl_status refuse_property(struct bl_call *call,
                                      const struct bl_problem *p,
                                      const struct bl_problems *problems) {
  const struct bl_kind *kind = call->kind;
  const char *resource = kind == NULL            ? "Policy"
                         : kind->wrapper != NULL ? kind->wrapper
                                                 : kind->name;
  bl_refuse(call->request,
            p->code == BL_P_MISSING_PROPERTY ? BL_R_MISSING : BL_R_VALUE,
            property_of(p), text_of(resource), problems);
  return BL_INVALID;
}

/* Refuses for the first wrong property, else for the definition; all that
 * counts is in the details. */
static enum bl_status refuse_if_wrong(struct bl_call *call, bool update,
                                      struct bl_problems *problems) {
  const struct bl_problem *wrong = NULL;
  bool definition = false;
  for (struct bl_problem *p = problems->first; p != NULL; p = p->next) {
    if (!counts(call, update, p))
      p->severity = BL_WARNING;
    else if (of_definition(p))
      definition = true;
    else if (wrong == NULL)
      wrong = p;
  }
  if (wrong != NULL) return refuse_property(call, wrong, problems);
  return definition ? refuse(call, BL_R_DEFINITION, problems) : BL_OK;
}

enum bl_status bl_draft_read(struct bl_call *call, const struct bl_kind *kind,
                             bool update, struct bl_draft *out) {
  struct bl_value object;
  struct bl_policy policy;
  struct bl_problems problems;
  *out = (struct bl_draft){.organization_default = -1};
  bl_problems_init(&problems, call->scratch);
  enum bl_status s = bl_body_read(call, &problems, &object);
  if (s == BL_OK) s = keep_definition(call, &object, out);
  if (s != BL_OK) return s;

  drop_unknown(call, &object);
  bl_policy_check(kind, &object, false, &problems, &policy);
  bl_problems_finish(&problems);
  if (problems.status != BL_OK) return problems.status;
  s = refuse_if_wrong(call, update, &problems);
  if (s != BL_OK) return s;
  out->kind = policy.kind;
  out->organization_default = policy.organization_default;
  if (policy.display_name != NULL)
    out->display_name = policy.display_name->as.text;
  return BL_OK;
}
