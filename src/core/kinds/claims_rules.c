#include "core/kinds/claims_rules.h"

#include <limits.h>

#include "core/format.h"
#include "core/kinds/claims_lists.h"
#include "core/names.h"

#define MOST 50 /* claims and transformations that the service looks at */
#define NAME_ID                                                                \
  "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier"
#define UPN "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"

/* The member of a row when it is a string; NULL: none. */
static const struct bl_item *text_of(const struct bl_value *object,
                                     unsigned row) {
  const struct bl_item *item = bl_member(object, row);
  return item == NULL || item->value.type != BL_STRING ? NULL : item;
}

static const struct bl_value *list_of(const struct bl_value *object,
                                      unsigned row) {
  return bl_member_of_type(object, row, BL_ARRAY);
}

static const struct bl_item *first_of(const struct bl_value *list) {
  return list == NULL ? NULL : list->as.first;
}

static bool is_folded(const struct bl_item *item, const char *string) {
  return bl_text_same_folded(item->value.as.text, bl_text_of(string));
}

static bool is_one_of(struct bl_text text, const struct bl_text *list) {
  for (; list->bytes != NULL; list++)
    if (bl_text_same(text, *list)) return true;
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
static const struct bl_claims_list *
attributes_of(const struct bl_item *source) {
  static const struct {
    struct bl_text source;
    const struct bl_claims_list *attributes;
  } known[] = {
      {BL_TEXT("user"), &bl_user_claim_sources},
      {BL_TEXT("application"), &bl_principal_claim_sources},
      {BL_TEXT("resource"), &bl_principal_claim_sources},
      {BL_TEXT("audience"), &bl_principal_claim_sources},
      {BL_TEXT("company"), &bl_company_claim_sources},
  };
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (bl_text_same_folded(source->value.as.text, known[i].source))
      return known[i].attributes;
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
  const struct bl_claims_list *attributes = attributes_of(source);
  if (attributes == NULL || bl_claims_list_has(attributes, text)) return;
  const char *words = "is not a documented attribute of this source";
  if (is_number(text)) words = "looks like a constant: write Value alone";
  if (begins(text, "extension_"))
    words = "is a directory extension: write it as ExtensionID";
  tell(walk, BL_P_UNKNOWN_ATTRIBUTE, path, id,
       bl_text_nearest(text, attributes->texts), words);
}

static void contradiction(struct bl_walk *walk, const struct bl_path *path,
                          const struct bl_value *claim, const char *words) {
  bl_problems_add(walk->problems, BL_P_CONTRADICTION, path, claim->at, NULL,
                  "%s", words);
}

/* Exactly one of Value, Source with ID, Source with ExtensionID. */
static void check_shape(struct bl_walk *walk, const struct bl_path *path,
                        const struct bl_value *claim) {
  const struct bl_item *source = bl_member(claim, BL_CLAIM_SOURCE);
  const struct bl_item *extension = bl_member(claim, BL_CLAIM_EXTENSION);
  bool value = bl_member(claim, BL_CLAIM_VALUE) != NULL;
  bool id = bl_member(claim, BL_CLAIM_ID) != NULL;
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
           source->value.type == BL_STRING && !is_folded(source, "user"))
    contradiction(walk, path, claim, "ExtensionID goes with Source user only");
}

/* A transformation is named where the source is one, and only there. */
static void check_transformed(struct bl_walk *walk, const struct bl_path *path,
                              const struct bl_value *claim,
                              const struct bl_item *source) {
  bool named = bl_member(claim, BL_CLAIM_TRANSFORMATION) != NULL;
  bool transformed = source != NULL && is_folded(source, "transformation");
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
  if (jwt != NULL &&
      (bl_claims_list_has(&bl_restricted_jwt_claims, jwt->value.as.text) ||
       begins(jwt->value.as.text, "xms_") ||
       begins(jwt->value.as.text, "extn.")))
    tell(walk, BL_P_RESTRICTED_CLAIM, path, jwt, NULL, words);
  if (saml == NULL) return;
  struct bl_text uri = saml->value.as.text;
  if (bl_claims_list_has(&bl_restricted_saml_claims, uri))
    tell(walk, BL_P_RESTRICTED_CLAIM, path, saml, NULL, words);
  else if (bl_claims_list_has(&bl_restricted_saml_claims_without_key, uri))
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
  if (is_folded(source, "user") &&
      !bl_claims_list_has(&bl_name_id_claim_sources, id->value.as.text))
    tell(walk, BL_P_MAY_BE_REFUSED, path, id, NULL,
         "is no attribute from which NameID or UPN may come");
}

