#include "core/kinds.h"

#define PAGE "Graph: homeRealmDiscoveryPolicy resource type"
#define HINTS "Entra: prevent domain hints with home realm discovery"

enum row { ACCELERATE, PREFERRED, CLOUD_PASSWORD, LOGIN, HINT_POLICY };

static const struct bl_text all_domains[] = {
    BL_TEXT("all_domains"), BL_TEXT("*"), {NULL, 0}};
static const struct bl_text all_apps[] = {
    BL_TEXT("all_apps"), BL_TEXT("*"), {NULL, 0}};

/* clang-format off */
static const struct bl_field domain = {
  .name = BL_TEXT("domain"), .type = BL_STRING, .format = BL_DOMAIN,
  .flags = BL_FOLDED, .also_values = all_domains,
  .doc = "a domain, or * for all", .source = HINTS };

static const struct bl_field application = {
  .name = BL_TEXT("application"), .type = BL_STRING, .format = BL_GUID,
  .flags = BL_FOLDED, .also_values = all_apps,
  .doc = "the appId of an application, or * for all", .source = HINTS };

static const struct bl_field hint_fields[] = {
  { .name = BL_TEXT("IgnoreDomainHintForDomains"), .type = BL_ARRAY,
    .flags = BL_UNORDERED, .item = &domain,
    .doc = "domains whose hint is taken as absent", .source = HINTS },
  { .name = BL_TEXT("RespectDomainHintForDomains"), .type = BL_ARRAY,
    .flags = BL_UNORDERED, .item = &domain,
    .doc = "domains whose hint is followed, before all that ignore it",
    .source = HINTS },
  { .name = BL_TEXT("IgnoreDomainHintForApps"), .type = BL_ARRAY,
    .flags = BL_UNORDERED, .item = &application,
    .doc = "applications whose hint is taken as absent", .source = HINTS },
  { .name = BL_TEXT("RespectDomainHintForApps"), .type = BL_ARRAY,
    .flags = BL_UNORDERED, .item = &application,
    .doc = "applications whose hint is followed, before all that ignore it",
    .source = HINTS },
};

static const struct bl_shape hints = BL_SHAPE(hint_fields, NULL);

static const struct bl_field login_fields[] = {
  { .name = BL_TEXT("Enabled"), .type = BL_BOOLEAN, .flags = BL_REQUIRED,
    .doc = "whether the email address signs in too", .source = PAGE },
};

static const struct bl_shape login = BL_SHAPE(login_fields, NULL);

static const struct bl_field fields[] = {
  [ACCELERATE] = { .name = BL_TEXT("AccelerateToFederatedDomain"),
    .type = BL_BOOLEAN,
    .doc = "whether sign-in skips the page that asks for the user",
    .source = PAGE },
  [PREFERRED] = { .name = BL_TEXT("PreferredDomain"), .type = BL_STRING,
    .format = BL_DOMAIN,
    .flags = BL_FOLDED,
    .doc = "a verified, federated domain of the tenant, to which sign-in goes",
    .source = PAGE },
  [CLOUD_PASSWORD] = { .name = BL_TEXT("AllowCloudPasswordValidation"),
    .type = BL_BOOLEAN,
    .doc = "whether a federated user's name and password are checked in the "
           "cloud; needs password hash synchronisation",
    .source = PAGE },
  [LOGIN] = { .name = BL_TEXT("AlternateIdLogin"), .type = BL_OBJECT,
    .shape = &login,
    .doc = "email as alternate login ID; in the organization default only",
    .source = PAGE },
  [HINT_POLICY] = { .name = BL_TEXT("DomainHintPolicy"), .type = BL_OBJECT,
    .shape = &hints,
    .doc = "which domain hints are followed; in the organization default only",
    .source = HINTS },
};
/* clang-format on */

/* A setting that the service reads from the organization default alone. */
static void default_only(struct bl_walk *walk, const struct bl_path *path,
                         const struct bl_value *object, enum row row) {
  const struct bl_item *item = bl_member(object, row);
  struct bl_path own = bl_path_text(path, fields[row].name);
  if (item != NULL && walk->organization_default == 0)
    bl_problems_add(walk->problems, BL_P_NO_EFFECT, &own, bl_key_at(item), NULL,
                    "acts only in a policy with isOrganizationDefault = true");
}

static void rule(struct bl_walk *walk, const struct bl_path *path,
                 const struct bl_value *object) {
  const struct bl_item *on = bl_member(object, ACCELERATE);
  if (object->count == 0)
    bl_problems_add(walk->problems, BL_P_MISSING_PROPERTY, path, object->at,
                    NULL, "sets nothing: give it one setting at least");
  if (on != NULL && on->value.type == BL_BOOLEAN && on->value.as.boolean &&
      bl_member(object, PREFERRED) == NULL) {
    struct bl_path own = bl_path_text(path, on->key);
    bl_problems_add(walk->problems, BL_P_INCOMPLETE, &own, bl_key_at(on),
                    "PreferredDomain",
                    "needs PreferredDomain, unless the tenant has one "
                    "federated domain alone");
  }
  default_only(walk, path, object, LOGIN);
  default_only(walk, path, object, HINT_POLICY);
}

static const struct bl_shape shape = BL_SHAPE(fields, rule);

const struct bl_kind bl_home_realm_discovery_policy = {
    .name = "homeRealmDiscoveryPolicy",
    .collection = "homeRealmDiscoveryPolicies",
    .wrapper = "HomeRealmDiscoveryPolicy",
    .shape = &shape,
    .targets = BL_ON_SERVICE_PRINCIPAL | BL_ON_ORGANIZATION,
    .doc = "where users are sent to sign in",
    .source = PAGE,
};
