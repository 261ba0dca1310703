#include "policy.h"

#include "any.h"
#include "format.h"
#include "json_write.h"
#include "schema.h"

#define RESOURCE "Graph: stsPolicy resource type"
#define LONG_NAME 256 /* characters of a directory object's name, as a rule */

/* The rows that the code below asks for, first in the table. */
enum row { DEFINITION, NAME, DESCRIPTION, IS_DEFAULT, TYPE, ASKED };

/* What a policy object may hold. What the service answers is known too, so
 * that an answer can be sent again. */
/* clang-format off */
static const struct bl_field properties[] = {
  [DEFINITION] = { .name = BL_TEXT("definition"),
    .flags = BL_REQUIRED | BL_APART,
    .doc = "the settings", .source = RESOURCE },
  [NAME] = { .name = BL_TEXT("displayName"), .type = BL_STRING,
    .flags = BL_REQUIRED,
    .min = 1, .max = BL_MAX_BODY, .doc = "the name people see",
    .source = RESOURCE },
  [DESCRIPTION] = { .name = BL_TEXT("description"), .type = BL_STRING,
    .doc = "words for people; not every kind takes them", .source = RESOURCE },
  [IS_DEFAULT] = { .name = BL_TEXT("isOrganizationDefault"), .type = BL_BOOLEAN,
    .doc = "whether it holds for the whole organization", .source = RESOURCE },
  [TYPE] = { .name = BL_TEXT("type"), .type = BL_STRING,
    .doc = "kind of a legacy policy", .source = "Graph: policy resource type" },
  { .name = BL_TEXT("id"), .type = BL_STRING, .doc = "the service's own" },
  { .name = BL_TEXT("deletedDateTime"), .flags = BL_APART },
  { .name = BL_TEXT("alternativeIdentifier"), .flags = BL_APART },
  { .name = BL_TEXT("keyCredentials"), .flags = BL_APART },
  { .name = BL_TEXT("@odata.context"), .flags = BL_APART },
  { .name = BL_TEXT("@odata.id"), .flags = BL_APART },
  { .name = BL_TEXT("@odata.type"), .flags = BL_APART },
};
/* clang-format on */

static const struct bl_shape shape = BL_SHAPE(properties, NULL);

/* Takes members out that are null: Graph's way to say that there is none. */
static void drop_nulls(struct bl_value *object) {
  struct bl_item **i = &object->as.first;
  while (*i != NULL) {
    if ((*i)->value.type == BL_NULL) {
      *i = (*i)->next;
      object->count--;
    } else {
      i = &(*i)->next;
    }
  }
}

/* The kind that a legacy policy's `type` names; NULL with the problem told. */
static const struct bl_kind *kind_of_type(const struct bl_value *type,
                                          const char *at,
                                          struct bl_problems *problems) {
  struct bl_text types[16] = {{NULL, 0}};
  size_t n = 0;
  for (size_t i = 0; bl_kinds[i] != NULL && n + 1 < 16; i++)
    if (bl_kinds[i]->wrapper != NULL)
      types[n++] = bl_text_of(bl_kinds[i]->wrapper);
  struct bl_path path = bl_path_key(NULL, "type");
  if (type == NULL || type->type != BL_STRING) {
    bl_problems_add(problems, BL_P_MISSING_PROPERTY, &path, at, "type",
                    "\"type\" is missing: a legacy policy takes %s",
                    bl_problems_list(problems, types, "or"));
    return NULL;
  }
  const struct bl_kind *kind = bl_kind_of_type(type->as.text);
  if (kind == NULL)
    bl_problems_add(problems, BL_P_UNKNOWN_KIND, &path, type->at,
                    bl_text_nearest(type->as.text, types),
                    "%s is not one of %s",
                    bl_problems_quote(problems, type->as.text),
                    bl_problems_list(problems, types, "or"));
  return kind;
}

/* The one text of a definition that came as text or as an array of texts.
 * False with the problem told. */
