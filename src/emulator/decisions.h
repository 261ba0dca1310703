/* Where the service is unknown or disputed, somebody has to decide: the
 * questions, what may be answered, and what is answered unless told otherwise
 * (the first of each). Source: docs/emulator.md says which is whose. */
#ifndef BL_DECISIONS_H
#define BL_DECISIONS_H

#include <stddef.h>

#include "reason.h"

/* X(field, NAME, the answers, what it is about); each answer is A(NAME, word)
 * and becomes BL_NAME_ANSWER. */
/* clang-format off */
#define BL_DECISION_LIST(X)                                                   \
  X(second_default, SECOND_DEFAULT,                                           \
    A(SECOND_DEFAULT, REFUSE, "refuse") A(SECOND_DEFAULT, MOVE, "move")       \
    A(SECOND_DEFAULT, KEEP, "keep"),                                          \
    "a second organization default of a kind")                                \
  X(second_assignment, SECOND_ASSIGNMENT,                                     \
    A(SECOND_ASSIGNMENT, REFUSE, "refuse")                                    \
    A(SECOND_ASSIGNMENT, REPLACE, "replace")                                  \
    A(SECOND_ASSIGNMENT, KEEP, "keep"),                                       \
    "a second policy of a kind on one object")                                \
  X(same_assignment, SAME_ASSIGNMENT,                                         \
    A(SAME_ASSIGNMENT, REFUSE, "refuse")                                      \
    A(SAME_ASSIGNMENT, CONFLICT, "conflict")                                  \
    A(SAME_ASSIGNMENT, ACCEPT, "accept"),                                     \
    "a policy assigned where it is assigned already")                         \
  X(missing_reference, MISSING_REFERENCE,                                     \
    A(MISSING_REFERENCE, NOT_FOUND, "not_found")                              \
    A(MISSING_REFERENCE, BAD_REQUEST, "bad_request"),                         \
    "the removal of an assignment that is not there")                         \
  X(delete_assigned, DELETE_ASSIGNED,                                         \
    A(DELETE_ASSIGNED, ACCEPT, "accept") A(DELETE_ASSIGNED, REFUSE, "refuse"),\
    "the deletion of a policy that is assigned")                              \
  X(definition_strings, DEFINITION_STRINGS,                                   \
    A(DEFINITION_STRINGS, ONE, "one") A(DEFINITION_STRINGS, ANY, "any"),      \
    "how many strings a definition has")                                      \
  X(single_quotes, SINGLE_QUOTES,                                             \
    A(SINGLE_QUOTES, ACCEPT, "accept") A(SINGLE_QUOTES, REFUSE, "refuse"),    \
    "a definition whose JSON has single quotes")                              \
  X(loose_json, LOOSE_JSON,                                                   \
    A(LOOSE_JSON, ACCEPT, "accept") A(LOOSE_JSON, REFUSE, "refuse"),          \
    "a definition with trailing commas or comments")                          \
  X(missing_wrapper, MISSING_WRAPPER,                                         \
    A(MISSING_WRAPPER, ACCEPT, "accept") A(MISSING_WRAPPER, REFUSE, "refuse"),\
    "a home realm discovery definition without its wrapper")                  \
  X(singular_transformation, SINGULAR_TRANSFORMATION,                         \
    A(SINGULAR_TRANSFORMATION, REFUSE, "refuse")                              \
    A(SINGULAR_TRANSFORMATION, ACCEPT, "accept"),                             \
    "ClaimsTransformation, singular, with a claim that comes from it")        \
  X(restricted_claims, RESTRICTED_CLAIMS,                                     \
    A(RESTRICTED_CLAIMS, ACCEPT, "accept")                                    \
    A(RESTRICTED_CLAIMS, REFUSE, "refuse"),                                   \
    "restricted claim names")                                                 \
  X(many_claims, MANY_CLAIMS,                                                 \
    A(MANY_CLAIMS, ACCEPT, "accept") A(MANY_CLAIMS, REFUSE, "refuse"),        \
    "more than 50 claims or transformations")                                 \
  X(description, DESCRIPTION,                                                 \
    A(DESCRIPTION, REFUSE, "refuse") A(DESCRIPTION, IGNORE, "ignore"),        \
    "description in the body of a claims mapping policy")                     \
  X(unknown_property, UNKNOWN_PROPERTY,                                       \
    A(UNKNOWN_PROPERTY, IGNORE, "ignore")                                     \
    A(UNKNOWN_PROPERTY, REFUSE, "refuse"),                                    \
    "properties of a policy that the service does not know")                  \
  X(read_only, READ_ONLY,                                                     \
    A(READ_ONLY, IGNORE, "ignore") A(READ_ONLY, REFUSE, "refuse")             \
    A(READ_ONLY, KEEP, "keep"),                                               \
    "read-only properties in a body (keep: of applications and service "      \
    "principals, as a seed wants it)")                                        \
  X(deleted_date, DELETED_DATE,                                               \
    A(DELETED_DATE, NULL, "null") A(DELETED_DATE, OMIT, "omit"),              \
    "deletedDateTime of a policy in answers")                                 \
  X(list_order, LIST_ORDER,                                                   \
    A(LIST_ORDER, OLDEST, "oldest") A(LIST_ORDER, NEWEST, "newest"),          \
    "which comes first in a list")                                            \
  X(legacy, LEGACY,                                                           \
    A(LEGACY, ON, "on") A(LEGACY, OFF, "off") A(LEGACY, ONLY, "only"),        \
    "/beta/policies of 2016 to 2020 (only: before there were others)")        \
  X(unknown_app, UNKNOWN_APP,                                                 \
    A(UNKNOWN_APP, REFUSE, "refuse") A(UNKNOWN_APP, ACCEPT, "accept"),        \
    "a service principal whose application is not in the tenant")             \
  X(home_realm_on_application, HOME_REALM_ON_APPLICATION,                     \
    A(HOME_REALM_ON_APPLICATION, REFUSE, "refuse")                            \
    A(HOME_REALM_ON_APPLICATION, ACCEPT, "accept"),                           \
    "assigning a home realm discovery policy to an application")              \
  X(reference_host, REFERENCE_HOST,                                           \
    A(REFERENCE_HOST, ANY, "any") A(REFERENCE_HOST, SAME, "same"),            \
    "the host and version in an @odata.id")                                   \
  X(definition_message, DEFINITION_MESSAGE,                                   \
    A(DEFINITION_MESSAGE, NOW, "now") A(DEFINITION_MESSAGE, 2020, "2020")     \
    A(DEFINITION_MESSAGE, 2019, "2019"),                                      \
    "the words that refuse a definition, which changed over the years")       \
  X(batch_order, BATCH_ORDER,                                                 \
    A(BATCH_ORDER, ANY, "any") A(BATCH_ORDER, STRICT, "strict"),              \
    "which shapes dependsOn may have in a batch")
/* clang-format on */

#define A(question, answer, word) BL_##question##_##answer,
#define X(field, NAME, answers, about) enum bl_d_##field{answers};
BL_DECISION_LIST(X)
#undef X
#undef A

/* Zeros are the defaults. */
struct bl_decisions {
#define X(field, NAME, answers, about) int field; /* bl_d_field */
  BL_DECISION_LIST(X)
#undef X
};

/* A question as it is told to people. */
struct bl_question {
  const char *name;           /* "second_default" */
  const char *const *answers; /* ending with NULL; the first is the default */
  const char *about;
};

extern const struct bl_question bl_questions[]; /* ends with a NULL name */

/* Answers a question by name. BL_INVALID: there is none of that name, or no
 * such answer to it; `reason` says what there is. */
enum bl_status bl_decide(struct bl_decisions *decisions, const char *question,
                         const char *answer, char reason[BL_REASON]);

#endif
