/* Every refusal of the token endpoint, with the platform's number, HTTP status,
 * error and words, and the JSON that they come in. */
#ifndef BL_AADSTS_H
#define BL_AADSTS_H

#include "incoming.h"

/* A % in the words stands for what the refusal is about. The number is 0 where
 * the platform gives none.
 * Source: Microsoft Entra authentication and authorization error codes; the
 * platform's own answers in public issues (Azure/login 515, 482;
 * azure-workload-identity 1200; microsoft-authentication-library-for-dotnet
 * 2746). The pairing of numbers with errors and statuses has moved over time:
 * invalid_client is 401, practically all others are 400. */
/* clang-format off */
#define BL_AADSTS_LIST(X)                                                     \
  /* the request */                                                           \
  X(BL_A_NO_PARAMETER, 900144, 400, "invalid_request",                        \
    "The request body must contain the following parameter: '%'.")            \
  X(BL_A_MISSING_FIELD, 90014, 400, "invalid_request",                        \
    "The required field '%' is missing from the credential.")                 \
  X(BL_A_MALFORMED, 9002313, 400, "invalid_request",                          \
    "Invalid request. Request is malformed or invalid.")                      \
  X(BL_A_POST_ONLY, 900561, 400, "invalid_request",                           \
    "The endpoint only accepts % requests. Received a % request.")            \
  X(BL_A_GRANT, 70003, 400, "unsupported_grant_type",                         \
    "The app requested an unsupported grant type '%'.")                       \
  /* the tenant */                                                            \
  X(BL_A_TENANT_UNKNOWN, 90002, 400, "invalid_request",                       \
    "Tenant '%' not found. Check to make sure you have the correct tenant "   \
    "ID and are signing into the correct cloud. Check with your "             \
    "subscription administrator, this may happen if there are no active "     \
    "subscriptions for the tenant.")                                          \
  X(BL_A_TENANT_FORM, 900023, 400, "invalid_request",                         \
    "Specified tenant identifier '%' is neither a valid DNS name, nor a "     \
    "valid external domain.")                                                 \
  X(BL_A_TENANT_NONE, 50059, 400, "invalid_request",                          \
    "No tenant-identifying information found in either the request or "       \
    "implied by any provided credentials.")                                   \
  X(BL_A_SINGLE_TENANT, 50194, 400, "invalid_request",                        \
    "Application '%'(%) is not configured as a multi-tenant application. "    \
    "Usage of the /common endpoint is not supported for such apps created "   \
    "after '10/15/2018'. Use a tenant-specific endpoint or configure the "    \
    "application to be multi-tenant.")                                        \
  X(BL_A_DEVICE_TENANT, 90133, 400, "invalid_request",                        \
    "Device Code flow is not supported under /common or /consumers "          \
    "endpoint.")                                                              \
  X(BL_A_OTHER_CLOUD, 90038, 400, "invalid_request",                          \
    "Tenant '%' request is being redirected to the National Cloud.")          \
  X(BL_A_CLOUD_CROSSED, 900382, 400, "invalid_request",                       \
    "Confidential Client is not supported in Cross Cloud request.")           \
  X(BL_A_CLOUD_CLIENT, 900432, 400, "invalid_request",                        \
    "Confidential Client is not supported in Cross Cloud request.")           \
  /* the application */                                                       \
  X(BL_A_APP_UNKNOWN, 700016, 400, "unauthorized_client",                     \
    "Application with identifier '%' was not found in the directory '%'. "    \
    "This can happen if the application has not been installed by the "       \
    "administrator of the tenant or consented to by any user in the tenant. " \
    "You may have sent your authentication request to the wrong tenant.")     \
  X(BL_A_APP_ABSENT, 70001, 400, "unauthorized_client",                       \
    "Application with identifier '%' was not found in the directory.")        \
  X(BL_A_APP_DISABLED, 7000112, 400, "unauthorized_client",                   \
    "Application '%'(%) is disabled.")                                        \
  X(BL_A_APP_PUBLIC, 700025, 401, "invalid_client",                           \
    "Client is public so neither 'client_assertion' nor 'client_secret' "     \
    "should be presented.")                                                   \
  X(BL_A_NOT_ASSIGNED, 50105, 400, "interaction_required",                    \
    "Your administrator has configured the application % to block users "     \
    "unless they are specifically granted ('assigned') access to the "        \
    "application.")                                                           \
  X(BL_A_APP_NOT_ASSIGNED, 501051, 400, "unauthorized_client",                \
    "Application '%' is not assigned to a role for the application '%'.")     \
  /* secrets */                                                               \
  X(BL_A_SECRET_WRONG, 7000215, 401, "invalid_client",                        \
    "Invalid client secret provided. Ensure the secret being sent in the "    \
    "request is the client secret value, not the client secret ID, for a "    \
    "secret added to app '%'.")                                               \
  X(BL_A_SECRET_EXPIRED, 7000222, 401, "invalid_client",                      \
    "The provided client secret keys for app '%' are expired. Visit the "     \
    "Azure portal to create new keys for your app, or consider using "        \
    "certificate credentials for added security.")                            \
  X(BL_A_NO_CREDENTIAL, 7000216, 401, "invalid_client",                       \
    "'client_assertion', 'client_secret' or 'request' is required for the "   \
    "'client_credentials' grant type.")                                       \
  X(BL_A_NOT_PUBLIC, 7000218, 401, "invalid_client",                          \
    "The request body must contain the following parameter: "                 \
    "'client_assertion' or 'client_secret'.")                                 \
  /* assertions */                                                            \
  X(BL_A_ASSERTION_FORM, 50027, 401, "invalid_client",                        \
    "JWT token is invalid or malformed.")                                     \
  X(BL_A_ASSERTION_KEY, 700027, 401, "invalid_client",                        \
    "The certificate with identifier used to sign the client assertion is "   \
    "not registered on application. [Reason - %., Thumbprint of key used by " \
    "client: '%', Please visit the Azure Portal, Graph Explorer or directly " \
    "use MS Graph to see configured keys for app Id '%'.]")                   \
  X(BL_A_ASSERTION_TIME, 700024, 401, "invalid_client",                       \
    "Client assertion is not within its valid time range. Current time: %, "  \
    "assertion valid from %, expiry time of assertion %.")                    \
  X(BL_A_ASSERTION_ISSUER, 700021, 401, "invalid_client",                     \
    "Client assertion application identifier doesn't match 'client_id' "      \
    "parameter.")                                                             \
  X(BL_A_ASSERTION_AUDIENCE, 700023, 401, "invalid_client",                   \
    "Client assertion audience claim does not match Realm issuer. Review "    \
    "the documentation at https://docs.microsoft.com/azure/active-directory/" \
    "develop/active-directory-certificate-credentials .")                     \
  X(BL_A_ASSERTION_REPLAY, 50012, 401, "invalid_client",                      \
    "Authentication failed. The client assertion has been used before.")      \
  X(BL_A_CERTIFICATE_SUBJECT, 700030, 401, "invalid_client",                  \
    "Invalid certificate - subject name in certificate is not authorized.")   \
  X(BL_A_CREDENTIALS, 70002, 401, "invalid_client",                           \
    "Error validating credentials.")                                          \
  /* federated credentials */                                                 \
  X(BL_A_FEDERATED, 70021, 401, "invalid_client",                             \
    "No matching federated identity record found for presented assertion.")   \
  X(BL_A_FEDERATED_ISSUER, 700211, 401, "invalid_client",                     \
    "No matching federated identity record found for presented assertion "    \
    "issuer '%'." BL_A_FEDERATED_HINT)                                        \
  X(BL_A_FEDERATED_AUDIENCE, 700212, 401, "invalid_client",                   \
    "No matching federated identity record found for presented assertion "    \
    "audience '%'." BL_A_FEDERATED_HINT)                                      \
  X(BL_A_FEDERATED_SUBJECT, 700213, 401, "invalid_client",                    \
    "No matching federated identity record found for presented assertion "    \
    "subject '%'." BL_A_FEDERATED_HINT)                                       \
  X(BL_A_FEDERATED_ISSUER_CASE, 7002137, 401, "invalid_client",               \
    "No matching federated identity record found for presented assertion "    \
    "issuer '%'. The issuer matches with case-insensitive comparison, but "   \
    "not with case-sensitive comparison." BL_A_FEDERATED_HINT)                \
  X(BL_A_FEDERATED_SUBJECT_CASE, 7002138, 401, "invalid_client",              \
    "No matching federated identity record found for presented assertion "    \
    "subject '%'. The subject matches with case-insensitive comparison, but " \
    "not with case-sensitive comparison." BL_A_FEDERATED_HINT)                \
  X(BL_A_EXTERNAL_ASSERTION, 50013, 400, "invalid_grant",                     \
    "Assertion failed signature validation. [Reason - %.]")                   \
  X(BL_A_EXTERNAL_ISSUER, 50166, 400, "invalid_request",                      \
    "Request to External OIDC endpoint failed: '%' could not be reached.")    \
  /* scopes and resources */                                                  \
  X(BL_A_SCOPE_DEFAULT, 1002012, 400, "invalid_scope",                        \
    "The provided value for scope % is not valid. Client credential flows "   \
    "must have a scope value with /.default suffixed to the resource "        \
    "identifier (application ID URI).")                                       \
  X(BL_A_SCOPE, 70011, 400, "invalid_scope",                                  \
    "The provided request must include a 'scope' input parameter. The "       \
    "provided value for the input parameter 'scope' is not valid. The scope " \
    "% is not valid.")                                                        \
  X(BL_A_SCOPE_NAME, 28002, 400, "invalid_scope",                             \
    "Provided value for the input parameter scope '%' isn't valid when "      \
    "requesting an access token. Specify a valid scope.")                     \
  X(BL_A_SCOPE_EMPTY, 28003, 400, "invalid_scope",                            \
    "Provided value for the input parameter scope can't be empty when "       \
    "requesting an access token using the provided authorization code. "      \
    "Specify a valid scope.")                                                 \
  X(BL_A_SCOPE_TWO, 28000, 400, "invalid_scope",                              \
    "Provided value for the input parameter scope is not valid because it "   \
    "contains more than one resource. Scope % is not valid.")                 \
  X(BL_A_RESOURCES_TWO, 700022, 400, "invalid_scope",                         \
    "Multiple resources are not supported in one request; the scopes of '%' " \
    "and '%' were asked for.")                                                \
  X(BL_A_RESOURCE, 500011, 400, "invalid_resource",                           \
    "The resource principal named % was not found in the tenant named %. "    \
    "This can happen if the application has not been installed by the "       \
    "administrator of the tenant or consented to by any user in the tenant. " \
    "You might have sent your authentication request to the wrong tenant.")   \
  X(BL_A_RESOURCE_DISABLED, 50001, 400, "invalid_resource",                   \
    "The resource principal named % is disabled or was not found.")           \
  /* the device code */                                                       \
  X(BL_A_PENDING, 70016, 400, "authorization_pending",                        \
    "OAuth 2.0 device flow error. Authorization is pending. Continue "        \
    "polling.")                                                               \
  X(BL_A_SLOW_DOWN, 0, 400, "slow_down",                                      \
    "OAuth 2.0 device flow error. Polled too soon; wait five seconds more "   \
    "between polls.")                                                         \
  X(BL_A_DECLINED, 0, 400, "authorization_declined",                          \
    "OAuth 2.0 device flow error. The user has declined the request.")        \
  X(BL_A_DEVICE_CODE, 70018, 400, "bad_verification_code",                    \
    "OAuth 2.0 device flow error. The 'device_code' is not known.")           \
  X(BL_A_DEVICE_EXPIRED, 70020, 400, "expired_token",                         \
    "The provided value for the input parameter 'device_code' is not valid. " \
    "This device code has expired.")                                          \
  X(BL_A_DEVICE_USED, 70019, 400, "expired_token",                            \
    "Verification code expired. Have the user retry the sign-in.")            \
  /* the user */                                                              \
  X(BL_A_REFRESH, 70008, 400, "invalid_grant",                                \
    "The provided authorization code or refresh token has expired due to "    \
    "inactivity. Send a new interactive authorization request for this user " \
    "and resource.")                                                          \
  X(BL_A_REFRESH_IDLE, 700082, 400, "invalid_grant",                          \
    "The refresh token has expired due to inactivity. The token was issued "  \
    "on % and was inactive for %.")                                           \
  X(BL_A_REFRESH_SPA, 700084, 400, "invalid_grant",                           \
    "The refresh token was issued to a single page app (SPA), and therefore " \
    "has a fixed, limited lifetime of 1.00:00:00, which cannot be extended.") \
  X(BL_A_REVOKED, 50173, 400, "invalid_grant",                                \
    "The provided grant has expired due to it being revoked, a fresh auth "   \
    "token is needed. The user might have changed or reset their password.")  \
  X(BL_A_FREQUENCY, 70043, 400, "invalid_grant",                              \
    "The refresh token has expired or is invalid due to sign-in frequency "   \
    "checks by conditional access.")                                          \
  X(BL_A_MFA_OLD, 50078, 400, "invalid_grant",                                \
    "Presented multi-factor authentication has expired due to policies "      \
    "configured by your administrator, you must refresh your multi-factor "   \
    "authentication to access '%'.")                                          \
  X(BL_A_MFA, 50076, 400, "interaction_required",                             \
    "Due to a configuration change made by your administrator, or because "   \
    "you moved to a new location, you must use multi-factor authentication "  \
    "to access '%'.")                                                         \
  X(BL_A_MFA_ENROL, 50079, 400, "interaction_required",                       \
    "Due to a configuration change made by your administrator, or because "   \
    "you moved to a new location, you must enroll in multi-factor "           \
    "authentication to access '%'.")                                          \
  X(BL_A_MFA_SETUP, 50072, 400, "interaction_required",                       \
    "Due to a configuration change made by your administrator, or because "   \
    "you moved to a new location, you must enroll in multi-factor "           \
    "authentication to access '%'.")                                          \
  X(BL_A_CONSENT, 65001, 400, "invalid_grant",                                \
    "The user or administrator has not consented to use the application "     \
    "with ID '%' named '%'. Send an interactive authorization request for "   \
    "this user and resource.")                                                \
  X(BL_A_MISCONFIGURED, 650056, 400, "invalid_grant",                         \
    "Misconfigured application. This could be due to one of the following: "  \
    "the client has not listed any permissions for '%' in the requested "     \
    "permissions in the client's application registration.")                  \
  X(BL_A_NOT_LISTED, 650057, 400, "invalid_grant",                            \
    "Invalid resource. The client has requested access to a resource which "  \
    "is not listed in the requested permissions in the client's application " \
    "registration. Client app ID: %.")                                        \
  /* conditional access */                                                    \
  X(BL_A_ACCESS_BLOCKED, 53003, 400, "access_denied",                         \
    "Access has been blocked by Conditional Access policies. The access "     \
    "policy does not allow token issuance.")                                  \
  X(BL_A_DEVICE_COMPLIANCE, 53000, 400, "interaction_required",               \
    "Your device is required to be managed to access this resource.")         \
  X(BL_A_DEVICE_JOINED, 53001, 400, "interaction_required",                   \
    "Your device is required to be domain joined to access this resource.")   \
  /* the platform's own trouble */                                            \
  X(BL_A_LOOP, 50196, 400, "invalid_grant",                                   \
    "The server terminated an operation because it encountered a client "     \
    "request loop. Please contact your app vendor.")                          \
  X(BL_A_THROTTLED, 90055, 429, "temporarily_unavailable",                    \
    "The request was throttled because of too many requests of this "         \
    "tenant.")                                                                \
  X(BL_A_TRANSIENT, 90033, 503, "temporarily_unavailable",                    \
    "A transient error has occurred. Please try again.")                      \
  X(BL_A_RETRY, 90006, 503, "server_error",                                   \
    "An external resource failed, and the request can be tried again.")       \
  X(BL_A_BUSY, 90024, 503, "temporarily_unavailable",                         \
    "RequestBudgetExceededError - A transient error has occurred. Try "       \
    "again.")                                                                 \
  X(BL_A_TRANSIENT_FAULT, 50033, 503, "temporarily_unavailable",              \
    "RetryableError - A transient error not related to the database has "     \
    "occurred.")                                                              \
  X(BL_A_GRAPH_RETRY, 90090, 503, "temporarily_unavailable",                  \
    "GraphRetryableError - The service is temporarily unavailable.")          \
  X(BL_A_TIMEOUT, 90012, 504, "temporarily_unavailable",                      \
    "RequestTimeout - The request has timed out.")
/* clang-format on */

#define BL_A_FEDERATED_HINT                                                    \
  " Check your federated identity credential Subject, Audience and Issuer "    \
  "against the presented assertion. "                                          \
  "https://learn.microsoft.com/entra/workload-id/workload-identity-federation"

enum bl_aadsts {
#define X(name, number, status, error, words) name,
  BL_AADSTS_LIST(X)
#undef X
      BL_A_COUNT
};

#define BL_JSON_TYPE "application/json; charset=utf-8"

/* The refusal with that number; BL_A_COUNT: there is none. */
enum bl_aadsts bl_aadsts_numbered(long number);

/* Fills the reply. `about` are what it is about, in the order of the words:
 * three texts, each left out where its bytes are NULL. `now_ms` is the clock's.
 * Always succeeds, as bl_refuse. */
void bl_aadsts_refuse(struct bl_incoming *request, enum bl_aadsts refusal,
                      const struct bl_text about[3], int64_t now_ms);

#endif
