/* The query of a request: OData's options, read and judged. */
#ifndef BL_QUERY_H
#define BL_QUERY_H

#include "entity.h"
#include "filter.h"
#include "incoming.h"
#include "refusal.h"
#include "store.h"

#define BL_MAX_SELECTED 64 /* properties of one $select */
#define BL_PAGE 100        /* items of a page, unless told otherwise */
#define BL_MAX_PAGE 999

/* Options that a route takes. */
enum {
  BL_O_SELECT = 1,
  BL_O_EXPAND = 2,
  BL_O_FILTER = 4,
  BL_O_TOP = 8,
  BL_O_ORDER = 16,
  BL_O_COUNT = 32,
  BL_O_SKIPTOKEN = 64,
  BL_O_REFERENCE = 128, /* $id or @id of DELETE …/$ref */
  BL_O_ONE = BL_O_SELECT | BL_O_EXPAND,
  BL_O_LIST = BL_O_ONE | BL_O_FILTER | BL_O_TOP | BL_O_ORDER | BL_O_COUNT |
              BL_O_SKIPTOKEN,
  BL_O_NUMBER = BL_O_FILTER /* of …/$count */
};

/* What the properties of a query are held against. */
struct bl_query_types {
  const struct bl_entity *entities[2]; /* a property of either; NULL: none */
  const char *name;                    /* of the type, in messages */
  const char *resource;                /* the same as the directory says it */
  const char *expandable;              /* "appliesTo"; NULL: none, but … */
  const char *version; /* "v1.0": where navigations are looked up */
  bool advanced;       /* ne, not and endswith ask for ConsistencyLevel */
};

struct bl_query {
  struct bl_text names[BL_MAX_SELECTED]; /* of $select */
  size_t selected;                       /* 0: all */
  const char *expand;                    /* name of the navigation, or NULL */
  const struct bl_kind *expand_kind;     /* NULL: appliesTo */
  struct bl_filter *filter;              /* NULL: all */
  bool count;                            /* $count=true, and heeded */
  bool ordered;                          /* by name; else as lists are */
  bool top_given;
  struct bl_text skiptoken; /* bytes NULL: the first page */
  struct bl_text reference; /* bytes NULL: none */
  const char *preference;   /* what of Prefer is heeded, or NULL */
  struct bl_page page;      /* .max is the size of a page */
};

/* Reads the options of a request. BL_INVALID: refused, and the reply is
 * filled. Everything lies in `arena`. */
enum bl_status bl_query_read(struct bl_incoming *request,
                             struct bl_arena *arena, unsigned options,
                             const struct bl_query_types *types,
                             struct bl_query *out);

/* Reads the Accept header: how much metadata is wanted. False: no JSON is. */
bool bl_query_accept(struct bl_incoming *request);

/* Whether answers show a property. */
bool bl_query_shows(const struct bl_query *query, const char *name);

/* Reads "a=b&c=d" into options, percent-decoded. BL_INVALID: it cannot be. */
enum bl_status bl_options_read(const char *text, struct bl_arena *arena,
                               struct bl_option **out);

#endif
