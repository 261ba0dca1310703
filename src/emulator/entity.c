#include "entity.h"

#include "core/format.h"

/* clang-format off */

/* --- complex types: those whose parts matter here have rows ---------------- */

static const struct bl_entity anything = { .name = "openType" };

/* Source: Graph: apiApplication resource type */
static const struct bl_property api_rows[] = {
  { "acceptMappedClaims",          BL_EDM_BOOLEAN, 0, NULL, NULL },
  { "knownClientApplications",     BL_EDM_GUID, BL_MANY, NULL, "[]" },
  { "requestedAccessTokenVersion", BL_EDM_INT32, 0, NULL, NULL },
  { "oauth2PermissionScopes",      BL_EDM_COMPLEX, BL_MANY, &anything, "[]" },
  { "preAuthorizedApplications",   BL_EDM_COMPLEX, BL_MANY, &anything, "[]" },
  { 0 },
};
static const struct bl_entity api = { .name = "apiApplication",
  .properties = api_rows };

static const struct bl_property redirect_rows[] = {
  { "redirectUris", BL_EDM_STRING, BL_MANY, NULL, "[]" },
  { 0 },
};
static const struct bl_entity public_client = {
  .name = "publicClientApplication", .properties = redirect_rows };
static const struct bl_entity spa = { .name = "spaApplication",
  .properties = redirect_rows };

static const struct bl_property implicit_rows[] = {
  { "enableAccessTokenIssuance", BL_EDM_BOOLEAN, 0, NULL, "false" },
  { "enableIdTokenIssuance",     BL_EDM_BOOLEAN, 0, NULL, "false" },
  { 0 },
};
static const struct bl_entity implicit = { .name = "implicitGrantSettings",
  .properties = implicit_rows };

/* Source: Graph: webApplication resource type */
static const struct bl_property web_rows[] = {
  { "homePageUrl",           BL_EDM_STRING, 0, NULL, NULL },
  { "logoutUrl",             BL_EDM_STRING, 0, NULL, NULL },
  { "redirectUris",          BL_EDM_STRING, BL_MANY, NULL, "[]" },
  { "implicitGrantSettings", BL_EDM_COMPLEX, 0, &implicit, NULL },
  { "redirectUriSettings",   BL_EDM_COMPLEX, BL_MANY, &anything, "[]" },
  { 0 },
};
static const struct bl_entity web = { .name = "webApplication",
  .properties = web_rows };

static const struct bl_property info_rows[] = {
  { "logoUrl",             BL_EDM_STRING, BL_SERVICE, NULL, NULL },
  { "marketingUrl",        BL_EDM_STRING, 0, NULL, NULL },
  { "privacyStatementUrl", BL_EDM_STRING, 0, NULL, NULL },
  { "supportUrl",          BL_EDM_STRING, 0, NULL, NULL },
  { "termsOfServiceUrl",   BL_EDM_STRING, 0, NULL, NULL },
  { 0 },
};
static const struct bl_entity info = { .name = "informationalUrl",
  .properties = info_rows };

static const struct bl_property parental_rows[] = {
  { "countriesBlockedForMinors", BL_EDM_STRING, BL_MANY, NULL, "[]" },
  { "legalAgeGroupRule",         BL_EDM_STRING, 0, NULL, "\"Allow\"" },
  { 0 },
};
static const struct bl_entity parental = { .name = "parentalControlSettings",
  .properties = parental_rows };

static const struct bl_property publisher_rows[] = {
  { "displayName",         BL_EDM_STRING, 0, NULL, NULL },
  { "verifiedPublisherId", BL_EDM_STRING, 0, NULL, NULL },
  { "addedDateTime",       BL_EDM_DATE, 0, NULL, NULL },
  { 0 },
};
static const struct bl_entity publisher = { .name = "verifiedPublisher",
  .properties = publisher_rows };

/* --- entities --------------------------------------------------------------- */

