#include "mishaps.h"

#include <stddef.h>
#include <string.h>

/* The first row of a status is its own. Source: Graph: Microsoft Graph error
 * responses and resource types, throttling guidance, and answers that were
 * published; where a code is documented without a message, the status's words.
 */
/* clang-format off */
static const struct bl_mishap mishaps[] = {
  { 400, "Request_BadRequest", "One or more property values specified are invalid." },
  { 400, "BadRequest", "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format." },
  { 400, "Request_UnsupportedQuery", "Unsupported Query." },
  { 400, "Directory_ExpiredPageToken", "The specified page token is expired." },
  { 401, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired." },
  { 401, "Authentication_ExpiredToken", "Your access token has expired. Please renew it before submitting the request." },
  { 401, "Authentication_MissingOrMalformed", "Access Token missing or malformed." },
  { 402, "PaymentRequired", "The payment requirements for the API have not been met." },
  { 403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation." },
  { 403, "Authorization_IdentityNotFound", "The identity of the calling application could not be established." },
  { 403, "Directory_QuotaExceeded", "The directory object quota limit for the Principal has been exceeded." },
  { 404, "Request_ResourceNotFound", "Resource '%' does not exist or one of its queried reference-property objects are not present." },
  { 404, "Directory_ObjectNotFound", "Unable to read the company information from the directory." },
  { 405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target." },
  { 406, "NotAcceptable", "The format requested in the Accept header is not supported." },
  { 408, "RequestTimeout", "The request timed out." },
  { 409, "Directory_ConcurrencyViolation", "Error due to concurrent requests being made to the tenant. Please wait briefly and retry." },
  { 409, "Request_MultipleObjectsWithSameKeyValue", "Another object with the same value for property displayName already exists." },
  { 410, "Gone", "The requested resource is no longer available at the server." },
  { 411, "LengthRequired", "A Content-Length header is required on the request." },
  { 412, "PreconditionFailed", "A precondition provided in the request does not match the resource's current state." },
  { 413, "RequestEntityTooLarge", "The request size exceeds the maximum limit." },
  { 415, "UnsupportedMediaType", "The content type of the request is a format that is not supported by the service." },
  { 422, "UnprocessableEntity", "Cannot process the request because it is semantically incorrect." },
  { 423, "Locked", "The resource that is being accessed is locked." },
  { 424, "FailedDependency", "The request failed because a request that it depended upon failed." },
  { 429, "TooManyRequests", "Please retry again later." },
  { 429, "UnknownError", "" },
  { 429, "activityLimitReached", "The app or user has been throttled." },
  { 429, "Request_ThrottledTemporarily", "Your request is throttled temporarily. Please try after a few seconds." },
  { 500, "Service_InternalServerError", "Encountered an internal server error." },
  { 500, "generalException", "An unspecified error has occurred." },
  { 501, "NotImplemented", "The requested feature isn't implemented." },
  { 502, "BadGateway", "The gateway received an invalid answer." },
  { 503, "ServiceUnavailable", "The service is temporarily unavailable. You may repeat the request after a delay." },
  { 503, "serviceNotAvailable", "The service is not available. Try the request again after a delay." },
  { 503, "Directory_ReplicaUnavailable", "The preferred replica is unavailable. Please retry without the session key." },
  { 504, "GatewayTimeout", "The server, while acting as a proxy, did not receive a timely response from the upstream server." },
  { 507, "InsufficientStorage", "The maximum storage quota has been reached." },
  { 509, "BandwidthLimitExceeded", "Your app has been throttled for exceeding the maximum bandwidth cap." },
};
/* clang-format on */

#define COUNT (sizeof mishaps / sizeof *mishaps)

const struct bl_mishap *bl_mishap_of_status(unsigned status) {
  static const struct bl_mishap other = {0, "UnknownError", ""};
  for (size_t i = 0; i < COUNT; i++)
    if (mishaps[i].status == status) return &mishaps[i];
  return &other;
}

const struct bl_mishap *bl_mishap_of_code(const char *code) {
  for (size_t i = 0; i < COUNT; i++)
    if (strcmp(mishaps[i].code, code) == 0) return &mishaps[i];
  return NULL;
}