static bool one_text(const struct bl_value *given, const struct bl_path *path,
                     struct bl_problems *problems, struct bl_text *out) {
  const struct bl_value *text = given;
  if (given->type == BL_ARRAY && given->count == 1)
    text = &given->as.first->value;
  if (text->type == BL_STRING) {
    *out = text->as.text;
    return true;
  }
  if (given->type == BL_ARRAY && given->count != 1)
    bl_problems_add(problems, BL_P_ONE_DEFINITION, path, given->at, NULL,
                    "holds %u definitions; a policy has exactly one",
                    (unsigned)given->count);
  else
    bl_problems_add(problems, BL_P_WRONG_TYPE, path, given->at, NULL,
                    "takes JSON text in a string, not %s",
                    bl_type_words(text->type));
  return false;
}

/* Reads a text and judges its inside, with lines and columns of the text. */
static void check_text(struct bl_walk *walk, const struct bl_path *path,
                       struct bl_policy *policy) {
  struct bl_problems inside;
  bl_problems_init(&inside, walk->problems->arena);
  inside.accepted = walk->problems->accepted;
  inside.text = policy->text;
  struct bl_walk inner = *walk;
  inner.problems = &inside;
  inner.fill = false;
  policy->readable = bl_definition_read(policy->kind, policy->text, path,
                                        &inside, &policy->definition) == BL_OK;
  if (policy->readable) bl_definition_check(&inner, path, &policy->definition);
  bl_problems_finish(&inside);
  bl_problems_join(walk->problems, &inside);
}

static void check_definition(struct bl_walk *walk, bool tables,
                             struct bl_policy *policy) {
  const struct bl_value *given = policy->given;
  struct bl_path path = bl_path_key(NULL, "definition");
  if (given->type == BL_UNWRITABLE) {
    bl_any_check(walk, &path, (struct bl_value *)given);
  } else if (tables && (given->type == BL_OBJECT || given->type == BL_EMPTY)) {
    policy->readable =
        bl_definition_wrap(policy->kind, *given, &path, walk->problems,
                           &policy->definition) == BL_OK;
    if (policy->readable) bl_definition_check(walk, &path, &policy->definition);
  } else if (one_text(given, &path, walk->problems, &policy->text)) {
    check_text(walk, &path, policy);
  }
}

static void warn(struct bl_problems *problems, enum bl_problem_code code,
                 const char *name, const struct bl_value *value,
                 const char *words) {
  struct bl_path path = bl_path_key(NULL, name);
  bl_problems_add(problems, code, &path, value->at, NULL, "%s", words);
}

static size_t characters(struct bl_text text) {
  size_t n = 0;
  for (size_t i = 0; i < text.len; i++)
    n += ((unsigned char)text.bytes[i] & 0xC0) != 0x80;
  return n;
}

/* What the service may answer to properties that are right in themselves. */
static void foresee(const struct bl_policy *p, struct bl_problems *problems,
                    const struct bl_value *is_default) {
  if (p->description != NULL)
    warn(problems, BL_P_MAY_BE_REFUSED, "description", p->description,
         "the service does not take it for every kind (it has answered 404): "
         "better leave it out");
  if (p->display_name != NULL && p->display_name->type == BL_STRING &&
      p->display_name->as.text.len > LONG_NAME &&
      characters(p->display_name->as.text) > LONG_NAME)
    warn(problems, BL_P_MAY_BE_REFUSED, "displayName", p->display_name,
         "is longer than 256 characters, where names in the directory end");
  if (is_default != NULL && p->organization_default == 1 && p->kind != NULL &&
      !(p->kind->targets & BL_ON_ORGANIZATION))
    warn(problems, BL_P_NO_EFFECT, "isOrganizationDefault", is_default,
         "the service ignores it for this kind: assign the policy");
}

/* A typed policy that also says a legacy type must say its own. */
static void agree(const struct bl_kind *kind, const struct bl_policy *p,
                  struct bl_problems *problems) {
  if (p->type == NULL || p->type->type != BL_STRING || kind == NULL) return;
  if (kind->wrapper != NULL && bl_text_is(p->type->as.text, kind->wrapper))
    return;
  struct bl_path path = bl_path_key(NULL, "type");
  bl_problems_add(problems, BL_P_CONTRADICTION, &path, p->type->at,
                  kind->wrapper, "%s is another kind than %s",
                  bl_problems_quote(problems, p->type->as.text), kind->name);
}

