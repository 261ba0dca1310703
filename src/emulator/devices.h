/* Sign-ins by device code, and the refresh tokens that come of them: what is
 * remembered of users. Forgotten when the emulator stops. */
#ifndef BL_DEVICES_H
#define BL_DEVICES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/guid.h"
#include "core/value.h"
#include "registry.h"

#define BL_USER_CODE 10   /* bytes of "B8VDNWPQL", the NUL included */
#define BL_DEVICE_CODE 44 /* of a device code and of a refresh token */
#define BL_SCOPE 1024     /* of the scopes asked for */
#define BL_MAX_DEVICES                                                         \
  64 /* remembered at a time, and refresh tokens as well                       \
      */
#define BL_REFRESH_MS                                                          \
  ((int64_t)90 * 86400 * 1000) /* a token that is not used */

enum bl_device_state { BL_PENDING, BL_APPROVED, BL_DECLINED, BL_USED };

/* One sign-in under way. */
struct bl_device {
  char user_code[BL_USER_CODE], code[BL_DEVICE_CODE]; /* "": a free place */
  char scope[BL_SCOPE];
  const struct bl_app *app;
  enum bl_device_state state;
  int64_t expires_ms, polled_ms; /* on the clock; polled 0: never */
  int64_t interval_ms;
};

/* A refresh token; one use gives the next one. */
struct bl_refresh {
  char token[BL_DEVICE_CODE];
  char scope[BL_SCOPE];
  const struct bl_app *app;
  int64_t expires_ms;
};

struct bl_devices;

/* NULL: no memory. */
struct bl_devices *bl_devices_new(void);
void bl_devices_free(struct bl_devices *devices);

/* A new sign-in, in the place of the oldest where there is no other; its scope
 * and times are the caller's to fill in. NULL: no random bytes. */
struct bl_device *bl_devices_begin(struct bl_devices *devices);

/* The sign-in with that device code, or that user code (letters folded, hyphens
 * and blanks left out), or NULL. */
struct bl_device *bl_devices_by_code(struct bl_devices *devices,
                                     struct bl_text code);
struct bl_device *bl_devices_by_user_code(struct bl_devices *devices,
                                          struct bl_text code);

/* A new refresh token, as bl_devices_begin; and the one that is meant. */
struct bl_refresh *bl_refresh_begin(struct bl_devices *devices);
struct bl_refresh *bl_refresh_find(struct bl_devices *devices,
                                   struct bl_text token);

#endif