/* Source: Graph: application resource type, and Create application's answer. */
static const struct bl_property application_rows[] = {
  { "id",                        BL_EDM_STRING, BL_SERVICE, NULL, NULL },
  { "deletedDateTime",           BL_EDM_DATE, BL_SERVICE, NULL, NULL },
  { "appId",                     BL_EDM_STRING, BL_SERVICE, NULL, NULL },
  { "applicationTemplateId",     BL_EDM_STRING, BL_SERVICE, NULL, NULL },
  { "disabledByMicrosoftStatus", BL_EDM_STRING, BL_SERVICE, NULL, NULL },
  { "createdDateTime",           BL_EDM_DATE, BL_SERVICE, NULL, NULL },
  { "displayName",               BL_EDM_STRING, BL_NEEDED | BL_NOT_NULL, NULL,
    NULL },
  { "description",               BL_EDM_STRING, 0, NULL, NULL },
  { "groupMembershipClaims",     BL_EDM_STRING, 0, NULL, NULL },
  { "identifierUris",            BL_EDM_STRING, BL_MANY, NULL, "[]" },
  { "isDeviceOnlyAuthSupported", BL_EDM_BOOLEAN, 0, NULL, NULL },
  { "isFallbackPublicClient",    BL_EDM_BOOLEAN, 0, NULL, NULL },
  { "nativeAuthenticationApisEnabled", BL_EDM_STRING, 0, NULL, NULL },
  { "notes",                     BL_EDM_STRING, 0, NULL, NULL },
  { "publisherDomain",           BL_EDM_STRING, BL_SERVICE, NULL, NULL },
  { "samlMetadataUrl",           BL_EDM_STRING, 0, NULL, NULL },
  { "serviceManagementReference", BL_EDM_STRING, 0, NULL, NULL },
  { "signInAudience",            BL_EDM_STRING, 0, NULL,
    "\"AzureADMyOrg\"" },
  { "tags",                      BL_EDM_STRING, BL_MANY, NULL, "[]" },
  { "tokenEncryptionKeyId",      BL_EDM_GUID, 0, NULL, NULL },
  { "uniqueName",                BL_EDM_STRING, BL_SERVICE, NULL, NULL },
  { "defaultRedirectUri",        BL_EDM_STRING, 0, NULL, NULL },
  { "optionalClaims",            BL_EDM_COMPLEX, 0, &anything, "null" },
  { "certification",             BL_EDM_COMPLEX, BL_SERVICE, &anything,
    "null" },
  { "requestSignatureVerification", BL_EDM_COMPLEX, 0, &anything, "null" },
  { "servicePrincipalLockConfiguration", BL_EDM_COMPLEX, 0, &anything,
    "null" },
  { "addIns",                    BL_EDM_COMPLEX, BL_MANY, &anything, "[]" },
  { "api",                       BL_EDM_COMPLEX, 0, &api, NULL },
  { "appRoles",                  BL_EDM_COMPLEX, BL_MANY, &anything, "[]" },
  { "info",                      BL_EDM_COMPLEX, 0, &info, NULL },
  { "keyCredentials",            BL_EDM_COMPLEX, BL_MANY, &anything, "[]" },
  { "parentalControlSettings",   BL_EDM_COMPLEX, 0, &parental, NULL },
  { "passwordCredentials",       BL_EDM_COMPLEX, BL_MANY, &anything, "[]" },
  { "publicClient",              BL_EDM_COMPLEX, 0, &public_client, NULL },
  { "requiredResourceAccess",    BL_EDM_COMPLEX, BL_MANY, &anything, "[]" },
  { "verifiedPublisher",         BL_EDM_COMPLEX, BL_SERVICE, &publisher, NULL },
  { "web",                       BL_EDM_COMPLEX, 0, &web, NULL },
  { "spa",                       BL_EDM_COMPLEX, 0, &spa, NULL },
  { 0 },
};
const struct bl_entity bl_application = { "application", "applications",
  "Application", BL_ON_APPLICATION, application_rows };

/* Source: Graph: servicePrincipal resource type, and Create servicePrincipal's
 * answer. */
static const struct bl_property service_principal_rows[] = {
  { "id",                        BL_EDM_STRING, BL_SERVICE, NULL, NULL },
  { "deletedDateTime",           BL_EDM_DATE, BL_SERVICE, NULL, NULL },
  { "accountEnabled",            BL_EDM_BOOLEAN, 0, NULL, "true" },
  { "alternativeNames",          BL_EDM_STRING, BL_MANY, NULL, "[]" },
  { "appDisplayName",            BL_EDM_STRING, BL_SERVICE, NULL, NULL },
  { "appDescription",            BL_EDM_STRING, BL_SERVICE, NULL, NULL },
  { "appId",                     BL_EDM_STRING, BL_NEEDED | BL_NOT_NULL |
    BL_ON_CREATE, NULL, NULL },
  { "applicationTemplateId",     BL_EDM_STRING, BL_SERVICE, NULL, NULL },
  { "appOwnerOrganizationId",    BL_EDM_GUID, BL_SERVICE, NULL, NULL },
  { "appRoleAssignmentRequired", BL_EDM_BOOLEAN, BL_NOT_NULL, NULL, "false" },
  { "createdDateTime",           BL_EDM_DATE, BL_SERVICE, NULL, NULL },
  { "description",               BL_EDM_STRING, 0, NULL, NULL },
  { "disabledByMicrosoftStatus", BL_EDM_STRING, BL_SERVICE, NULL, NULL },
  { "displayName",               BL_EDM_STRING, 0, NULL, NULL },
  { "homepage",                  BL_EDM_STRING, 0, NULL, NULL },
  { "loginUrl",                  BL_EDM_STRING, 0, NULL, NULL },
  { "logoutUrl",                 BL_EDM_STRING, 0, NULL, NULL },
  { "notes",                     BL_EDM_STRING, 0, NULL, NULL },
  { "notificationEmailAddresses", BL_EDM_STRING, BL_MANY, NULL, "[]" },
  { "preferredSingleSignOnMode", BL_EDM_STRING, 0, NULL, NULL },
  { "preferredTokenSigningKeyThumbprint", BL_EDM_STRING, 0, NULL, NULL },
  { "replyUrls",                 BL_EDM_STRING, BL_MANY, NULL, "[]" },
  { "servicePrincipalNames",     BL_EDM_STRING, BL_MANY, NULL, "[]" },
  { "servicePrincipalType",      BL_EDM_STRING, BL_SERVICE, NULL,
    "\"Application\"" },
  { "signInAudience",            BL_EDM_STRING, BL_SERVICE, NULL, NULL },
  { "tags",                      BL_EDM_STRING, BL_MANY, NULL, "[]" },
  { "tokenEncryptionKeyId",      BL_EDM_GUID, 0, NULL, NULL },
  { "samlSingleSignOnSettings",  BL_EDM_COMPLEX, 0, &anything, "null" },
  { "addIns",                    BL_EDM_COMPLEX, BL_MANY, &anything, "[]" },
  { "appRoles",                  BL_EDM_COMPLEX, BL_MANY, &anything, "[]" },
  { "info",                      BL_EDM_COMPLEX, BL_SERVICE, &info, NULL },
  { "keyCredentials",            BL_EDM_COMPLEX, BL_MANY, &anything, "[]" },
  { "oauth2PermissionScopes",    BL_EDM_COMPLEX, BL_MANY, &anything, "[]" },
  { "passwordCredentials",       BL_EDM_COMPLEX, BL_MANY, &anything, "[]" },
  { "resourceSpecificApplicationPermissions", BL_EDM_COMPLEX,
    BL_MANY | BL_SERVICE, &anything, "[]" },
  { "verifiedPublisher",         BL_EDM_COMPLEX, BL_SERVICE, &publisher, NULL },
  { 0 },
};
const struct bl_entity bl_service_principal = { "servicePrincipal",
  "servicePrincipals", "ServicePrincipal", BL_ON_SERVICE_PRINCIPAL,
  service_principal_rows };

