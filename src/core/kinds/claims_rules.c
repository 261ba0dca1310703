/* The whole: entries and transformations held against each other. */
#include "core/kinds/claims_rules.h"

#include "core/names.h"

#define MOST 50 /* claims and transformations that the service looks at */

void bl_claims_tell(struct bl_walk *walk, enum bl_problem_code code,
                    const struct bl_path *path, const struct bl_item *item,
                    const char *hint, const char *words) {
  struct bl_path own = bl_path_text(path, item->key);
  bl_problems_add(walk->problems, code, &own, item->value.at, hint, "%s %s",
                  bl_problems_quote(walk->problems, item->value.as.text),
                  words);
}

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
  for (const struct bl_item *i = bl_claims_first(list); i != NULL;
       i = i->next) {
    const struct bl_item *text = bl_claims_text(&i->value, row);
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
    for (const struct bl_item *t = bl_claims_first(w->transformations);
         t != NULL; t = t->next)
      for (size_t i = 0; i < 2; i++) {
        const struct bl_value *list =
            bl_claims_array(&t->value, reference_rows[i]);
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
  const struct bl_value *list = bl_claims_array(transformation, row);
  struct bl_path at_list = bl_path_text(path, bl_transformation_lists[row]);
  size_t index = 0;
  for (const struct bl_item *i = bl_claims_first(list); i != NULL;
       i = i->next) {
    struct bl_path own = bl_path_index(&at_list, index++);
    const struct bl_item *to = bl_claims_text(&i->value, BL_REFERENCE_TO);
    if (to != NULL && !bl_names_have(&w->claim_ids, to->value.as.text))
      bl_claims_tell(w->walk, code, &own, to, NULL,
                     "is not the ID of an entry of ClaimsSchema");
  }
}

/* One transformation against the others and the entries. */
static void check_transformation(struct whole *w, const struct bl_path *path,
                                 const struct bl_value *t) {
  const struct bl_item *id = bl_claims_text(t, BL_TRANSFORMATION_ID);
  check_references(w, path, t, BL_TRANSFORMATION_INPUTS,
                   BL_P_UNKNOWN_REFERENCE);
  check_references(w, path, t, BL_TRANSFORMATION_OUTPUTS, BL_P_INCOMPLETE);
  if (id == NULL) return;
  if (!bl_names_add(&w->seen, id->value.as.text))
    bl_claims_tell(w->walk, BL_P_CONTRADICTION, path, id, NULL,
                   "is the ID of another transformation too");
  if (!bl_names_have(&w->used, id->value.as.text))
    bl_claims_tell(w->walk, BL_P_NO_EFFECT, path, id, NULL,
                   "is a transformation that no entry of ClaimsSchema names");
}

/* One entry against the transformations: the one it names is there; it goes
 * into a token or into a transformation. */
static void check_entry(struct whole *w, const struct bl_path *path,
                        const struct bl_value *claim) {
  const struct bl_item *to = bl_claims_text(claim, BL_CLAIM_TRANSFORMATION);
  const struct bl_item *id = bl_claims_text(claim, BL_CLAIM_ID);
  if (to != NULL && !bl_names_have(&w->ids, to->value.as.text))
    bl_claims_tell(w->walk, BL_P_UNKNOWN_REFERENCE, path, to, NULL,
                   "names no transformation of this policy");
  if (bl_claims_text(claim, BL_CLAIM_JWT) != NULL ||
      bl_claims_text(claim, BL_CLAIM_SAML) != NULL || claim->type != BL_OBJECT)
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
  if (basic == NULL || bl_claims_first(claims) != NULL) return;
  bool off = basic->value.type == BL_BOOLEAN ? !basic->value.as.boolean
                                             : basic->value.type == BL_STRING &&
                                                   bl_claims_is(basic, "false");
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
                    .claims = bl_claims_array(policy, BL_CLAIMS_SCHEMA),
                    .transformations =
                        bl_claims_array(policy, BL_CLAIMS_TRANSFORMATIONS)};
  struct bl_path at_claims = bl_path_key(path, "ClaimsSchema");
  struct bl_path at_transformations =
      t == NULL ? at_claims : bl_path_text(path, t->key);
  size_t index = 0;
  gather_ids(&w);
  for (const struct bl_item *i = bl_claims_first(w.claims); i != NULL;
       i = i->next) {
    struct bl_path own = bl_path_index(&at_claims, index++);
    check_entry(&w, &own, &i->value);
  }
  index = 0;
  for (const struct bl_item *i = bl_claims_first(w.transformations); i != NULL;
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
