/* What is served: each type with its properties, as Graph's metadata has them.
 * Bodies are judged, answers written and queries read along these rows. */
#ifndef BL_ENTITY_H
#define BL_ENTITY_H

#include "core/kinds.h"

/* The primitive types of OData that occur. */
enum bl_edm {
  BL_EDM_STRING,
  BL_EDM_GUID,
  BL_EDM_BOOLEAN,
  BL_EDM_INT32,
  BL_EDM_DATE,
  BL_EDM_COMPLEX
};

enum {
  BL_MANY = 1,      /* a collection */
  BL_NOT_NULL = 2,  /* null is refused */
  BL_NEEDED = 4,    /* a create must say it */
  BL_SERVICE = 8,   /* set by the service: read-only */
  BL_ON_CREATE = 16 /* read-only from then on */
};

struct bl_property {
  const char *name;
  enum bl_edm edm;
  unsigned flags;
  const struct bl_entity *complex; /* of BL_EDM_COMPLEX */
  const char *initial; /* JSON of a new object's; NULL: null, or what the
                          complex type's own rows say */
};

struct bl_entity {
  const char *name;       /* "servicePrincipal" */
  const char *collection; /* "servicePrincipals"; NULL: no entity set */
  const char *resource;   /* "ServicePrincipal": in messages and in the
                             directory's own urls */
  unsigned target;        /* as what it carries policies: bl_target, or 0 */
  const struct bl_property *properties; /* in the order of answers, the id of
                                           an entity first; NULL: any */
};

extern const struct bl_entity bl_application, bl_service_principal;

/* Of any kind, and of the legacy path. */
extern const struct bl_entity bl_sts_policy, bl_legacy_policy;

/* By its collection or its type's name. NULL: there is none. */
const struct bl_entity *bl_entity_of_collection(struct bl_text segment);
const struct bl_entity *bl_entity_named(struct bl_text name);

/* NULL: it has none of that name. */
const struct bl_property *bl_property_named(const struct bl_entity *entity,
                                            struct bl_text name);

/* Whether an object of that type has a navigation to policies of the kind,
 * and whether policies can be assigned over it. */
bool bl_navigates(const struct bl_entity *entity, const struct bl_kind *kind);
bool bl_carries(const struct bl_entity *entity, const struct bl_kind *kind);

#endif
