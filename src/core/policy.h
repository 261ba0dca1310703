/* A policy object: its own properties and its definition, judged and written
 * as a request body. The client and the emulator both come through here. */
#ifndef BL_POLICY_H
#define BL_POLICY_H

#include "buf.h"
#include "definition.h"

#define BL_MAX_BODY (4u << 20) /* bytes Graph takes of a request body */

/* How a definition is laid out on the wire. */
enum bl_dialect {
  BL_COLLECTION,   /* /policies/{collection}: an array of one string */
  BL_LEGACY,       /* /policies: the same, and `type` */
  BL_LEGACY_STRING /* /policies: one string, and `type` */
};

struct bl_policy {
  const struct bl_kind *kind;   /* NULL: unknown, which is a problem */
  const struct bl_value *given; /* the definition as it came; NULL: none */
  struct bl_text text;          /* its text, when it came as one text */
  struct bl_definition definition;
  bool readable;            /* `definition` is filled in */
  bool verbatim;            /* the text is the service's own: it goes back as it
                               came; false, for the caller to set */
  int organization_default; /* 1, 0, or -1: not given */
  const struct bl_value *display_name, *description, *type; /* NULL: none */
};

/* Judges the properties of `object` (from a Lua table or a request body) and
 * its definition, gathering every problem; the policy may be sent when there
 * is no error. `kind` is NULL for a legacy policy, whose `type` says it.
 * A definition may be a text, an array of one text, or, when `tables` is true,
 * an object, in which wrapper and filled fields may be left out. A text is
 * judged as it stands, wrapper and all. `out` borrows `object`. */
void bl_policy_check(const struct bl_kind *kind, struct bl_value *object,
                     bool tables, struct bl_problems *problems,
                     struct bl_policy *out);

/* Writes the request body. A text that strict JSON takes, that is verbatim, or
 * that could not be read, is written as it came, byte for byte; anything else
 * canonically. */
void bl_policy_write(struct bl_buf *b, const struct bl_policy *policy,
                     enum bl_dialect dialect);

#endif
