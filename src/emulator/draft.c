#include "draft.h"

#include <stddef.h>
#include <string.h>

#include "body.h"
#include "core/format.h"
#include "core/json_write.h"
#include "reply.h"

#define DEFINITION "definition"

/* --- the definition ------------------------------------------------------ */

static bool any_item(const struct bl_value *array, bool strings) {
  for (const struct bl_item *i = array->as.first; i != NULL; i = i->next)
    if (strings ? i->value.type != BL_STRING : i->value.type == BL_OBJECT)
      return true;
  return false;
}

/* The words changed over the years. */
static enum bl_refusal bad_definition(const struct bl_call *call) {
  switch (call->service->decisions.definition_message) {
  case BL_DEFINITION_MESSAGE_2020: return BL_R_DEFINITION_2020;
  case BL_DEFINITION_MESSAGE_2019: return BL_R_DEFINITION_2019;
  default: return BL_R_DEFINITION;
  }
}

/* What the protocol's own layer refuses before any policy is looked at.
 * Source: msgraph-sdk-powershell issue 3227 for objects; that a collection
 * takes no bare string is by its type, Collection(Edm.String). */
static enum bl_status check_nodes(struct bl_call *call,
                                  const struct bl_value *v) {
  bool array = v->type == BL_ARRAY;
  if (v->type == BL_OBJECT || (array && any_item(v, false)))
    return bl_refuse_problems(call, BL_R_START_OBJECT, NULL);
  if (v->type == BL_STRING && call->kind != NULL)
    return bl_refuse_problems(call, BL_R_NO_ARRAY, NULL);
  if (array ? any_item(v, true) : v->type != BL_STRING)
    return bl_refuse_problems(call, bad_definition(call), NULL);
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

/* --- properties ---------------------------------------------------------- */

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

/* Properties that the service sets, of typed and of legacy policies. */
static bool is_read_only(struct bl_text name) {
  return bl_text_is(name, "id") || bl_text_is(name, "deletedDateTime");
}

/* Those of Microsoft's own module, and of the base type. */
static bool is_harmless(struct bl_text name) {
  return bl_text_is(name, "description") ||
         memchr(name.bytes, '@', name.len) != NULL;
}

/* What becomes of a property that is not a policy's to say. */
static enum bl_status judge_unknown(struct bl_call *call, struct bl_text name) {
  const struct bl_decisions *decisions = &call->service->decisions;
  struct bl_text nothing = {0};
  if (is_read_only(name) && decisions->read_only == BL_READ_ONLY_REFUSE)
    return bl_refuse_call(call, BL_R_READ_ONLY, name, nothing);
  /* Source: microsoft-graph-docs issue 17907, docs-contrib issue 1929 */
  if (bl_text_is(name, "description") &&
      call->kind == &bl_claims_mapping_policy &&
      decisions->description == BL_DESCRIPTION_REFUSE)
    return bl_refuse_call(call, BL_R_NOT_FOUND, call->id_text, nothing);
  if (decisions->unknown_property == BL_UNKNOWN_PROPERTY_REFUSE &&
      !is_read_only(name) && !is_harmless(name))
    return bl_refuse_call(call, BL_R_UNKNOWN, name, nothing);
  return BL_OK;
}

/* Takes out what the service passes over: properties that it does not know,
 * or does not know here. Its base type is open, and Microsoft's own module
 * sends such. */
static enum bl_status drop_unknown(struct bl_call *call,
                                   struct bl_value *object) {
  struct bl_item **i = &object->as.first;
  while (*i != NULL) {
    if (is_known(call, (*i)->key)) {
      i = &(*i)->next;
    } else {
      enum bl_status s = judge_unknown(call, (*i)->key);
      if (s != BL_OK) return s;
      *i = (*i)->next;
      object->count--;
    }
  }
  return BL_OK;
}

/* --- what is disputed ------------------------------------------------------
 */

static bool about_quotes(const struct bl_problem *p) {
  return strstr(p->message, "single quotes") != NULL;
}

static bool about_looseness(const struct bl_problem *p) {
  return !about_quotes(p);
}

static bool about_singular(const struct bl_problem *p) {
  return strcmp(p->path, "/" DEFINITION "/ClaimsTransformation") == 0 ||
         strcmp(p->path, "/" DEFINITION "/ClaimsTransformations") == 0;
}

/* A whole list, which is longer than the service looks at. */
static bool about_length(const struct bl_problem *p) {
  return about_singular(p) ||
         strcmp(p->path, "/" DEFINITION "/ClaimsSchema") == 0;
}

/* Problems whose weight is decided: an error where the answer is `refuse`, a
 * warning else. */
static const struct {
  enum bl_problem_code code;
  int refuse;
  const struct bl_kind *kind;                /* NULL: any */
  bool (*about)(const struct bl_problem *p); /* NULL: all of that code */
  size_t decision;
} disputed[] = {
#define DISPUTED(code, kind, about, field, answer)                             \
  { code, answer, kind, about, offsetof(struct bl_decisions, field) }
    DISPUTED(BL_P_ONE_DEFINITION, NULL, NULL, definition_strings,
             BL_DEFINITION_STRINGS_ONE),
    DISPUTED(BL_P_LENIENT_JSON, NULL, about_quotes, single_quotes,
             BL_SINGLE_QUOTES_REFUSE),
    DISPUTED(BL_P_LENIENT_JSON, NULL, about_looseness, loose_json,
             BL_LOOSE_JSON_REFUSE),
    DISPUTED(BL_P_MISSING_WRAPPER, &bl_home_realm_discovery_policy, NULL,
             missing_wrapper, BL_MISSING_WRAPPER_REFUSE),
    DISPUTED(BL_P_MAY_BE_REFUSED, &bl_claims_mapping_policy, about_singular,
             singular_transformation, BL_SINGULAR_TRANSFORMATION_REFUSE),
    DISPUTED(BL_P_RESTRICTED_CLAIM, &bl_claims_mapping_policy, NULL,
             restricted_claims, BL_RESTRICTED_CLAIMS_REFUSE),
    DISPUTED(BL_P_NO_EFFECT, &bl_claims_mapping_policy, about_length,
             many_claims, BL_MANY_CLAIMS_REFUSE),
#undef DISPUTED
};

static void weigh(const struct bl_decisions *decisions,
                  const struct bl_kind *kind, struct bl_problem *p) {
  for (size_t i = 0; i < sizeof disputed / sizeof *disputed; i++) {
    int answer;
    if (disputed[i].code != p->code) continue;
    if (disputed[i].kind != NULL && disputed[i].kind != kind) continue;
    if (disputed[i].about != NULL && !disputed[i].about(p)) continue;
    memcpy(&answer, (const char *)decisions + disputed[i].decision,
           sizeof answer);
    p->severity = answer == disputed[i].refuse ? BL_ERROR : BL_WARNING;
    return;
  }
}

/* Whether a claim comes from a transformation: else the key that holds these
 * is not looked at. */
static bool uses_transformation(const struct bl_policy *policy) {
  const struct bl_item *schema =
      policy->readable && policy->definition.inner != NULL
          ? bl_value_find(policy->definition.inner, "ClaimsSchema")
          : NULL;
  if (schema == NULL || schema->value.type != BL_ARRAY) return false;
  for (struct bl_item *i = schema->value.as.first; i != NULL; i = i->next) {
    const struct bl_item *source = bl_value_find(&i->value, "Source");
    if (source != NULL && source->value.type == BL_STRING &&
        bl_text_same_folded(source->value.as.text,
                            bl_text_of("transformation")))
      return true;
  }
  return false;
}

static void weigh_all(const struct bl_call *call,
                      const struct bl_policy *policy,
                      struct bl_problems *problems) {
  struct bl_decisions decisions = call->service->decisions;
  if (!uses_transformation(policy))
    decisions.singular_transformation = BL_SINGULAR_TRANSFORMATION_ACCEPT;
  for (struct bl_problem *p = problems->first; p != NULL; p = p->next)
    weigh(&decisions, policy->kind, p);
}

/* --- the judgement ------------------------------------------------------- */

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
            property_of(p), bl_text_of(resource), problems);
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
  return definition ? bl_refuse_problems(call, bad_definition(call), problems)
                    : BL_OK;
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

  s = drop_unknown(call, &object);
  if (s != BL_OK) return s;
  bl_policy_check(kind, &object, false, &problems, &policy);
  weigh_all(call, &policy, &problems);
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
