#include "core/kinds.h"

#define PAGE "Graph: homeRealmDiscoveryPolicy resource type"
#define HINTS "Entra: prevent domain hints with home realm discovery"

static const char *const all_domains[] = {"all_domains", "*", NULL};
static const char *const all_apps[] = {"all_apps", "*", NULL};

/* clang-format off */
static const struct bl_field domain = {
  .name = "domain", .type = BL_STRING, .format = BL_DOMAIN,
  .flags = BL_FOLDED, .also_values = all_domains,
  .doc = "a domain, or * for all", .source = HINTS };

static const struct bl_field application = {
  .name = "application", .type = BL_STRING, .format = BL_GUID,
  .flags = BL_FOLDED, .also_values = all_apps,
  .doc = "the appId of an application, or * for all", .source = HINTS };

static const struct bl_field hint_fields[] = {
  { .name = "IgnoreDomainHintForDomains", .type = BL_ARRAY,
    .flags = BL_UNORDERED, .item = &domain,
    .doc = "domains whose hint is taken as absent", .source = HINTS },
  { .name = "RespectDomainHintForDomains", .type = BL_ARRAY,
    .flags = BL_UNORDERED, .item = &domain,
    .doc = "domains whose hint is followed, before all that ignore it",
    .source = HINTS },
  { .name = "IgnoreDomainHintForApps", .type = BL_ARRAY,
    .flags = BL_UNORDERED, .item = &application,
    .doc = "applications whose hint is taken as absent", .source = HINTS },
  { .name = "RespectDomainHintForApps", .type = BL_ARRAY,
    .flags = BL_UNORDERED, .item = &application,
    .doc = "applications whose hint is followed, before all that ignore it",
    .source = HINTS },
  { 0 },
};

static const struct bl_shape hints = {hint_fields, NULL};

static const struct bl_field login_fields[] = {
  { .name = "Enabled", .type = BL_BOOLEAN, .flags = BL_REQUIRED,
    .doc = "whether the email address signs in too", .source = PAGE },
  { 0 },
};

static const struct bl_shape login = {login_fields, NULL};

static const struct bl_field fields[] = {
  { .name = "AccelerateToFederatedDomain", .type = BL_BOOLEAN,
    .doc = "whether sign-in skips the page that asks for the user",
    .source = PAGE },
  { .name = "PreferredDomain", .type = BL_STRING, .format = BL_DOMAIN,
    .flags = BL_FOLDED,
    .doc = "a verified, federated domain of the tenant, to which sign-in goes",
    .source = PAGE },
  { .name = "AllowCloudPasswordValidation", .type = BL_BOOLEAN,
    .doc = "whether a federated user's name and password are checked in the "
           "cloud; needs password hash synchronisation",
    .source = PAGE },
  { .name = "AlternateIdLogin", .type = BL_OBJECT, .shape = &login,
    .doc = "email as alternate login ID; in the organization default only",
    .source = PAGE },
  { .name = "DomainHintPolicy", .type = BL_OBJECT, .shape = &hints,
    .doc = "which domain hints are followed; in the organization default only",
    .source = HINTS },
  { 0 },
};
/* clang-format on */

/* A setting that the service reads from the organization default alone. */
static void default_only(struct bl_walk *walk, const struct bl_path *path,
                         const struct bl_value *object, const char *key) {
  const struct bl_item *item = bl_value_find(object, key);
  struct bl_path own = bl_path_key(path, key);
  if (item != NULL && walk->organization_default == 0)
    bl_problems_add(walk->problems, BL_P_NO_EFFECT, &own, item->key_at, NULL,
                    "acts only in a policy with isOrganizationDefault = true");
}

static void rule(struct bl_walk *walk, const struct bl_path *path,
                 const struct bl_value *object) {
  const struct bl_item *on =
      bl_value_find(object, "AccelerateToFederatedDomain");
  if (object->count == 0)
    bl_problems_add(walk->problems, BL_P_MISSING_PROPERTY, path, object->at,
                    NULL, "sets nothing: give it one setting at least");
  if (on != NULL && on->value.type == BL_BOOLEAN && on->value.as.boolean &&
      bl_value_find(object, "PreferredDomain") == NULL) {
    struct bl_path own = bl_path_key(path, "AccelerateToFederatedDomain");
    bl_problems_add(walk->problems, BL_P_INCOMPLETE, &own, on->key_at,
                    "PreferredDomain",
                    "needs PreferredDomain, unless the tenant has one "
                    "federated domain alone");
  }
  default_only(walk, path, object, "AlternateIdLogin");
  default_only(walk, path, object, "DomainHintPolicy");
}

static const struct bl_shape shape = {fields, rule};

const struct bl_kind bl_home_realm_discovery_policy = {
    .name = "homeRealmDiscoveryPolicy",
    .collection = "homeRealmDiscoveryPolicies",
    .wrapper = "HomeRealmDiscoveryPolicy",
    .shape = &shape,
    .targets = BL_ON_SERVICE_PRINCIPAL | BL_ON_ORGANIZATION,
    .doc = "where users are sent to sign in",
    .source = PAGE,
};
