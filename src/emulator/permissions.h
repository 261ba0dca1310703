/* What a token may do: Graph's permissions, as far as policies and what carries
 * them are concerned. */
#ifndef BL_PERMISSIONS_H
#define BL_PERMISSIONS_H

#include <stdbool.h>

#include "core/value.h"

/* X(name, permission) */
#define BL_PERMISSION_LIST(X)                                                  \
  X(BL_POLICY_READ, "Policy.Read.All")                                         \
  X(BL_POLICY_WRITE, "Policy.ReadWrite.ApplicationConfiguration")              \
  X(BL_APP_READ, "Application.Read.All")                                       \
  X(BL_APP_WRITE, "Application.ReadWrite.All")                                 \
  X(BL_APP_OWNED, "Application.ReadWrite.OwnedBy")                             \
  X(BL_DIRECTORY_READ, "Directory.Read.All")                                   \
  X(BL_DIRECTORY_WRITE, "Directory.ReadWrite.All")

enum {
#define X(name, permission) name##_BIT,
  BL_PERMISSION_LIST(X)
#undef X
      BL_DELEGATED_BIT
};

enum bl_permission {
#define X(name, permission) name = 1 << name##_BIT,
  BL_PERMISSION_LIST(X)
#undef X
      BL_DELEGATED = 1 << BL_DELEGATED_BIT, /* a user's, not an application's */
  BL_ALL_PERMISSIONS = (1 << BL_DELEGATED_BIT) - 1,
};

/* What a route does. */
enum bl_needs {
  BL_NEEDS_NOTHING,
  BL_NEEDS_POLICY_READ,  /* list and get policies */
  BL_NEEDS_POLICY_WRITE, /* create, update and delete them */
  BL_NEEDS_CARRIERS,     /* appliesTo */
  BL_NEEDS_ASSIGNMENT,   /* assign, unassign, and see what is assigned */
  BL_NEEDS_OBJECT_READ,  /* applications and service principals */
  BL_NEEDS_OBJECT_WRITE,
};

/* The permissions of that name; 0: none that is known here. */
unsigned bl_permission_named(struct bl_text name);

/* Whether permissions suffice for it. */
bool bl_permitted(enum bl_needs needs, unsigned permissions);

#endif
