/* Rules that say which requests meet trouble, and which trouble. For any
 * thread.
 *
 *   POST,PATCH /v1.0/policies/tokenLifetimePolicies** count=2 status=503
 *
 *   METHOD,…     one or more, with commas; left out or *: any
 *   path         * is any part of one segment, ** anything; case does not
 *                count; the query is not looked at; left out: any
 *   count=N      at most so many times
 *   skip=N       not the first N requests that it fits
 *   probability=P  0 to 1: how many of those that it fits
 *   seed=N       of the probability; by default made of the random seed and
 *                the rule's number
 *   status=N     200 to 599: the answer, with Graph's code and message for it
 *   code=TEXT    another of the codes that Graph documents; gives its status
 *   applied      with status: the request is carried out and committed
 *   expired-token  as for a token that has run out
 *   retry-after=V  a header: V as it stands, such as 2 or 2.128, or date+2 for
 *                the HTTP date that is so many seconds ahead
 *   delay=MS     the answer is sent so much later
 *   cut=before|after  the connection is closed before anything is carried out,
 *                or after it is committed
 *   how=close|reset|half  with cut: an orderly end, a TCP reset, or an end
 *                behind half a status line
 *   body=empty|malformed|truncated|html|bom|lower-inner
 *   slow=MS      the body takes so long
 *   length=N     Content-Length says N bytes too many, or too few (-N)
 *   lag=MS       reads see what the request changes so much later
 *   page=N       size of the pages of a list
 *
 * Rules are separated by semicolons or line ends. The first that fits and
 * fires decides; those behind it are not asked. Whether a rule fires depends
 * on its seed and on how many requests it has fitted before, and on nothing
 * else: same seed, same trouble, in whatever order other requests come. */
#ifndef BL_FAULTS_H
#define BL_FAULTS_H

#include "core/buf.h"
#include "fault.h"

#define BL_MAX_RULES 256

struct bl_faults;

/* NULL: no memory. */
struct bl_faults *bl_faults_new(uint64_t seed);

/* NULL is fine. */
void bl_faults_free(struct bl_faults *faults);

/* Adds rules in words, all or none. BL_INVALID: `reason` says what is wrong and
 * what would be right; BL_NOMEM. */
enum bl_status bl_faults_add(struct bl_faults *faults, const char *spec,
                             char reason[BL_REASON]);

/* Adds one rule. */
enum bl_status bl_faults_add_rule(struct bl_faults *faults,
                                  const struct bl_setting *settings,
                                  size_t count, char reason[BL_REASON]);

/* Removes all rules. */
void bl_faults_clear(struct bl_faults *faults);

/* Asks the rules, once a request: a request that was asked for is left as it
 * is. The path is as it came, without its query. */
void bl_faults_choose(struct bl_faults *faults, const char *method,
                      const char *path, struct bl_trouble *out);

/* Writes the rules as a JSON array: words, and how often each fitted and
 * fired. */
void bl_faults_list(struct bl_faults *faults, struct bl_buf *b);

#endif
