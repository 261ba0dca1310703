#include "aadsts.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/format.h"
#include "members.h"

#define MAX_REPLY (64u << 10) /* bytes */
#define MAX_ABOUT 512         /* bytes shown of what it is about */

static const struct {
  long number;
  unsigned status;
  const char *error, *words;
} refusals[] = {
#define X(name, number, status, error, words) {number, status, error, words},
    BL_AADSTS_LIST(X)
#undef X
};

/* What is left when there is no memory for more. */
static const char bare[] = "{\"error\":\"temporarily_unavailable\"}";

enum bl_aadsts bl_aadsts_numbered(long number) {
  int i = 0;
  while (i < BL_A_COUNT && refusals[i].number != number) i++;
  return number == 0 ? BL_A_COUNT : (enum bl_aadsts)i;
}

/* At most MAX_ABOUT bytes, cut where a character ends; nothing of what is not
 * UTF-8. */
static void add_about(struct bl_buf *b, struct bl_text text) {
  if (text.bytes == NULL || !bl_is_utf8(text, NULL)) return;
  if (text.len > MAX_ABOUT) {
    text.len = MAX_ABOUT;
    while (text.len > 0 && (text.bytes[text.len] & 0xc0) == 0x80) text.len--;
  }
  bl_buf_add(b, text.bytes, text.len);
}

static void describe(struct bl_buf *b, enum bl_aadsts refusal,
                     const struct bl_text about[3]) {
  char number[32];
  size_t next = 0;
  if (refusals[refusal].number != 0) {
    snprintf(number, sizeof number, "AADSTS%ld: ", refusals[refusal].number);
    bl_buf_text(b, number);
  }
  for (const char *c = refusals[refusal].words; *c != '\0'; c++) {
    if (*c != '%')
      bl_buf_char(b, *c);
    else if (next < 3)
      add_about(b, about[next++]);
  }
}

/* "2022-03-02 18:25:26Z" */
static void stamp(char out[32], int64_t now_ms) {
  time_t seconds = (time_t)(now_ms / 1000);
  struct tm now;
  out[0] = '\0';
  if (gmtime_r(&seconds, &now) != NULL)
    strftime(out, 32, "%Y-%m-%d %H:%M:%SZ", &now);
}

static void write_body(struct bl_buf *b, const struct bl_incoming *request,
                       enum bl_aadsts refusal, const char *description,
                       const char *when) {
  char code[32] = "", uri[96];
  long number = refusals[refusal].number;
  if (number != 0) snprintf(code, sizeof code, "%ld", number);
  snprintf(uri, sizeof uri, "https://login.microsoftonline.com/error?code=%s",
           code);
  bl_buf_char(b, '{');
  bl_put_string(b, "error", refusals[refusal].error);
  bl_put_string(b, "error_description", description);
  bl_put_name(b, "error_codes");
  bl_buf_char(b, '[');
  bl_buf_text(b, code);
  bl_buf_char(b, ']');
  bl_put_string(b, "timestamp", when);
  bl_put_string(b, "trace_id", request->request_id);
  bl_put_string(b, "correlation_id", request->client_request_id);
  if (number != 0) bl_put_string(b, "error_uri", uri);
  bl_buf_char(b, '}');
}

void bl_aadsts_refuse(struct bl_incoming *request, enum bl_aadsts refusal,
                      const struct bl_text about[3], int64_t now_ms) {
  struct bl_buf words, body;
  char when[32];
  stamp(when, now_ms);
  bl_buf_init(&words, &request->arena, MAX_REPLY);
  describe(&words, refusal, about);
  bl_buf_text(&words, " Trace ID: ");
  bl_buf_text(&words, request->request_id);
  bl_buf_text(&words, " Correlation ID: ");
  bl_buf_text(&words, request->client_request_id);
  bl_buf_text(&words, " Timestamp: ");
  bl_buf_text(&words, when);
  const char *description = bl_buf_string(&words);
  bl_buf_init(&body, &request->arena, MAX_REPLY);
  write_body(&body, request, refusal, description == NULL ? "" : description,
             when);
  unsigned status = refusals[refusal].status;
  request->reply = (struct bl_reply){
      .status = status,
      .body = {body.data, body.len},
      .content_type = BL_JSON_TYPE,
      .sign_in = true,
      .retry_after = status == 429 ? "5" : NULL,
  };
  if (body.status == BL_OK && description != NULL) return;
  request->reply.body = (struct bl_text){bare, sizeof bare - 1};
  request->reply.status = 503;
}
