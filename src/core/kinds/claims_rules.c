#include "core/kinds/claims_rules.h"

#include <limits.h>

#include "core/format.h"
#include "core/kinds/claims_lists.h"

#define MOST 50 /* claims and transformations that the service looks at */
#define NAME_ID                                                                \
  "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier"
#define UPN "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"

/* A member of an object by either spelling, when it is a string; NULL: none. */
static const struct bl_item *text_of(const struct bl_value *object,
                                     const char *key, const char *also) {
  const struct bl_item *item = bl_value_find(object, key);
  if (item == NULL && also != NULL) item = bl_value_find(object, also);
  return item == NULL || item->value.type != BL_STRING ? NULL : item;
}

static bool is_folded(struct bl_text text, const char *string) {
  return bl_text_same_folded(text, (struct bl_text){string, strlen(string)});
}

static int fold(char c) {
  return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* Below, at or above 0 as the text comes before, is or comes after the string,
 * case folded. */
static int compare(struct bl_text text, const char *string) {
  for (size_t i = 0; i < text.len; i++) {
    if (string[i] == '\0') return 1;
    if (text.bytes[i] == string[i]) continue;
    int order = fold(text.bytes[i]) - fold(string[i]);
    if (order != 0) return order;
  }
  return string[text.len] == '\0' ? 0 : -1;
}

/* Whether the text is, case folded, in one of the lists of claims_lists.h. */
static bool is_in(struct bl_text text, const char *const *list) {
  size_t low = 0, high = 0;
  while (list[high] != NULL) high++;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    int order = compare(text, list[middle]);
    if (order == 0) return true;
    if (order < 0)
      high = middle;
    else
      low = middle + 1;
  }
  return false;
}

static bool is_exactly_in(struct bl_text text, const char *const *list) {
  for (; *list != NULL; list++)
    if (bl_text_is(text, *list)) return true;
  return false;
}

static void tell(struct bl_walk *walk, enum bl_problem_code code,
                 const struct bl_path *path, const struct bl_item *item,
                 const char *hint, const char *words) {
  struct bl_path own = bl_path_text(path, item->key);
  bl_problems_add(walk->problems, code, &own, item->value.at, hint, "%s %s",
                  bl_problems_quote(walk->problems, item->value.as.text),
                  words);
}

/* --- one entry ----------------------------------------------------------- */

/* The attributes that a source has; NULL: any name. */
static const char *const *attributes_of(struct bl_text source) {
  static const struct {
    const char *source;
    const char *const *attributes;
  } known[] = {
      {"user", bl_user_claim_sources},
      {"application", bl_principal_claim_sources},
      {"resource", bl_principal_claim_sources},
      {"audience", bl_principal_claim_sources},
      {"company", bl_company_claim_sources},
  };
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (is_folded(source, known[i].source)) return known[i].attributes;
  return NULL;
}

static bool begins(struct bl_text text, const char *piece) {
  size_t len = strlen(piece);
  return text.len >= len && memcmp(text.bytes, piece, len) == 0;
}

/* extension_, 32 hexadecimal digits, _ and a name. */
static bool is_extension(struct bl_text text) {
  const size_t head = 10, digits = 32;
  if (!begins(text, "extension_") || text.len < head + digits + 2) return false;
  for (size_t i = head; i < head + digits; i++) {
    char c = text.bytes[i];
    if (!((c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'f')))
      return false;
  }
  return text.bytes[head + digits] == '_';
}

static bool is_number(struct bl_text text) {
  for (size_t i = 0; i < text.len; i++)
    if (text.bytes[i] < '0' || text.bytes[i] > '9') return false;
  return text.len > 0;
}

static void check_attribute(struct bl_walk *walk, const struct bl_path *path,
                            const struct bl_item *source,
                            const struct bl_item *id) {
  struct bl_text text = id->value.as.text;
  const char *const *attributes = attributes_of(source->value.as.text);
  if (attributes == NULL || is_in(text, attributes)) return;
  const char *words = "is not a documented attribute of this source";
  if (is_number(text)) words = "looks like a constant: write Value alone";
  if (begins(text, "extension_"))
    words = "is a directory extension: write it as ExtensionID";
  tell(walk, BL_P_UNKNOWN_ATTRIBUTE, path, id,
       bl_text_nearest(text, attributes), words);
}

