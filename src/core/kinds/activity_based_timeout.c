#include "core/format.h"
#include "core/kinds.h"

#define MINUTE INT64_C(60)
#define DAY (24 * 60 * MINUTE)

#define PAGE "Graph: activityBasedTimeoutPolicy resource type"

static const char *const applications[] = {
    "default",                              /* all that support the feature */
    "c44b4083-3bb0-49c1-b47d-974e53cbdf3c", /* the Azure portal */
    NULL,
};

/* clang-format off */
static const struct bl_field entry_fields[] = {
  { .name = "ApplicationId", .type = BL_STRING, .flags = BL_REQUIRED,
    .values = applications,
    .doc = "default, for every application that supports it, or the Azure "
           "portal",
    .source = PAGE },
  { .name = "WebSessionIdleTimeout", .type = BL_STRING, .flags = BL_REQUIRED,
    .format = BL_TIMESPAN, .min = 5 * MINUTE, .max = DAY - 1,
    .doc = "how long a web session may lie idle, 00:05:00 to 23:59:59",
    .source = PAGE },
  { 0 },
};

static const struct bl_shape entry = {entry_fields, NULL};

static const struct bl_field fields[] = {
  { .name = "Version", .type = BL_INTEGER, .flags = BL_REQUIRED | BL_FILLED,
    .min = 1, .max = 1, .doc = "version of the definition format: 1",
    .source = PAGE },
  { .name = "ApplicationPolicies", .type = BL_ARRAY, .flags = BL_REQUIRED,
    .min = 1, .max = INT32_MAX, .shape = &entry,
    .doc = "one entry an application", .source = PAGE },
  { 0 },
};
/* clang-format on */

/* The application of an entry; bytes NULL: it names none. */
static struct bl_text application(const struct bl_item *item) {
  const struct bl_item *id = bl_value_find(&item->value, "ApplicationId");
  bool named = id != NULL && id->value.type == BL_STRING;
  return named ? id->value.as.text : (struct bl_text){NULL, 0};
}

/* Whether an entry before this one has its application. */
static bool is_repeated(const struct bl_value *list,
                        const struct bl_item *item) {
  struct bl_text own = application(item);
  for (const struct bl_item *i = list->as.first; i != item; i = i->next) {
    struct bl_text other = application(i);
    if (own.bytes != NULL && other.bytes != NULL &&
        bl_text_same_folded(own, other))
      return true;
  }
  return false;
}

static void rule(struct bl_walk *walk, const struct bl_path *path,
                 const struct bl_value *object) {
  const struct bl_item *list = bl_value_find(object, "ApplicationPolicies");
  struct bl_path at_list = bl_path_key(path, "ApplicationPolicies");
  size_t index = 0;
  if (list != NULL && list->value.type == BL_ARRAY)
    for (struct bl_item *i = list->value.as.first; i != NULL; i = i->next) {
      struct bl_path at_entry = bl_path_index(&at_list, index++);
      if (!is_repeated(&list->value, i)) continue;
      bl_problems_add(walk->problems, BL_P_CONTRADICTION, &at_entry,
                      i->value.at, NULL,
                      "this application has an entry already");
    }
  if (walk->organization_default == 0)
    bl_problems_add(walk->problems, BL_P_NO_EFFECT, path, object->at, NULL,
                    "acts only in a policy with isOrganizationDefault = true");
}

static const struct bl_shape shape = {fields, rule};

const struct bl_kind bl_activity_based_timeout_policy = {
    .name = "activityBasedTimeoutPolicy",
    .collection = "activityBasedTimeoutPolicies",
    .wrapper = "ActivityBasedTimeoutPolicy",
    .shape = &shape,
    .targets = BL_ON_ORGANIZATION,
    .doc = "how long web sessions may lie idle",
    .source = PAGE,
};
