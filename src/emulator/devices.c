#include "devices.h"

#include <stdlib.h>
#include <string.h>

#include "tokens.h"

struct bl_devices {
  struct bl_device devices[BL_MAX_DEVICES];
  struct bl_refresh refresh[BL_MAX_DEVICES];
  size_t next_device, next_refresh;
};

_Static_assert(BL_DEVICE_CODE == BL_TOKEN_TEXT, "codes are made as tokens are");

struct bl_devices *bl_devices_new(void) {
  return calloc(1, sizeof(struct bl_devices));
}

void bl_devices_free(struct bl_devices *devices) { free(devices); }

/* Letters and digits that no one mistakes for another. */
static bool make_user_code(char out[BL_USER_CODE]) {
  static const char letters[] = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
  unsigned char bytes[BL_USER_CODE - 1];
  if (!bl_random(bytes, sizeof bytes)) return false;
  for (size_t i = 0; i < sizeof bytes; i++) out[i] = letters[bytes[i] & 31];
  out[sizeof bytes] = '\0';
  return true;
}

struct bl_device *bl_devices_begin(struct bl_devices *d) {
  struct bl_device *device = &d->devices[d->next_device++ % BL_MAX_DEVICES];
  memset(device, 0, sizeof *device);
  if (make_user_code(device->user_code) && bl_token_make(device->code))
    return device;
  device->code[0] = device->user_code[0] = '\0';
  return NULL;
}

struct bl_device *bl_devices_by_code(struct bl_devices *d,
                                     struct bl_text code) {
  if (code.len == 0) return NULL;
  for (size_t i = 0; i < BL_MAX_DEVICES; i++)
    if (bl_text_is(code, d->devices[i].code)) return &d->devices[i];
  return NULL;
}

/* Whether what was typed is the code. */
static bool typed(struct bl_text text, const char *code) {
  for (size_t i = 0; i < text.len; i++) {
    char c = text.bytes[i];
    if (c == '-' || c == ' ') continue;
    if (c >= 'a' && c <= 'z') c = (char)(c - 'a' + 'A');
    if (c != *code++) return false;
  }
  return *code == '\0';
}

struct bl_device *bl_devices_by_user_code(struct bl_devices *d,
                                          struct bl_text code) {
  for (size_t i = 0; i < BL_MAX_DEVICES; i++)
    if (*d->devices[i].user_code != '\0' &&
        typed(code, d->devices[i].user_code))
      return &d->devices[i];
  return NULL;
}

struct bl_refresh *bl_refresh_begin(struct bl_devices *d) {
  struct bl_refresh *refresh = &d->refresh[d->next_refresh++ % BL_MAX_DEVICES];
  memset(refresh, 0, sizeof *refresh);
  return bl_token_make(refresh->token) ? refresh : NULL;
}

struct bl_refresh *bl_refresh_find(struct bl_devices *d, struct bl_text token) {
  if (token.len == 0) return NULL;
  for (size_t i = 0; i < BL_MAX_DEVICES; i++)
    if (bl_text_is(token, d->refresh[i].token)) return &d->refresh[i];
  return NULL;
}