static void contradiction(struct bl_walk *walk, const struct bl_path *path,
                          const struct bl_value *claim, const char *words) {
  bl_problems_add(walk->problems, BL_P_CONTRADICTION, path, claim->at, NULL,
                  "%s", words);
}

/* Exactly one of Value, Source with ID, Source with ExtensionID. */
static void check_shape(struct bl_walk *walk, const struct bl_path *path,
                        const struct bl_value *claim) {
  const struct bl_item *source = bl_value_find(claim, "Source");
  const struct bl_item *extension = bl_value_find(claim, "ExtensionID");
  bool value = bl_value_find(claim, "Value") != NULL;
  bool id =
      bl_value_find(claim, "ID") != NULL || bl_value_find(claim, "Id") != NULL;
  if (value && (source != NULL || id || extension != NULL))
    contradiction(walk, path, claim,
                  "has both a constant and a source: keep either Value, or "
                  "Source with ID");
  else if (id && extension != NULL)
    contradiction(walk, path, claim, "has both ID and ExtensionID: keep one");
  else if (source != NULL && !id && extension == NULL)
    contradiction(walk, path, claim, "has a Source without ID or ExtensionID");
  else if (!value && source == NULL)
    contradiction(walk, path, claim,
                  "has no source: write Value, or Source with ID, or Source "
                  "with ExtensionID");
  else if (extension != NULL && source != NULL &&
           source->value.type == BL_STRING &&
           !is_folded(source->value.as.text, "user"))
    contradiction(walk, path, claim, "ExtensionID goes with Source user only");
}

/* A transformation is named where the source is one, and only there. */
static void check_transformed(struct bl_walk *walk, const struct bl_path *path,
                              const struct bl_value *claim,
                              const struct bl_item *source) {
  bool named = bl_value_find(claim, "TransformationId") != NULL ||
               bl_value_find(claim, "TransformationID") != NULL;
  bool transformed =
      source != NULL && is_folded(source->value.as.text, "transformation");
  if (transformed && !named)
    contradiction(walk, path, claim,
                  "has Source transformation without TransformationId");
  if (!transformed && named)
    contradiction(walk, path, claim,
                  "has a TransformationId without Source transformation");
}

static void check_names(struct bl_walk *walk, const struct bl_path *path,
                        const struct bl_item *jwt, const struct bl_item *saml) {
  static const char words[] = "is a restricted claim: the service leaves it "
                              "as it is";
  if (jwt != NULL && (is_in(jwt->value.as.text, bl_restricted_jwt_claims) ||
                      begins(jwt->value.as.text, "xms_") ||
                      begins(jwt->value.as.text, "extn.")))
    tell(walk, BL_P_RESTRICTED_CLAIM, path, jwt, NULL, words);
  if (saml == NULL) return;
  struct bl_text uri = saml->value.as.text;
  if (is_in(uri, bl_restricted_saml_claims))
    tell(walk, BL_P_RESTRICTED_CLAIM, path, saml, NULL, words);
  else if (is_in(uri, bl_restricted_saml_claims_without_key))
    tell(walk, BL_P_RESTRICTED_CLAIM, path, saml, NULL,
         "is a restricted claim, unless the application has its own signing "
         "key");
}

/* NameID and UPN come from a few attributes only. */
static void check_name_id(struct bl_walk *walk, const struct bl_path *path,
                          const struct bl_item *source,
                          const struct bl_item *id,
                          const struct bl_item *saml) {
  if (saml == NULL || source == NULL || id == NULL) return;
  struct bl_text uri = saml->value.as.text;
  if (!bl_text_is(uri, NAME_ID) && !bl_text_is(uri, UPN)) return;
  if (is_folded(source->value.as.text, "user") &&
      !is_in(id->value.as.text, bl_name_id_claim_sources))
    tell(walk, BL_P_MAY_BE_REFUSED, path, id, NULL,
         "is no attribute from which NameID or UPN may come");
}

