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
 * (identifier); msgraph-sdk-go 599 and microsoft-graph-docs 22101 (operator),
 * msgraph-beta-sdk-dotnet 563 (select), microsoft-graph-docs-contrib 9437
 * (filter clause), terraform-provider-azuread (name in use, references),
 * msgraph-sdk-javascript 1451 and ms-365-mcp-server 677 (batch); OData's own
 * library for the words on filters, options and counts. Ours, as nobody tells
 * them: the codes of 406, 413, 415, 424 and 503, and the messages of
 * BL_R_BAD_URL, BL_R_BAD_QUERY, BL_R_EXPIRED_PAGE, BL_R_BAD_SKIPTOKEN,
 * BL_R_BAD_ORDER, BL_R_EXPANDED_TWICE, BL_R_MANAGED, BL_R_ASSIGNED,
 * BL_R_NESTED, BL_R_BATCH_SIZE, 406, 413, 415, 424, 500 and 503. */
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
  X(BL_R_BAD_SELECT, 400, "BadRequest",                                       \
    "Parsing OData Select and Expand failed: Could not find a property named "\
    "'%' on type 'microsoft.graph.%'.")                                       \
  X(BL_R_EXPANDED_TWICE, 400, "Request_BadRequest",                           \
    "Only one property can be expanded in a single query.")                   \
  X(BL_R_BAD_FILTER, 400, "BadRequest",                                       \
    "Invalid filter clause: %")                                               \
  X(BL_R_OPERATOR, 400, "Request_UnsupportedQuery",                           \
    "Filter operator '%' is not supported.")                                  \
  X(BL_R_FILTER_PROPERTY, 400, "Request_UnsupportedQuery",                    \
    "Unsupported or invalid query filter clause specified for property '%' "  \
    "of resource '%'.")                                                       \
  X(BL_R_INTERNAL, 500, "Service_InternalServerError",                        \
    "Encountered an internal server error.")                                  \
  X(BL_R_PAGE_SIZE, 400, "Request_UnsupportedQuery",                          \
    "Invalid page size specified: '%'. Must be between 1 and 999 inclusive.") \
  X(BL_R_SORT, 400, "Request_UnsupportedQuery",                               \
    "Unsupported sort property '%' for '%'.")                                 \
  X(BL_R_BAD_ORDER, 400, "BadRequest",                                        \
    "Invalid orderby clause: Syntax error in '%'.")                           \
  X(BL_R_BAD_COUNT, 400, "BadRequest",                                        \
    "Invalid value '%' for $count query option found. Valid values are "      \
    "'true' and 'false'.")                                                    \
  X(BL_R_NO_COUNT, 400, "Request_BadRequest",                                 \
    "$count is not currently supported.")                                     \
  X(BL_R_SEARCH, 400, "Request_UnsupportedQuery",                             \
    "Request with $search query parameter only works through MSGraph with a " \
    "special request header: 'ConsistencyLevel: eventual'")                   \
  X(BL_R_OPTION_TWICE, 400, "BadRequest",                                     \
    "Query option '%' was specified more than once, but it must be specified "\
    "at most once.")                                                          \
  X(BL_R_EXPIRED_PAGE, 400, "Directory_ExpiredPageToken",                     \
    "The specified page token value has expired and can no longer be "        \
    "included in your request.")                                              \
  X(BL_R_BAD_SKIPTOKEN, 400, "Request_BadRequest",                            \
    "The specified page token value is not valid.")                           \
  X(BL_R_NOT_ACCEPTABLE, 406, "NotAcceptable",                                \
    "The media type '%' cannot be given; accept application/json.")           \
  X(BL_R_BAD_BATCH, 400, "BadRequest",                                        \
    "Invalid batch payload format.")                                          \
  X(BL_R_BATCH_SIZE, 400, "BadRequest",                                       \
    "Number of batch request steps exceeds the maximum value of 20.")         \
  X(BL_R_BATCH_TYPE, 400, "BadRequest",                                       \
    "Write request with id '%' does not contain a Content-Type header.")      \
  X(BL_R_BATCH_BODY, 400, "BadRequest",                                       \
    "Write request id : % does not contain Content-Type header or body.")     \
  X(BL_R_NESTED, 400, "BadRequest",                                           \
    "A batch cannot be part of a batch.")                                     \
  X(BL_R_DEPENDENCY, 424, "FailedDependency",                                 \
    "A request that this one depends on has failed.")                         \
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
  X(BL_R_DEFINITION_2020, 400, "Request_BadRequest",                          \
    "Property  has an invalid value.")                                        \
  X(BL_R_DEFINITION_2019, 400, "Request_BadRequest",                          \
    "One or more properties contains invalid values.")                        \
  X(BL_R_MISSING, 400, "Request_BadRequest",                                  \
    "A value is required for property '%' of resource '%'.")                  \
  X(BL_R_VALUE, 400, "Request_BadRequest",                                    \
    "Invalid value specified for property '%' of resource '%'.")              \
  X(BL_R_UNKNOWN, 400, "Request_BadRequest",                                  \
    "Invalid property '%'.")                                                  \
  X(BL_R_READ_ONLY, 400, "Request_BadRequest",                                \
    "Property '%' is read-only and cannot be set.")                           \
  X(BL_R_NO_APP, 400, "Request_BadRequest",                                   \
    "The appId '%' of the service principal does not reference a valid "      \
    "application object.")                                                    \
  X(BL_R_NAME_IN_USE, 409, "Request_MultipleObjectsWithSameKeyValue",         \
    "The service principal cannot be created, updated, or restored because "  \
    "the service principal name % is already in use.")                        \
  X(BL_R_OBJECT_CONFLICT, 409, "Request_MultipleObjectsWithSameKeyValue",     \
    "Another object with the same value for property % already exists.")      \
  X(BL_R_ALREADY_ASSIGNED, 400, "Request_BadRequest",                         \
    "One or more added object references already exist for the following "    \
    "modified properties: '%'.")                                              \
  X(BL_R_NOT_ASSIGNED, 400, "Request_BadRequest",                             \
    "One or more removed object references do not exist for the following "   \
    "modified properties: '%'.")                                              \
  X(BL_R_NO_REFERENCE, 400, "Request_BadRequest",                             \
    "Not a valid reference update.")                                          \
  X(BL_R_OTHER_HOST, 400, "Request_BadRequest",                               \
    "The URI '%' is not valid since it is not based on '%'.")                 \
  X(BL_R_MANAGED, 400, "Request_BadRequest",                                  \
    "A token lifetime policy cannot be set on the service principal of a "    \
    "managed identity.")                                                      \
  X(BL_R_ASSIGNED, 400, "Request_BadRequest",                                 \
    "The policy is assigned and cannot be deleted.")                          \
  X(BL_R_SECOND_DEFAULT, 400, "Request_MultipleObjectsWithSameKeyValue",      \
    "Request contains property changes that would result in "                 \
    "property-uniqueness violation(s). Please retry your request with "       \
    "corrected values.")                                                      \
  X(BL_R_NOT_FOUND, 404, "Request_ResourceNotFound",                          \
    "Resource '%' does not exist or one of its queried reference-property "   \
    "objects are not present.")                                               \
  X(BL_R_NOT_REPLICATED, 404, "Request_ResourceNotFound",                     \
    "Unable to read the company information from the directory.")             \
  X(BL_R_STORE, 500, "Service_InternalServerError",                           \
    "Encountered an internal server error: the store refused (%).")           \
  X(BL_R_BUSY, 503, "ServiceUnavailable",                                     \
    "The emulator is out of memory or busy beyond its limits; retry later.")  \
  X(BL_R_CROWDED, 503, "ServiceUnavailable",                                  \
    "The emulator has no more connections to give: as many are open as its "  \
    "limit of descriptors (ulimit -n) leaves; close some and retry later.")   \
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

/* An error of any status, for trouble on request. */
void bl_refuse_with(struct bl_incoming *request, unsigned status,
                    const char *code, const char *message,
                    struct bl_text about);

#endif
