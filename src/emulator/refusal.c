#include "refusal.h"

#include <string.h>
#include <time.h>

#include "core/format.h"
#include "core/json_write.h"

#define MAX_ENVELOPE (8u << 20) /* bytes; a thousand problems fit */
#define MAX_ABOUT 256           /* bytes shown of what it is about */

static const struct {
  unsigned status;
  const char *code, *message;
} refusals[] = {
#define X(name, status, code, message) {status, code, message},
    BL_REFUSAL_LIST(X)
#undef X
};

/* Graph's own sign-in application, as its challenge names it. */
static const char challenge[] =
    "Bearer realm=\"\", authorization_uri=\"https://login.microsoftonline.com/"
    "common/oauth2/authorize\", "
    "client_id=\"00000003-0000-0000-c000-000000000000\"";

/* What is left of an envelope when there is no memory for one. */
static const char bare[] =
    "{\"error\":{\"code\":\"ServiceUnavailable\",\"message\":\"\"}}";

static void string(struct bl_buf *b, const char *text) {
  bl_json_write_string(b, bl_text_of(text), BL_PLAIN);
}

/* At most MAX_ABOUT bytes, cut where a character ends. */
static struct bl_text shortened(struct bl_text text) {
  if (text.len <= MAX_ABOUT) return text;
  text.len = MAX_ABOUT;
  while (text.len > 0 && (text.bytes[text.len] & 0xc0) == 0x80) text.len--;
  return text;
}

/* The message with what it is about in place of each %. */
static void message(struct bl_buf *b, const char *words, struct bl_text a,
                    struct bl_text rest, struct bl_arena *arena) {
  struct bl_buf line;
  bl_buf_init(&line, arena, 2048);
  for (; *words != '\0'; words++) {
    if (*words != '%') {
      bl_buf_char(&line, *words);
      continue;
    }
    if (a.bytes != NULL && bl_is_utf8(a, NULL)) {
      a = shortened(a);
      bl_buf_add(&line, a.bytes, a.len);
    }
    a = rest;
  }
  if (line.status != BL_OK) b->status = line.status;
  bl_json_write_string(b, (struct bl_text){line.data, line.len}, BL_PLAIN);
}

/* Errors alone: what is only doubtful is no reason. */
static void details(struct bl_buf *b, const struct bl_problems *problems) {
  const char *before = ",\"details\":[";
  for (const struct bl_problem *p = problems->first; p != NULL; p = p->next) {
    if (p->severity != BL_ERROR) continue;
    bl_buf_text(b, before);
    before = ",";
    bl_buf_text(b, "{\"code\":");
    string(b, bl_problem_code_string(p->code));
    bl_buf_text(b, ",\"message\":");
    string(b, p->message);
    bl_buf_text(b, ",\"target\":");
    string(b, p->path);
    bl_buf_char(b, '}');
  }
  if (*before == ',' && before[1] == '\0') bl_buf_char(b, ']');
}

/* As the service writes it: UTC, without a zone. */
static void inner(struct bl_buf *b, const struct bl_incoming *request) {
  char date[32] = "";
  struct tm now;
  time_t seconds = time(NULL);
  if (gmtime_r(&seconds, &now) != NULL)
    strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &now);
  bl_buf_text(b, ",\"innerError\":{\"date\":");
  string(b, date);
  bl_buf_text(b, ",\"request-id\":");
  string(b, request->request_id);
  bl_buf_text(b, ",\"client-request-id\":");
  string(b, request->client_request_id);
  bl_buf_char(b, '}');
}

/* Fills the reply with an envelope; `a` and `b` as bl_refuse has them. */
static void fill(struct bl_incoming *request, unsigned status, const char *code,
                 const char *words, struct bl_text a, struct bl_text b,
                 const struct bl_problems *problems) {
  struct bl_buf out;
  bl_buf_init(&out, &request->arena, MAX_ENVELOPE);
  bl_buf_text(&out, "{\"error\":{\"code\":");
  string(&out, code);
  bl_buf_text(&out, ",\"message\":");
  message(&out, words, a, b, &request->arena);
  if (problems != NULL) details(&out, problems);
  inner(&out, request);
  bl_buf_text(&out, "}}");

  request->reply = (struct bl_reply){
      .status = status,
      .body = {out.data, out.len},
      .authenticate = status == 401 ? challenge : NULL,
      .retry_after = status == 503 ? "1" : NULL,
  };
  if (out.status == BL_OK) return;
  request->reply.body = bl_text_of(bare);
  request->reply.status = 503;
}

void bl_refuse(struct bl_incoming *request, enum bl_refusal refusal,
               struct bl_text a, struct bl_text b,
               const struct bl_problems *problems) {
  fill(request, refusals[refusal].status, refusals[refusal].code,
       refusals[refusal].message, a, b, problems);
}

void bl_refuse_with(struct bl_incoming *request, unsigned status,
                    const char *code, const char *words, struct bl_text about) {
  fill(request, status, code, words, about, (struct bl_text){0}, NULL);
}

void bl_refuse_plainly(struct bl_incoming *request, enum bl_refusal refusal) {
  bl_refuse_about(request, refusal, "");
}

void bl_refuse_about(struct bl_incoming *request, enum bl_refusal refusal,
                     const char *text) {
  bl_refuse(request, refusal, bl_text_of(text), (struct bl_text){0}, NULL);
}