void bl_claim_rule(struct bl_walk *walk, const struct bl_path *path,
                   const struct bl_value *claim) {
  const struct bl_item *source = text_of(claim, "Source", NULL);
  const struct bl_item *id = text_of(claim, "ID", "Id");
  const struct bl_item *extension = text_of(claim, "ExtensionID", NULL);
  const struct bl_item *saml = text_of(claim, "SamlClaimType", "SAMLClaimType");
  check_shape(walk, path, claim);
  check_transformed(walk, path, claim, source);
  if (source != NULL && id != NULL) check_attribute(walk, path, source, id);
  if (source != NULL && is_folded(source->value.as.text, "constant"))
    contradiction(walk, path, claim,
                  "a constant has no source: write its text as Value, alone");
  if (extension != NULL && !is_extension(extension->value.as.text))
    tell(walk, BL_P_UNKNOWN_ATTRIBUTE, path, extension, NULL,
         "is not extension_, the appId without hyphens, _ and a name");
  check_names(walk, path, text_of(claim, "JwtClaimType", "JWTClaimType"), saml);
  check_name_id(walk, path, source, id, saml);
}

/* --- one transformation -------------------------------------------------- */

#define ANY UINT_MAX /* as many as there are */

/* How many of each a method takes, and their names where they are known.
 * Source: Entra, claims customization using a policy, transformations. */
struct method {
  const char *name;
  unsigned least_claims, most_claims, least_parameters, least_outputs,
      most_outputs;
  const char *const *claims, *const *parameters; /* names; NULL: any */
  const char *needed;                            /* parameter; or NULL */
};

static const char *const join_claims[] = {"string1", "string2", NULL};
static const char *const join_parameters[] = {"string1", "string2", "separator",
                                              NULL};

/* clang-format off */
static const struct method methods[] = {
  { "Join",              0, ANY, 1, 1, 1, join_claims, join_parameters,
    "separator" },
  { "ExtractMailPrefix", 1, 1, 0, 1, 1, NULL, NULL, NULL },
  { "ToLowercase",       1, 1, 0, 1, 1, NULL, NULL, NULL },
  { "ToUppercase",       1, 1, 0, 1, 1, NULL, NULL, NULL },
  { "RegexReplace",      1, ANY, 2, 1, 1, NULL, NULL, NULL },
  { "CreateStringClaim", 0, ANY, 1, 1, ANY, NULL, NULL, NULL },
};
/* clang-format on */

static const struct method *find_method(struct bl_text name) {
  if (name.len > 2 && memcmp(name.bytes + name.len - 2, "()", 2) == 0)
    name.len -= 2;
  for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
    if (is_folded(name, methods[i].name)) return &methods[i];
  return NULL;
}

static const struct bl_value *list_of(const struct bl_value *object,
                                      const char *key) {
  const struct bl_item *item = bl_value_find(object, key);
  return item == NULL || item->value.type != BL_ARRAY ? NULL : &item->value;
}

/* Tells when a list has too few or too many items for the method. */
static void check_count(struct bl_walk *walk, const struct bl_path *path,
                        const struct bl_value *transformation,
                        const struct method *method, const char *key,
                        unsigned least, unsigned most) {
  const struct bl_value *list = list_of(transformation, key);
  unsigned count = list == NULL ? 0 : list->count;
  if (count >= least && count <= most) return;
  struct bl_path own = bl_path_key(path, key);
  const char *at = list == NULL ? transformation->at : list->at;
  bl_problems_add(walk->problems, BL_P_OUT_OF_RANGE, &own, at, NULL,
                  "%s takes %s %u here, not %u", method->name,
                  least == most ? "exactly" : "at least", least, count);
}

/* Tells of names that the method does not know; whether `needed` was there. */
static bool check_inputs(struct bl_walk *walk, const struct bl_path *path,
                         const struct bl_value *transformation, const char *key,
                         const char *member, const char *const *names,
                         const char *needed) {
  const struct bl_value *list = list_of(transformation, key);
  struct bl_path at_list = bl_path_key(path, key);
  size_t index = 0;
  bool found = false;
  if (list == NULL) return false;
  for (const struct bl_item *i = list->as.first; i != NULL; i = i->next) {
    struct bl_path own = bl_path_index(&at_list, index++);
    const struct bl_item *name = text_of(&i->value, member, NULL);
    if (name == NULL) continue;
    if (needed != NULL && bl_text_is(name->value.as.text, needed)) found = true;
    if (names == NULL || is_exactly_in(name->value.as.text, names)) continue;
    const char *words =
        bl_problems_format(walk->problems, "is not one of %s",
                           bl_problems_list(walk->problems, names));
    tell(walk, BL_P_UNKNOWN_VALUE, &own, name,
         bl_text_nearest(name->value.as.text, names), words);
  }
  return found;
}

