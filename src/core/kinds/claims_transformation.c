/* One transformation: what its method takes and gives. */
#include "core/kinds/claims_rules.h"

#include <limits.h>

#include "core/format.h"

/* The lists of a transformation, by row. */
const struct bl_text bl_transformation_lists[] = {
    [BL_TRANSFORMATION_INPUTS] = BL_TEXT("InputClaims"),
    [BL_TRANSFORMATION_PARAMETERS] = BL_TEXT("InputParameters"),
    [BL_TRANSFORMATION_OUTPUTS] = BL_TEXT("OutputClaims"),
};

static bool is_one_of(struct bl_text text, const struct bl_text *list) {
  for (; list->bytes != NULL; list++)
    if (bl_text_same(text, *list)) return true;
  return false;
}

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

/* Tells when a list has too few or too many items for the method. */
static void check_count(struct bl_walk *walk, const struct bl_path *path,
                        const struct bl_value *transformation,
                        const struct method *method, unsigned row,
                        unsigned least, unsigned most) {
  const struct bl_value *list = bl_claims_array(transformation, row);
  unsigned count = list == NULL ? 0 : list->count;
  if (count >= least && count <= most) return;
  struct bl_path own = bl_path_text(path, bl_transformation_lists[row]);
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
  const struct bl_value *list = bl_claims_array(transformation, row);
  struct bl_path at_list = bl_path_text(path, bl_transformation_lists[row]);
  size_t index = 0;
  bool found = false;
  if (list == NULL) return false;
  for (const struct bl_item *i = list->as.first; i != NULL; i = i->next) {
    struct bl_path own = bl_path_index(&at_list, index++);
    const struct bl_item *name = bl_claims_text(&i->value, member);
    if (name == NULL) continue;
    if (needed != NULL && bl_text_is(name->value.as.text, needed)) found = true;
    if (names == NULL || is_one_of(name->value.as.text, names)) continue;
    const char *words =
        bl_problems_format(walk->problems, "is not one of %s",
                           bl_problems_list(walk->problems, names, "or"));
    bl_claims_tell(walk, BL_P_UNKNOWN_VALUE, &own, name,
                   bl_text_nearest(name->value.as.text, names), words);
  }
  return found;
}

void bl_transformation_rule(struct bl_walk *walk, const struct bl_path *path,
                            const struct bl_value *t) {
  const struct bl_item *name = bl_claims_text(t, BL_TRANSFORMATION_METHOD);
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
  const struct bl_value *parameters =
      bl_claims_array(t, BL_TRANSFORMATION_PARAMETERS);
  if (m->needed == NULL || found || parameters == NULL) return;
  struct bl_path own =
      bl_path_text(path, bl_transformation_lists[BL_TRANSFORMATION_PARAMETERS]);
  bl_problems_add(walk->problems, BL_P_MISSING_PROPERTY, &own, parameters->at,
                  m->needed, "%s needs the parameter %s", m->name.bytes,
                  m->needed);
}