/* Source: Graph: stsPolicy resource type */
static const struct bl_property policy_rows[] = {
  { "id",                    BL_EDM_STRING, BL_SERVICE, NULL, NULL },
  { "deletedDateTime",       BL_EDM_DATE, BL_SERVICE, NULL, NULL },
  { "definition",            BL_EDM_STRING, BL_MANY | BL_NEEDED, NULL, NULL },
  { "displayName",           BL_EDM_STRING, BL_NEEDED, NULL, NULL },
  { "isOrganizationDefault", BL_EDM_BOOLEAN, 0, NULL, "false" },
  { 0 },
};
const struct bl_entity bl_sts_policy = { .name = "stsPolicy",
  .resource = "Policy", .properties = policy_rows };

/* Source: Graph beta: policy resource type (2019) */
static const struct bl_property legacy_rows[] = {
  { "id",                    BL_EDM_STRING, BL_SERVICE, NULL, NULL },
  { "alternativeIdentifier", BL_EDM_STRING, BL_SERVICE, NULL, NULL },
  { "definition",            BL_EDM_STRING, BL_MANY | BL_NEEDED, NULL, NULL },
  { "displayName",           BL_EDM_STRING, BL_NEEDED, NULL, NULL },
  { "isOrganizationDefault", BL_EDM_BOOLEAN, 0, NULL, "false" },
  { "keyCredentials",        BL_EDM_COMPLEX, BL_MANY | BL_SERVICE, &anything,
    "[]" },
  { "type",                  BL_EDM_STRING, BL_NEEDED, NULL, NULL },
  { 0 },
};
const struct bl_entity bl_legacy_policy = { .name = "policy",
  .resource = "Policy", .properties = legacy_rows };
/* clang-format on */

/* --- looking up ------------------------------------------------------------
 */

static const struct bl_entity *const objects[] = {&bl_application,
                                                  &bl_service_principal, NULL};

static bool same(struct bl_text text, const char *name) {
  return bl_text_same_folded(text, bl_text_of(name));
}

const struct bl_entity *bl_entity_of_collection(struct bl_text segment) {
  const struct bl_entity *const *e = objects;
  while (*e != NULL && !same(segment, (*e)->collection)) e++;
  return *e;
}

const struct bl_entity *bl_entity_named(struct bl_text name) {
  const struct bl_entity *const *e = objects;
  while (*e != NULL && !bl_text_is(name, (*e)->name)) e++;
  return *e;
}

const struct bl_property *bl_property_named(const struct bl_entity *entity,
                                            struct bl_text name) {
  const struct bl_property *p = entity->properties;
  for (; p != NULL && p->name != NULL; p++)
    if (bl_text_is(name, p->name)) return p;
  return NULL;
}

bool bl_carries(const struct bl_entity *entity, const struct bl_kind *kind) {
  return (kind->targets & entity->target) != 0;
}

/* Source: Graph's metadata: applications have a navigation to home realm
 * discovery policies, over which nothing can be assigned. */
bool bl_navigates(const struct bl_entity *entity, const struct bl_kind *kind) {
  return bl_carries(entity, kind) ||
         (entity == &bl_application && kind == &bl_home_realm_discovery_policy);
}