void bl_transformation_rule(struct bl_walk *walk, const struct bl_path *path,
                            const struct bl_value *t) {
  const struct bl_item *name = text_of(t, "TransformationMethod", NULL);
  const struct method *m =
      name == NULL ? NULL : find_method(name->value.as.text);
  if (m == NULL) return;
  check_count(walk, path, t, m, "InputClaims", m->least_claims, m->most_claims);
  check_count(walk, path, t, m, "InputParameters", m->least_parameters, ANY);
  check_count(walk, path, t, m, "OutputClaims", m->least_outputs,
              m->most_outputs);
  check_inputs(walk, path, t, "InputClaims", "TransformationClaimType",
               m->claims, NULL);
  bool found = check_inputs(walk, path, t, "InputParameters", "ID",
                            m->parameters, m->needed);
  const struct bl_value *parameters = list_of(t, "InputParameters");
  if (m->needed == NULL || found || parameters == NULL) return;
  struct bl_path own = bl_path_key(path, "InputParameters");
  bl_problems_add(walk->problems, BL_P_MISSING_PROPERTY, &own, parameters->at,
                  m->needed, "%s needs the parameter %s", m->name, m->needed);
}

/* --- the whole ----------------------------------------------------------- */

/* The item of a list whose member (by either spelling) is the text, from
 * `from` on; NULL: none. */
static const struct bl_item *named(const struct bl_item *from, const char *key,
                                   const char *also, struct bl_text text) {
  for (const struct bl_item *i = from; i != NULL; i = i->next) {
    const struct bl_item *member = text_of(&i->value, key, also);
    if (member != NULL && bl_text_same_folded(member->value.as.text, text))
      return i;
  }
  return NULL;
}

static const struct bl_item *first_of(const struct bl_value *list) {
  return list == NULL ? NULL : list->as.first;
}

/* Whether some transformation takes or gives the claim of that ID. */
static bool is_referred_to(const struct bl_value *transformations,
                           struct bl_text id) {
  static const char *const lists[] = {"InputClaims", "OutputClaims"};
  for (const struct bl_item *t = first_of(transformations); t != NULL;
       t = t->next)
    for (size_t i = 0; i < 2; i++)
      if (named(first_of(list_of(&t->value, lists[i])), "ClaimTypeReferenceId",
                NULL, id) != NULL)
        return true;
  return false;
}

/* One entry against the transformations: the one it names is there; it goes
 * into a token or into a transformation. */
static void check_entry(struct bl_walk *walk, const struct bl_path *path,
                        const struct bl_value *claim,
                        const struct bl_value *transformations) {
  const struct bl_item *to =
      text_of(claim, "TransformationId", "TransformationID");
  const struct bl_item *id = text_of(claim, "ID", "Id");
  if (to != NULL &&
      named(first_of(transformations), "ID", NULL, to->value.as.text) == NULL)
    tell(walk, BL_P_UNKNOWN_REFERENCE, path, to, NULL,
         "names no transformation of this policy");
  bool in_token = text_of(claim, "JwtClaimType", "JWTClaimType") != NULL ||
                  text_of(claim, "SamlClaimType", "SAMLClaimType") != NULL;
  if (in_token || claim->type != BL_OBJECT) return;
  if (id != NULL && is_referred_to(transformations, id->value.as.text)) return;
  bl_problems_add(walk->problems, BL_P_NO_EFFECT, path, claim->at, NULL,
                  "names no claim, neither JwtClaimType nor SamlClaimType, and "
                  "no transformation uses it");
}

/* References of a transformation's list to claim entries. */
static void check_references(struct bl_walk *walk, const struct bl_path *path,
                             const struct bl_value *transformation,
                             const char *key, enum bl_problem_code code,
                             const struct bl_value *claims) {
  const struct bl_value *list = list_of(transformation, key);
  struct bl_path at_list = bl_path_key(path, key);
  size_t index = 0;
  for (const struct bl_item *i = first_of(list); i != NULL; i = i->next) {
    struct bl_path own = bl_path_index(&at_list, index++);
    const struct bl_item *to = text_of(&i->value, "ClaimTypeReferenceId", NULL);
    if (to == NULL ||
        named(first_of(claims), "ID", "Id", to->value.as.text) != NULL)
      continue;
    tell(walk, code, &own, to, NULL,
         "is not the ID of an entry of "
         "ClaimsSchema");
  }
}