void bl_claim_rule(struct bl_walk *walk, const struct bl_path *path,
                   const struct bl_value *claim) {
  const struct bl_item *source = text_of(claim, BL_CLAIM_SOURCE);
  const struct bl_item *id = text_of(claim, BL_CLAIM_ID);
  const struct bl_item *extension = text_of(claim, BL_CLAIM_EXTENSION);
  const struct bl_item *saml = text_of(claim, BL_CLAIM_SAML);
  check_shape(walk, path, claim);
  check_transformed(walk, path, claim, source);
  if (source != NULL && id != NULL) check_attribute(walk, path, source, id);
  if (source != NULL && is_folded(source, "constant"))
    contradiction(walk, path, claim,
                  "a constant has no source: write its text as Value, alone");
  if (extension != NULL && !is_extension(extension->value.as.text))
    tell(walk, BL_P_UNKNOWN_ATTRIBUTE, path, extension, NULL,
         "is not extension_, the appId without hyphens, _ and a name");
  check_names(walk, path, text_of(claim, BL_CLAIM_JWT), saml);
  check_name_id(walk, path, source, id, saml);
}

/* --- one transformation -------------------------------------------------- */

#define ANY UINT_MAX /* as many as there are */

/* How many of each a method takes, and their names where they are known.
 * Source: Entra, claims customization using a policy, transformations. */
struct method {
  struct bl_text name;
  unsigned least_claims, most_claims, least_parameters, least_outputs,
      most_outputs;
  const struct bl_text *claims, *parameters; /* names; NULL: any */
  const char *needed;                        /* parameter; or NULL */
};

static const struct bl_text join_claims[] = {
    BL_TEXT("string1"), BL_TEXT("string2"), {NULL, 0}};
static const struct bl_text join_parameters[] = {
    BL_TEXT("string1"), BL_TEXT("string2"), BL_TEXT("separator"), {NULL, 0}};

/* clang-format off */
static const struct method methods[] = {
  { BL_TEXT("Join"),              0, ANY, 1, 1, 1, join_claims, join_parameters,
    "separator" },
  { BL_TEXT("ExtractMailPrefix"), 1, 1, 0, 1, 1, NULL, NULL, NULL },
  { BL_TEXT("ToLowercase"),       1, 1, 0, 1, 1, NULL, NULL, NULL },
  { BL_TEXT("ToUppercase"),       1, 1, 0, 1, 1, NULL, NULL, NULL },
  { BL_TEXT("RegexReplace"),      1, ANY, 2, 1, 1, NULL, NULL, NULL },
  { BL_TEXT("CreateStringClaim"), 0, ANY, 1, 1, ANY, NULL, NULL, NULL },
};
/* clang-format on */

static const struct method *find_method(struct bl_text name) {
  if (name.len > 2 && memcmp(name.bytes + name.len - 2, "()", 2) == 0)
    name.len -= 2;
  for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
    if (bl_text_same_folded(name, methods[i].name)) return &methods[i];
  return NULL;
}

/* The lists of a transformation, by row. */
static const struct bl_text list_names[] = {
    [BL_TRANSFORMATION_INPUTS] = BL_TEXT("InputClaims"),
    [BL_TRANSFORMATION_PARAMETERS] = BL_TEXT("InputParameters"),
    [BL_TRANSFORMATION_OUTPUTS] = BL_TEXT("OutputClaims"),
};

/* Tells when a list has too few or too many items for the method. */
static void check_count(struct bl_walk *walk, const struct bl_path *path,
                        const struct bl_value *transformation,
                        const struct method *method, unsigned row,
                        unsigned least, unsigned most) {
  const struct bl_value *list = list_of(transformation, row);
  unsigned count = list == NULL ? 0 : list->count;
  if (count >= least && count <= most) return;
  struct bl_path own = bl_path_text(path, list_names[row]);
  const char *at = list == NULL ? transformation->at : list->at;
  bl_problems_add(walk->problems, BL_P_OUT_OF_RANGE, &own, at, NULL,
                  "%s takes %s %u here, not %u", method->name.bytes,
                  least == most ? "exactly" : "at least", least, count);
}

/* Tells of names that the method does not know; whether `needed` was there. */
static bool check_inputs(struct bl_walk *walk, const struct bl_path *path,
                         const struct bl_value *transformation, unsigned row,
                         unsigned member, const struct bl_text *names,
                         const char *needed) {
  const struct bl_value *list = list_of(transformation, row);
  struct bl_path at_list = bl_path_text(path, list_names[row]);
  size_t index = 0;
  bool found = false;
  if (list == NULL) return false;
  for (const struct bl_item *i = list->as.first; i != NULL; i = i->next) {
    struct bl_path own = bl_path_index(&at_list, index++);
    const struct bl_item *name = text_of(&i->value, member);
    if (name == NULL) continue;
    if (needed != NULL && bl_text_is(name->value.as.text, needed)) found = true;
    if (names == NULL || is_one_of(name->value.as.text, names)) continue;
    const char *words =
        bl_problems_format(walk->problems, "is not one of %s",
                           bl_problems_list(walk->problems, names, "or"));
    tell(walk, BL_P_UNKNOWN_VALUE, &own, name,
         bl_text_nearest(name->value.as.text, names), words);
  }
  return found;
}

