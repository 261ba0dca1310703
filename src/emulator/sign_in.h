/* What the identity platform answers, of which nothing needs a bearer: tokens,
 * device codes, metadata, managed identities, workflows' own tokens. */
#ifndef BL_SIGN_IN_H
#define BL_SIGN_IN_H

#include "aadsts.h"
#include "form.h"
#include "identity.h"

/* One request of it on its way through a handler. */
struct bl_sign_in {
  struct bl_identity *identity;
  struct bl_incoming *request;
  struct bl_arena *scratch;   /* dies when the handler returns */
  struct bl_text tenant;      /* of {tenant}, as it came */
  const char *base;           /* "https://host:port", as the client calls it */
  int64_t now_ms;             /* of the clock */
  struct bl_form_field *form; /* of the body; NULL: empty, or not read */
  const struct bl_app *app;   /* that asks; NULL: not known yet */
  const char *authentication; /* appidacr: "0" none, "1" a secret, "2" a key */
};

/* As bl_handler: fills the reply. BL_INVALID: it has refused. */
typedef enum bl_status bl_sign_in_handler(struct bl_sign_in *call);

/* Answers a request that is meant for the identity platform; *taken says
 * whether it was. */
enum bl_status bl_sign_in_answer(struct bl_identity *identity,
                                 struct bl_incoming *request,
                                 struct bl_arena *scratch, bool *taken);

/* Refuses; always BL_INVALID. The texts may be left out (bytes NULL). */
enum bl_status bl_sign_in_refuse(struct bl_sign_in *call,
                                 enum bl_aadsts refusal, struct bl_text a,
                                 struct bl_text b, struct bl_text c);
enum bl_status bl_sign_in_refuse_plainly(struct bl_sign_in *call,
                                         enum bl_aadsts refusal);

/* Replies with JSON, or with another type. */
enum bl_status bl_sign_in_reply(struct bl_sign_in *call, unsigned status,
                                const char *content_type,
                                const struct bl_buf *body);

/* Refuses, where the body is no form. */
enum bl_status bl_sign_in_read_form(struct bl_sign_in *call);

/* An argument of the query, decoded; bytes NULL: there is none. */
struct bl_text bl_sign_in_argument(const struct bl_sign_in *call,
                                   const char *name);

/* Finds the application of a client id, in the tenant that the path names, and
 * refuses what the application as such is refused. `shared`: "common" and its
 * like name it too. */
enum bl_status bl_sign_in_find_app(struct bl_sign_in *call,
                                   struct bl_text client_id, bool shared);

/* Holds a client assertion against the application's credentials. */
enum bl_status bl_assertion_check(struct bl_sign_in *call,
                                  struct bl_text assertion);

bl_sign_in_handler bl_token_endpoint, bl_device_endpoint, bl_device_page,
    bl_device_decide, bl_configuration, bl_keys, bl_instances, bl_imds,
    bl_app_service, bl_arc, bl_github_token, bl_pipelines_token;

/* --- tokens -------------------------------------------------------------- */

/* What a token is for. */
struct bl_grant {
  const struct bl_app *app;
  struct bl_text audience;
  const char *scope; /* delegated permissions, joined by blanks; NULL: the
                        application's own */
  bool long_lived;   /* asked for by a client that handles challenges */
  int64_t lifetime_s;
};

/* Makes an access token. BL_NOMEM. */
enum bl_status bl_grant_token(struct bl_sign_in *call,
                              const struct bl_grant *grant,
                              struct bl_text *out);

#endif