/* One transformation against the others and the entries. */
static void check_transformation(struct bl_walk *walk,
                                 const struct bl_path *path,
                                 const struct bl_item *t,
                                 const struct bl_value *claims) {
  const struct bl_item *id = text_of(&t->value, "ID", NULL);
  check_references(walk, path, &t->value, "InputClaims", BL_P_UNKNOWN_REFERENCE,
                   claims);
  check_references(walk, path, &t->value, "OutputClaims", BL_P_INCOMPLETE,
                   claims);
  if (id == NULL) return;
  if (named(t->next, "ID", NULL, id->value.as.text) != NULL)
    tell(walk, BL_P_CONTRADICTION, path, id, NULL,
         "is the ID of another transformation too");
  if (named(first_of(claims), "TransformationId", "TransformationID",
            id->value.as.text) == NULL)
    tell(walk, BL_P_NO_EFFECT, path, id, NULL,
         "is a transformation that no entry of ClaimsSchema names");
}

static void check_limit(struct bl_walk *walk, const struct bl_path *path,
                        const struct bl_value *list) {
  if (list == NULL || list->count <= MOST) return;
  bl_problems_add(walk->problems, BL_P_NO_EFFECT, path, list->at, NULL,
                  "has %u entries: the service looks at 50 and drops the rest",
                  (unsigned)list->count);
}

/* Without the basic claim set and without a schema, tokens hold next to
 * nothing. */
static void check_basic(struct bl_walk *walk, const struct bl_path *path,
                        const struct bl_value *policy,
                        const struct bl_value *claims) {
  const struct bl_item *basic = bl_value_find(policy, "IncludeBasicClaimSet");
  if (basic == NULL || first_of(claims) != NULL) return;
  bool off = basic->value.type == BL_BOOLEAN
                 ? !basic->value.as.boolean
                 : basic->value.type == BL_STRING &&
                       is_folded(basic->value.as.text, "false");
  struct bl_path own = bl_path_text(path, basic->key);
  if (off)
    bl_problems_add(walk->problems, BL_P_INCOMPLETE, &own, basic->value.at,
                    "ClaimsSchema",
                    "leaves the core claims alone: ClaimsSchema names none");
}

void bl_claims_rule(struct bl_walk *walk, const struct bl_path *path,
                    const struct bl_value *policy) {
  const struct bl_item *singular =
      bl_value_find(policy, "ClaimsTransformation");
  const struct bl_value *claims = list_of(policy, "ClaimsSchema");
  const struct bl_value *transformations =
      list_of(policy, "ClaimsTransformations");
  if (transformations == NULL)
    transformations = list_of(policy, "ClaimsTransformation");
  struct bl_path at_claims = bl_path_key(path, "ClaimsSchema");
  struct bl_path at_transformations =
      bl_path_key(path, singular == NULL ? "ClaimsTransformations"
                                         : "ClaimsTransformation");
  size_t index = 0;
  for (const struct bl_item *i = first_of(claims); i != NULL; i = i->next) {
    struct bl_path own = bl_path_index(&at_claims, index++);
    check_entry(walk, &own, &i->value, transformations);
  }
  index = 0;
  for (const struct bl_item *i = first_of(transformations); i != NULL;
       i = i->next) {
    struct bl_path own = bl_path_index(&at_transformations, index++);
    check_transformation(walk, &own, i, claims);
  }
  check_limit(walk, &at_claims, claims);
  check_limit(walk, &at_transformations, transformations);
  check_basic(walk, path, policy, claims);
  if (singular != NULL)
    bl_problems_add(walk->problems, BL_P_MAY_BE_REFUSED, &at_transformations,
                    singular->key_at, "ClaimsTransformations",
                    "sources disagree on the spelling, and the service has "
                    "answered 400 to the singular; ClaimsTransformations is "
                    "written");
}
