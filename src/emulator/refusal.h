/* Every refusal the emulator knows, with Graph's status, code and message, and
 * the envelope they come in. */
#ifndef BL_REFUSAL_H
#define BL_REFUSAL_H

#include "core/problem.h"
#include "incoming.h"

/* A % in a message stands for what the refusal is about.
 * Source: Graph's error pages, and the service's own answers in public issues:
 * entra-docs 121 (definition), msgraph-sdk-powershell 3227 (StartObject),
 * microsoft-graph-docs-contrib 1114 (uniqueness), microsoft-graph-docs 6908
 * (identifier). Ours, as nobody tells them: the codes of 413, 415 and 503, and
 * the messages of BL_R_BAD_URL, BL_R_BAD_QUERY, 413, 415, 500 and 503. */
/* clang-format off */
#define BL_REFUSAL_LIST(X)                                                    \
  X(BL_R_NO_TOKEN, 401, "InvalidAuthenticationToken",                         \
    "Access token is empty.")                                                 \
  X(BL_R_WRONG_TOKEN, 401, "InvalidAuthenticationToken",                      \
    "CompactToken parsing failed with error code: 80049217")                  \
  X(BL_R_UNTRUSTED_TOKEN, 401, "InvalidAuthenticationToken",                  \
    "Access token validation failure.")                                       \
  X(BL_R_AUDIENCE, 401, "InvalidAuthenticationToken",                         \
    "Access token validation failure. Invalid audience.")                     \
  X(BL_R_EXPIRED, 401, "InvalidAuthenticationToken",                          \
    "Lifetime validation failed, the token is expired.")                      \
  X(BL_R_NOT_YET, 401, "InvalidAuthenticationToken",                          \
    "Access token has expired or is not yet valid.")                          \
  X(BL_R_REVOKED, 401, "InvalidAuthenticationToken",                          \
    "Continuous access evaluation resulted in challenge with result: "        \
    "InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp")     \
  X(BL_R_FORBIDDEN, 403, "Authorization_RequestDenied",                       \
    "Insufficient privileges to complete the operation.")                     \
  X(BL_R_BAD_URL, 400, "Request_InvalidRequestUrl",                           \
    "The request URL is not valid: '%' cannot be decoded.")                   \
  X(BL_R_NO_SEGMENT, 400, "BadRequest",                                       \
    "Resource not found for the segment '%'.")                                \
  X(BL_R_NO_METHOD, 405, "Request_BadRequest",                                \
    "Specified HTTP method is not allowed for the request target.")           \
  X(BL_R_BAD_ID, 400, "Request_BadRequest",                                   \
    "Invalid object identifier '%'.")                                         \
  X(BL_R_BAD_QUERY, 400, "Request_UnsupportedQuery",                          \
    "Unsupported Query: the option '%' is not served.")                       \
  X(BL_R_TOO_LARGE, 413, "RequestEntityTooLarge",                             \
    "The request body is larger than 4194304 bytes.")                         \
  X(BL_R_MEDIA_TYPE, 415, "UnsupportedMediaType",                             \
    "The media type '%' is not supported; send application/json in UTF-8.")   \
  X(BL_R_ENCODING, 415, "UnsupportedMediaType",                               \
    "The content encoding '%' is not supported; send the body as it is.")     \
  X(BL_R_UNREADABLE, 400, "BadRequest",                                       \
    "Unable to read JSON request payload. Please ensure Content-Type header " \
    "is set and payload is of valid JSON format.")                            \
  X(BL_R_START_OBJECT, 400, "Request_BadRequest",                             \
    "An unexpected 'StartObject' node was found for property named '' when "  \
    "reading from the JSON reader. A 'PrimitiveValue' node was expected.")    \
  X(BL_R_NO_ARRAY, 400, "Request_BadRequest",                                 \
    "An unexpected 'PrimitiveValue' node was found for property named "       \
    "'definition' when reading from the JSON reader. A 'StartArray' node "    \
    "was expected.")                                                          \
  X(BL_R_DEFINITION, 400, "Request_BadRequest",                               \
    "Property definition has an invalid value.")                              \
  X(BL_R_MISSING, 400, "Request_BadRequest",                                  \
    "A value is required for property '%' of resource '%'.")                  \
  X(BL_R_VALUE, 400, "Request_BadRequest",                                    \
    "Invalid value specified for property '%' of resource '%'.")              \
  X(BL_R_SECOND_DEFAULT, 400, "Request_MultipleObjectsWithSameKeyValue",      \
    "Request contains property changes that would result in "                 \
    "property-uniqueness violation(s). Please retry your request with "       \
    "corrected values.")                                                      \
  X(BL_R_NOT_FOUND, 404, "Request_ResourceNotFound",                          \
    "Resource '%' does not exist or one of its queried reference-property "   \
    "objects are not present.")                                               \
  X(BL_R_STORE, 500, "Service_InternalServerError",                           \
    "Encountered an internal server error: the store refused (%).")           \
  X(BL_R_BUSY, 503, "ServiceUnavailable",                                     \
    "The emulator is out of memory or busy beyond its limits; retry later.")  \
  X(BL_R_STOPPING, 503, "ServiceUnavailable",                                 \
    "The emulator is being stopped.")
/* clang-format on */

enum bl_refusal {
#define X(name, status, code, message) name,
  BL_REFUSAL_LIST(X)
#undef X
      BL_R_COUNT
};

/* Fills the reply with a refusal. `a` and `b` are what it is about, in the
 * order of the message, UTF-8 or left out; the errors among `problems` (or
 * NULL) become its details, for the service is opaque and the emulator helps.
 * Always succeeds: without memory the envelope is shorter. */
void bl_refuse(struct bl_incoming *request, enum bl_refusal refusal,
               struct bl_text a, struct bl_text b,
               const struct bl_problems *problems);

/* The same with nothing to be said about it. */
void bl_refuse_plainly(struct bl_incoming *request, enum bl_refusal refusal);

/* The same about one C string. */
void bl_refuse_about(struct bl_incoming *request, enum bl_refusal refusal,
                     const char *text);

#endif
