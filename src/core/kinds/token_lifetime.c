#include "core/format.h"
#include "core/kinds.h"

#define MINUTE INT64_C(60)
#define DAY (24 * 60 * MINUTE)

#define PAGE "Graph: tokenLifetimePolicy resource type"
#define LIFETIMES "Entra: configurable token lifetimes"

/* The rows that the code below asks for, first in the table. */
enum row { VERSION, ACCESS, IDLE, SINGLE_FACTOR, MULTI_FACTOR };

static const struct bl_text revoked[] = {BL_TEXT("until-revoked"), {NULL, 0}};

/* The five refresh and session settings share their fate and all else but
 * name, ceiling and words. */
#define RETIRED_FIELD(key, longest, also_texts, default_text, text)            \
  {                                                                            \
    .name = BL_TEXT(key), .type = BL_STRING, .format = BL_TIMESPAN,            \
    .min = 10 * MINUTE, .max = longest, .also_values = also_texts,             \
    .fallback = default_text,                                                  \
    .retired = "retired on 30 January 2021: the service keeps it without "     \
               "effect; sign-in frequency in Conditional Access came in its "  \
               "place",                                                        \
    .doc = text, .source = LIFETIMES                                           \
  }

/* clang-format off */
static const struct bl_field fields[] = {
  [VERSION] = { .name = BL_TEXT("Version"), .type = BL_INTEGER,
    .flags = BL_REQUIRED | BL_FILLED,
    .min = 1, .max = 1, .doc = "version of the definition format: 1",
    .source = PAGE },
  [ACCESS] = { .name = BL_TEXT("AccessTokenLifetime"), .type = BL_STRING,
    .format = BL_TIMESPAN,
    .min = 10 * MINUTE, .max = DAY - 1, .fallback = "1:00:00",
    .doc = "how long access, ID and SAML2 tokens are valid",
    .source = PAGE },
  [IDLE] = RETIRED_FIELD("MaxInactiveTime", 90 * DAY, NULL, "90.00:00:00",
                "how long a refresh token may lie unused"),
  [SINGLE_FACTOR] = RETIRED_FIELD("MaxAgeSingleFactor", 365 * DAY, revoked,
                "until-revoked",
                "age of a refresh token after one factor"),
  [MULTI_FACTOR] = RETIRED_FIELD("MaxAgeMultiFactor", 365 * DAY, revoked,
                "until-revoked",
                "age of a refresh token after two factors"),
  RETIRED_FIELD("MaxAgeSessionSingleFactor", 365 * DAY, revoked,
                "until-revoked",
                "age of a session token after one factor"),
  RETIRED_FIELD("MaxAgeSessionMultiFactor", 365 * DAY, revoked,
                "until-revoked",
                "age of a session token after two factors"),
};
/* clang-format on */

/* The length of a member's span, or -1 when it has none. */
static int64_t span_of(const struct bl_item *item) {
  int64_t seconds;
  if (item == NULL || item->value.type != BL_STRING ||
      !bl_timespan_read(item->value.as.text, &seconds))
    return -1;
  return seconds;
}

/* MaxInactiveTime had to be below both ages; a retired rule about retired
 * settings, hence a warning. */
static void idle_below_ages(struct bl_walk *walk, const struct bl_path *path,
                            const struct bl_value *object) {
  const struct bl_item *idle = bl_member(object, IDLE);
  int64_t least = span_of(idle);
  for (unsigned row = SINGLE_FACTOR; row <= MULTI_FACTOR && least >= 0; row++) {
    int64_t age = span_of(bl_member(object, row));
    struct bl_path own = bl_path_text(path, idle->key);
    if (age >= 0 && least >= age)
      bl_problems_add(walk->problems, BL_P_NO_EFFECT, &own, idle->value.at,
                      NULL, "must be shorter than %s", fields[row].name.bytes);
  }
}

static void rule(struct bl_walk *walk, const struct bl_path *path,
                 const struct bl_value *object) {
  idle_below_ages(walk, path, object);
  if (bl_member(object, ACCESS) == NULL)
    bl_problems_add(walk->problems, BL_P_NO_EFFECT, path, object->at,
                    "AccessTokenLifetime",
                    "sets nothing that has an effect: AccessTokenLifetime is "
                    "missing");
}

static const struct bl_shape shape = BL_SHAPE(fields, rule);

const struct bl_kind bl_token_lifetime_policy = {
    .name = "tokenLifetimePolicy",
    .collection = "tokenLifetimePolicies",
    .wrapper = "TokenLifetimePolicy",
    .shape = &shape,
    .targets = BL_ON_APPLICATION | BL_ON_SERVICE_PRINCIPAL | BL_ON_ORGANIZATION,
    .doc = "how long access, ID and SAML2 tokens are valid",
    .source = PAGE,
};
