#include "core/kinds.h"
#include "core/names.h"

#define MINUTE INT64_C(60)
#define DAY (24 * 60 * MINUTE)

#define PAGE "Graph: activityBasedTimeoutPolicy resource type"

enum row { VERSION, ENTRIES };
enum entry_row { APPLICATION, TIMEOUT };

static const struct bl_text applications[] = {
    BL_TEXT("default"), /* all that support the feature */
    BL_TEXT("c44b4083-3bb0-49c1-b47d-974e53cbdf3c"), /* the Azure portal */
    {NULL, 0}};

/* clang-format off */
static const struct bl_field entry_fields[] = {
  [APPLICATION] = { .name = BL_TEXT("ApplicationId"), .type = BL_STRING,
    .flags = BL_REQUIRED,
    .values = applications,
    .doc = "default, for every application that supports it, or the Azure "
           "portal",
    .source = PAGE },
  [TIMEOUT] = { .name = BL_TEXT("WebSessionIdleTimeout"), .type = BL_STRING,
    .flags = BL_REQUIRED,
    .format = BL_TIMESPAN, .min = 5 * MINUTE, .max = DAY - 1,
    .doc = "how long a web session may lie idle, 00:05:00 to 23:59:59",
    .source = PAGE },
};

static const struct bl_shape entry = BL_SHAPE(entry_fields, NULL);

static const struct bl_field fields[] = {
  [VERSION] = { .name = BL_TEXT("Version"), .type = BL_INTEGER,
    .flags = BL_REQUIRED | BL_FILLED,
    .min = 1, .max = 1, .doc = "version of the definition format: 1",
    .source = PAGE },
  [ENTRIES] = { .name = BL_TEXT("ApplicationPolicies"), .type = BL_ARRAY,
    .flags = BL_REQUIRED,
    .min = 1, .max = INT32_MAX, .shape = &entry,
    .doc = "one entry an application", .source = PAGE },
};
/* clang-format on */

/* Tells of entries whose application has one before them. */
static void check_entries(struct bl_walk *walk, const struct bl_path *path,
                          const struct bl_value *list) {
  struct bl_names seen;
  size_t index = 0;
  if (!bl_names_init(&seen, walk->problems->arena, list->count))
    walk->problems->status = BL_NOMEM;
  for (const struct bl_item *i = list->as.first; i != NULL; i = i->next) {
    struct bl_path own = bl_path_index(path, index++);
    const struct bl_value *id =
        bl_member_of_type(&i->value, APPLICATION, BL_STRING);
    if (id == NULL || bl_names_add(&seen, id->as.text)) continue;
    bl_problems_add(walk->problems, BL_P_CONTRADICTION, &own, i->value.at, NULL,
                    "this application has an entry already");
  }
}

static void rule(struct bl_walk *walk, const struct bl_path *path,
                 const struct bl_value *object) {
  const struct bl_value *list = bl_member_of_type(object, ENTRIES, BL_ARRAY);
  struct bl_path at_list = bl_path_text(path, fields[ENTRIES].name);
  if (list != NULL) check_entries(walk, &at_list, list);
  if (walk->organization_default == 0)
    bl_problems_add(walk->problems, BL_P_NO_EFFECT, path, object->at, NULL,
                    "acts only in a policy with isOrganizationDefault = true");
}

static const struct bl_shape shape = BL_SHAPE(fields, rule);

const struct bl_kind bl_activity_based_timeout_policy = {
    .name = "activityBasedTimeoutPolicy",
    .collection = "activityBasedTimeoutPolicies",
    .wrapper = "ActivityBasedTimeoutPolicy",
    .shape = &shape,
    .targets = BL_ON_ORGANIZATION,
    .doc = "how long web sessions may lie idle",
    .source = PAGE,
};