void bl_transformation_rule(struct bl_walk *walk, const struct bl_path *path,
                            const struct bl_value *t) {
  const struct bl_item *name = text_of(t, BL_TRANSFORMATION_METHOD);
  const struct method *m =
      name == NULL ? NULL : find_method(name->value.as.text);
  if (m == NULL) return;
  check_count(walk, path, t, m, BL_TRANSFORMATION_INPUTS, m->least_claims,
              m->most_claims);
  check_count(walk, path, t, m, BL_TRANSFORMATION_PARAMETERS,
              m->least_parameters, ANY);
  check_count(walk, path, t, m, BL_TRANSFORMATION_OUTPUTS, m->least_outputs,
              m->most_outputs);
  check_inputs(walk, path, t, BL_TRANSFORMATION_INPUTS, BL_REFERENCE_NAME,
               m->claims, NULL);
  bool found = check_inputs(walk, path, t, BL_TRANSFORMATION_PARAMETERS,
                            BL_PARAMETER_NAME, m->parameters, m->needed);
  const struct bl_value *parameters = list_of(t, BL_TRANSFORMATION_PARAMETERS);
  if (m->needed == NULL || found || parameters == NULL) return;
  struct bl_path own =
      bl_path_text(path, list_names[BL_TRANSFORMATION_PARAMETERS]);
  bl_problems_add(walk->problems, BL_P_MISSING_PROPERTY, &own, parameters->at,
                  m->needed, "%s needs the parameter %s", m->name.bytes,
                  m->needed);
}

/* --- the whole ----------------------------------------------------------- */

/* Who is called what, and who refers to whom, across the two lists. */
struct whole {
  struct bl_walk *walk;
  const struct bl_value *claims, *transformations; /* NULL: no such list */
  struct bl_names claim_ids, used;  /* of entries; of what entries name */
  struct bl_names ids, referred_to; /* of transformations; of what they name */
  struct bl_names seen; /* of transformations, up to the one at hand */
};

/* Fills a set with the texts that the items of a list have in a row. */
static void gather(struct bl_names *names, const struct bl_value *list,
                   unsigned row) {
  for (const struct bl_item *i = first_of(list); i != NULL; i = i->next) {
    const struct bl_item *text = text_of(&i->value, row);
    if (text != NULL) bl_names_add(names, text->value.as.text);
  }
}

static size_t count_of(const struct bl_value *list) {
  return list == NULL ? 0 : list->count;
}

static void make(struct whole *w, struct bl_names *names, size_t most) {
  struct bl_problems *problems = w->walk->problems;
  if (!bl_names_init(names, problems->arena, most)) problems->status = BL_NOMEM;
}

/* What each side is called, and what entries name. */
static void gather_ids(struct whole *w) {
  make(w, &w->claim_ids, count_of(w->claims));
  make(w, &w->used, count_of(w->claims));
  make(w, &w->ids, count_of(w->transformations));
  make(w, &w->seen, count_of(w->transformations));
  gather(&w->claim_ids, w->claims, BL_CLAIM_ID);
  gather(&w->used, w->claims, BL_CLAIM_TRANSFORMATION);
  gather(&w->ids, w->transformations, BL_TRANSFORMATION_ID);
}

static const unsigned reference_rows[] = {BL_TRANSFORMATION_INPUTS,
                                          BL_TRANSFORMATION_OUTPUTS};

/* What transformations take and give; asked for by few. */
static void gather_references(struct whole *w) {
  size_t most = 0;
  for (int pass = 0; pass < 2; pass++) {
    if (pass == 1) make(w, &w->referred_to, most);
    for (const struct bl_item *t = first_of(w->transformations); t != NULL;
         t = t->next)
      for (size_t i = 0; i < 2; i++) {
        const struct bl_value *list = list_of(&t->value, reference_rows[i]);
        most += list == NULL ? 0 : list->count;
        if (pass == 1) gather(&w->referred_to, list, BL_REFERENCE_TO);
      }
  }
}

/* Whether some transformation takes or gives the claim of that ID. */
static bool is_referred_to(struct whole *w, struct bl_text id) {
  if (w->referred_to.slots == NULL) gather_references(w);
  return bl_names_have(&w->referred_to, id);
}

