/* Signing in by device code: where it begins, and the page on which a person
 * decides. The polls are in grants.c. */
#include "sign_in.h"

#include "core/format.h"
#include "members.h"
#include "tokens.h"

#define MAX_REPLY ((size_t)64 << 10) /* bytes */

static const struct bl_text none;

static enum bl_status describe(struct bl_sign_in *call,
                               const struct bl_device *device) {
  struct bl_buf b;
  const struct bl_registry *registry = call->identity->registry;
  const char *page =
      bl_arena_format(call->scratch, "%s/devicelogin", call->base);
  const char *message =
      page == NULL
          ? NULL
          : bl_arena_format(call->scratch,
                            "To sign in, use a web browser to open the page %s "
                            "and enter the code %s to authenticate.",
                            page, device->user_code);
  if (message == NULL) return BL_NOMEM;
  bl_buf_init(&b, &call->request->arena, MAX_REPLY);
  bl_buf_char(&b, '{');
  bl_put_string(&b, "user_code", device->user_code);
  bl_put_string(&b, "device_code", device->code);
  bl_put_string(&b, "verification_uri", page);
  bl_put_number(&b, "expires_in", registry->device_lifetime_s);
  bl_put_number(&b, "interval", registry->device_interval_s);
  bl_put_string(&b, "message", message);
  bl_buf_char(&b, '}');
  return bl_sign_in_reply(call, 200, BL_JSON_TYPE, &b);
}

static enum bl_status begin(struct bl_sign_in *call, struct bl_text scope) {
  const struct bl_registry *registry = call->identity->registry;
  if (scope.len >= BL_SCOPE)
    return bl_sign_in_refuse(call, BL_A_SCOPE, scope, none, none);
  struct bl_device *device = bl_devices_begin(call->identity->devices);
  if (device == NULL) return BL_NOMEM;
  memcpy(device->scope, scope.bytes, scope.len + 1);
  device->app = call->app;
  device->expires_ms = call->now_ms + registry->device_lifetime_s * 1000;
  device->interval_ms = registry->device_interval_s * 1000;
  return describe(call, device);
}

enum bl_status bl_device_endpoint(struct bl_sign_in *call) {
  if (strcmp(call->request->method, "POST") != 0)
    return bl_sign_in_refuse(call, BL_A_POST_ONLY, bl_text_of("POST"),
                             bl_text_of(call->request->method), none);
  enum bl_status s = bl_sign_in_read_form(call);
  if (s != BL_OK) return s;
  if (bl_text_is(call->tenant, "common") ||
      bl_text_is(call->tenant, "consumers"))
    return bl_sign_in_refuse_plainly(call, BL_A_DEVICE_TENANT);
  static const char *const needed[] = {"client_id", "scope"};
  for (size_t i = 0; i < 2; i++)
    if (bl_form_value(call->form, needed[i]).bytes == NULL)
      return bl_sign_in_refuse(call, BL_A_NO_PARAMETER, bl_text_of(needed[i]),
                               none, none);
  s = bl_sign_in_find_app(call, bl_form_value(call->form, "client_id"), true);
  if (s == BL_OK && !call->app->is_public)
    s = bl_sign_in_refuse_plainly(call, BL_A_NOT_PUBLIC);
  return s == BL_OK ? begin(call, bl_form_value(call->form, "scope")) : s;
}

/* --- the page ------------------------------------------------------------ */

/* The words are ours alone: nothing that was sent stands in the page. */
static enum bl_status show(struct bl_sign_in *call, unsigned status,
                           const char *words) {
  struct bl_buf b;
  bl_buf_init(&b, &call->request->arena, MAX_REPLY);
  bl_buf_text(
      &b, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
          "<title>Sign in to the local Graph</title></head><body>\n"
          "<h1>Sign in to the local Graph</h1>\n<p>");
  bl_buf_text(&b, words);
  bl_buf_text(
      &b, "</p>\n<form method=\"post\" action=\"/devicelogin\">\n"
          "<p><label>Code <input name=\"user_code\" autofocus></label></p>\n"
          "<p><label>Token of the emulator <input name=\"token\" "
          "type=\"password\"></label></p>\n"
          "<p><button name=\"decision\" value=\"approve\">Approve</button> "
          "<button name=\"decision\" value=\"decline\">Decline</button></p>\n"
          "</form></body></html>\n");
  return bl_sign_in_reply(call, status, "text/html; charset=utf-8", &b);
}

enum bl_status bl_device_page(struct bl_sign_in *call) {
  return show(call, 200,
              "Enter the code that the program shows, and the token that the "
              "emulator printed when it started.");
}

/* The emulator's own token stands for the user's password: as a bearer, or as a
 * field of the form. */
static bool is_admitted(struct bl_sign_in *call) {
  struct bl_text given = bl_form_value(call->form, "token");
  const char *token = call->identity->token;
  if (bl_token_check(token, call->request->authorization) == BL_BEARER_RIGHT)
    return true;
  const char *bearer =
      given.bytes == NULL
          ? NULL
          : bl_arena_format(call->scratch, "Bearer %s", given.bytes);
  return bl_token_check(token, bearer) == BL_BEARER_RIGHT;
}

enum bl_status bl_device_decide(struct bl_sign_in *call) {
  enum bl_status s = bl_sign_in_read_form(call);
  if (s != BL_OK) return s;
  if (!is_admitted(call)) return show(call, 401, "This is not the token.");
  struct bl_text decision = bl_form_value(call->form, "decision");
  struct bl_text code = bl_form_value(call->form, "user_code");
  struct bl_device *device =
      bl_devices_by_user_code(call->identity->devices, code);
  if (device == NULL || call->now_ms >= device->expires_ms)
    return show(call, 404, "There is no such code, or it has expired.");
  if (device->state != BL_PENDING)
    return show(call, 409, "This code has been decided on.");
  bool approve = decision.bytes != NULL && bl_text_is(decision, "approve");
  if (!approve && (decision.bytes == NULL || !bl_text_is(decision, "decline")))
    return show(call, 400, "Approve it or decline it.");
  device->state = approve ? BL_APPROVED : BL_DECLINED;
  return show(call, 200, approve ? "Approved." : "Declined.");
}
