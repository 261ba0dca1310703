#include "permissions.h"

#include "core/format.h"

#define MOST 6 /* ways to be permitted one thing */

static const char *const names[] = {
#define X(name, permission) permission,
    BL_PERMISSION_LIST(X)
#undef X
};

unsigned bl_permission_named(struct bl_text name) {
  for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
    if (bl_text_same_folded(name, bl_text_of(names[i]))) return 1u << i;
  return 0;
}

/* Any of these sets is enough; the last is 0.
 * Source: the permissions tables of the reference pages of the policies, and
 * Graph's permission map. */
static const unsigned ways[][MOST] = {
    [BL_NEEDS_POLICY_READ] = {BL_POLICY_READ, BL_POLICY_WRITE},
    [BL_NEEDS_POLICY_WRITE] = {BL_POLICY_WRITE},
    [BL_NEEDS_CARRIERS] = {BL_POLICY_READ | BL_APP_READ,
                           BL_POLICY_WRITE | BL_APP_READ, BL_DIRECTORY_READ},
    [BL_NEEDS_ASSIGNMENT] = {BL_APP_WRITE | BL_POLICY_READ,
                             BL_APP_OWNED | BL_POLICY_READ,
                             BL_POLICY_WRITE | BL_APP_WRITE,
                             BL_POLICY_WRITE | BL_APP_OWNED},
    [BL_NEEDS_OBJECT_READ] = {BL_APP_READ, BL_APP_OWNED, BL_DIRECTORY_READ},
    [BL_NEEDS_OBJECT_WRITE] = {BL_APP_WRITE, BL_APP_OWNED, BL_DIRECTORY_WRITE},
};

/* With what a permission brings along. */
static unsigned widen(unsigned permissions) {
  if (permissions & BL_DIRECTORY_WRITE) permissions |= BL_DIRECTORY_READ;
  if (permissions & BL_APP_WRITE) permissions |= BL_APP_READ;
  if (permissions & BL_DELEGATED)
    permissions &= ~(unsigned)BL_APP_OWNED; /* applications alone have it */
  return permissions;
}

bool bl_permitted(enum bl_needs needs, unsigned permissions) {
  if (needs == BL_NEEDS_NOTHING) return true;
  permissions = widen(permissions);
  for (size_t i = 0; i < MOST && ways[needs][i] != 0; i++)
    if ((ways[needs][i] & ~permissions) == 0) return true;
  return false;
}