void bl_policy_check(const struct bl_kind *kind, struct bl_value *object,
                     bool tables, struct bl_problems *problems,
                     struct bl_policy *out) {
  *out = (struct bl_policy){.kind = kind, .organization_default = -1};
  if (object->type == BL_EMPTY) object->type = BL_OBJECT;
  struct bl_walk walk = {problems, tables, -1};
  if (object->type == BL_OBJECT) drop_nulls(object);
  bl_schema_check(&walk, NULL, &shape, object);
  if (object->type != BL_OBJECT) return;
  const struct bl_value *asked[ASKED] = {NULL};
  for (const struct bl_item *i = object->as.first; i != NULL; i = i->next)
    if (i->rank < ASKED) asked[i->rank] = &i->value;
  out->given = asked[DEFINITION];
  out->display_name = asked[NAME];
  out->description = asked[DESCRIPTION];
  out->type = asked[TYPE];
  if (asked[IS_DEFAULT] != NULL && asked[IS_DEFAULT]->type == BL_BOOLEAN)
    out->organization_default = asked[IS_DEFAULT]->as.boolean;
  walk.organization_default = out->organization_default == 1;
  agree(kind, out, problems);
  if (kind == NULL) out->kind = kind_of_type(asked[TYPE], object->at, problems);
  foresee(out, problems, asked[IS_DEFAULT]);
  if (out->given != NULL && out->kind != NULL)
    check_definition(&walk, tables, out);
}

/* The definition's text as a JSON string. */
static void write_text(struct bl_buf *b, const struct bl_policy *p) {
  bool strict = !(p->readable && p->definition.lenient);
  if (p->text.bytes != NULL && (strict || p->verbatim)) {
    bl_json_write_string(b, p->text, BL_PLAIN);
    return;
  }
  bl_buf_char(b, '"');
  bl_json_write(b, p->readable ? &p->definition.whole : p->given, BL_IN_STRING);
  bl_buf_char(b, '"');
}

/* The value of `definition`. An array that does not hold one text was never
 * judged and goes out as it came. */
static void write_definition(struct bl_buf *b, const struct bl_policy *p,
                             enum bl_dialect dialect) {
  bool one = p->text.bytes != NULL || p->readable;
  if (!one && p->given->type == BL_ARRAY) {
    bl_json_write(b, p->given, BL_PLAIN);
    return;
  }
  if (dialect != BL_LEGACY_STRING) bl_buf_char(b, '[');
  write_text(b, p);
  if (dialect != BL_LEGACY_STRING) bl_buf_char(b, ']');
}

/* The names of rows as keys: with their quotes, and a comma before. The body's
 * first comma is to become its brace. */
#define KEY(name) BL_TEXT(",\"" name "\":")
static const struct bl_text keys[] = {
    [DEFINITION] = KEY("definition"),
    [NAME] = KEY("displayName"),
    [DESCRIPTION] = KEY("description"),
    [IS_DEFAULT] = KEY("isOrganizationDefault"),
    [TYPE] = KEY("type"),
};

static inline void write_key(struct bl_buf *b, enum row row) {
  bl_buf_add(b, keys[row].bytes, keys[row].len);
}

static void write_member(struct bl_buf *b, enum row row,
                         const struct bl_value *value) {
  if (value == NULL) return;
  write_key(b, row);
  bl_json_write(b, value, BL_PLAIN);
}

/* The legacy type: as given, or that of the kind. */
static void write_type(struct bl_buf *b, const struct bl_policy *p) {
  bool known = p->kind != NULL && p->kind->wrapper != NULL;
  struct bl_value own = {.type = BL_NULL};
  if (known) own = bl_value_string(p->kind->wrapper);
  write_member(b, TYPE, p->type != NULL ? p->type : &own);
}

void bl_policy_write(struct bl_buf *b, const struct bl_policy *p,
                     enum bl_dialect dialect) {
  /* the order of the documented requests */
  if (dialect != BL_COLLECTION) write_member(b, NAME, p->display_name);
  if (p->given != NULL) {
    write_key(b, DEFINITION);
    write_definition(b, p, dialect);
  }
  if (dialect == BL_COLLECTION) write_member(b, NAME, p->display_name);
  write_member(b, DESCRIPTION, p->description);
  if (p->organization_default >= 0) {
    write_key(b, IS_DEFAULT);
    bl_buf_text(b, p->organization_default ? "true" : "false");
  }
  if (dialect != BL_COLLECTION) write_type(b, p);
  if (b->len == 0)
    bl_buf_char(b, '{');
  else
    b->data[0] = '{';
  bl_buf_char(b, '}');
}
