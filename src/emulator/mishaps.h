/* The errors that Graph documents for statuses, for trouble on request. */
#ifndef BL_MISHAPS_H
#define BL_MISHAPS_H

struct bl_mishap {
  unsigned status;
  const char *code, *message;
};

/* What the service most likely says with that status. Never NULL. */
const struct bl_mishap *bl_mishap_of_status(unsigned status);

/* The first with that code, or NULL. */
const struct bl_mishap *bl_mishap_of_code(const char *code);

#endif