/* One transformation's references to claim entries. */
static void check_references(struct whole *w, const struct bl_path *path,
                             const struct bl_value *transformation,
                             unsigned row, enum bl_problem_code code) {
  const struct bl_value *list = list_of(transformation, row);
  struct bl_path at_list = bl_path_text(path, list_names[row]);
  size_t index = 0;
  for (const struct bl_item *i = first_of(list); i != NULL; i = i->next) {
    struct bl_path own = bl_path_index(&at_list, index++);
    const struct bl_item *to = text_of(&i->value, BL_REFERENCE_TO);
    if (to != NULL && !bl_names_have(&w->claim_ids, to->value.as.text))
      tell(w->walk, code, &own, to, NULL,
           "is not the ID of an entry of ClaimsSchema");
  }
}

/* One transformation against the others and the entries. */
static void check_transformation(struct whole *w, const struct bl_path *path,
                                 const struct bl_value *t) {
  const struct bl_item *id = text_of(t, BL_TRANSFORMATION_ID);
  check_references(w, path, t, BL_TRANSFORMATION_INPUTS,
                   BL_P_UNKNOWN_REFERENCE);
  check_references(w, path, t, BL_TRANSFORMATION_OUTPUTS, BL_P_INCOMPLETE);
  if (id == NULL) return;
  if (!bl_names_add(&w->seen, id->value.as.text))
    tell(w->walk, BL_P_CONTRADICTION, path, id, NULL,
         "is the ID of another transformation too");
  if (!bl_names_have(&w->used, id->value.as.text))
    tell(w->walk, BL_P_NO_EFFECT, path, id, NULL,
         "is a transformation that no entry of ClaimsSchema names");
}

/* One entry against the transformations: the one it names is there; it goes
 * into a token or into a transformation. */
static void check_entry(struct whole *w, const struct bl_path *path,
                        const struct bl_value *claim) {
  const struct bl_item *to = text_of(claim, BL_CLAIM_TRANSFORMATION);
  const struct bl_item *id = text_of(claim, BL_CLAIM_ID);
  if (to != NULL && !bl_names_have(&w->ids, to->value.as.text))
    tell(w->walk, BL_P_UNKNOWN_REFERENCE, path, to, NULL,
         "names no transformation of this policy");
  if (text_of(claim, BL_CLAIM_JWT) != NULL ||
      text_of(claim, BL_CLAIM_SAML) != NULL || claim->type != BL_OBJECT)
    return;
  if (id != NULL && is_referred_to(w, id->value.as.text)) return;
  bl_problems_add(w->walk->problems, BL_P_NO_EFFECT, path, claim->at, NULL,
                  "names no claim, neither JwtClaimType nor SamlClaimType, and "
                  "no transformation uses it");
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
  const struct bl_item *basic = bl_member(policy, BL_CLAIMS_BASIC);
  if (basic == NULL || first_of(claims) != NULL) return;
  bool off = basic->value.type == BL_BOOLEAN
                 ? !basic->value.as.boolean
                 : basic->value.type == BL_STRING && is_folded(basic, "false");
  struct bl_path own = bl_path_text(path, basic->key);
  if (off)
    bl_problems_add(walk->problems, BL_P_INCOMPLETE, &own, basic->value.at,
                    "ClaimsSchema",
                    "leaves the core claims alone: ClaimsSchema names none");
}

void bl_claims_rule(struct bl_walk *walk, const struct bl_path *path,
                    const struct bl_value *policy) {
  static const struct bl_text singular = BL_TEXT("ClaimsTransformation");
  const struct bl_item *t = bl_member(policy, BL_CLAIMS_TRANSFORMATIONS);
  struct whole w = {.walk = walk,
                    .claims = list_of(policy, BL_CLAIMS_SCHEMA),
                    .transformations =
                        list_of(policy, BL_CLAIMS_TRANSFORMATIONS)};
  struct bl_path at_claims = bl_path_key(path, "ClaimsSchema");
  struct bl_path at_transformations =
      t == NULL ? at_claims : bl_path_text(path, t->key);
  size_t index = 0;
  gather_ids(&w);
  for (const struct bl_item *i = first_of(w.claims); i != NULL; i = i->next) {
    struct bl_path own = bl_path_index(&at_claims, index++);
    check_entry(&w, &own, &i->value);
  }
  index = 0;
  for (const struct bl_item *i = first_of(w.transformations); i != NULL;
       i = i->next) {
    struct bl_path own = bl_path_index(&at_transformations, index++);
    check_transformation(&w, &own, &i->value);
  }
  check_limit(walk, &at_claims, w.claims);
  check_limit(walk, &at_transformations, w.transformations);
  check_basic(walk, path, policy, w.claims);
  if (t != NULL && bl_text_same(t->key, singular))
    bl_problems_add(walk->problems, BL_P_MAY_BE_REFUSED, &at_transformations,
                    bl_key_at(t), "ClaimsTransformations",
                    "sources disagree on the spelling, and the service has "
                    "answered 400 to the singular; ClaimsTransformations is "
                    "written");
}
