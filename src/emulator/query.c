#include "query.h"

#include <string.h>
#include <strings.h>

#include "core/format.h"
#include "segments.h"

/* What the reading of one query shares. */
struct reading {
  struct bl_incoming *request;
  struct bl_arena *arena;
  const struct bl_query_types *types;
  struct bl_query *out;
  unsigned seen;
  bool eventual;    /* ConsistencyLevel: eventual */
  bool count_asked; /* $count=true */
  struct bl_text filter;
};

typedef enum bl_status read_option(struct reading *r, struct bl_text value);

static enum bl_status refuse(struct reading *r, enum bl_refusal refusal,
                             struct bl_text a, struct bl_text b) {
  bl_refuse(r->request, refusal, a, b, NULL);
  return BL_INVALID;
}

static const struct bl_property *find(const struct reading *r,
                                      struct bl_text name) {
  const struct bl_property *p = NULL;
  for (int i = 0; i < 2 && p == NULL; i++)
    if (r->types->entities[i] != NULL)
      p = bl_property_named(r->types->entities[i], name);
  return p;
}

/* The next of a comma's list, without blanks; false: there is none. */
static bool next(struct bl_text *list, struct bl_text *out) {
  if (list->bytes == NULL) return false;
  const char *comma = memchr(list->bytes, ',', list->len);
  *out = *list;
  if (comma == NULL) {
    *list = (struct bl_text){0};
  } else {
    out->len = (size_t)(comma - list->bytes);
    list->bytes = comma + 1;
    list->len -= out->len + 1;
  }
  while (out->len > 0 && *out->bytes == ' ') out->bytes++, out->len--;
  while (out->len > 0 && out->bytes[out->len - 1] == ' ') out->len--;
  return true;
}

/* --- the options -----------------------------------------------------------
 */

static enum bl_status read_select(struct reading *r, struct bl_text value) {
  struct bl_text one;
  struct bl_query *out = r->out;
  bool all = false;
  while (next(&value, &one)) {
    if (bl_text_is(one, "*")) {
      all = true;
      continue;
    }
    const struct bl_property *p = find(r, one);
    if (p == NULL)
      return refuse(r, BL_R_BAD_SELECT, one, bl_text_of(r->types->name));
    if (out->selected == BL_MAX_SELECTED)
      return refuse(r, BL_R_BAD_QUERY, bl_text_of("$select"),
                    (struct bl_text){0});
    out->names[out->selected++] = bl_text_of(p->name);
  }
  if (all) out->selected = 0;
  return BL_OK;
}

/* Source: Graph: one relationship, one level. */
static enum bl_status read_expand(struct reading *r, struct bl_text value) {
  struct bl_text one;
  const struct bl_query_types *types = r->types;
  while (next(&value, &one)) {
    if (r->out->expand != NULL)
      return refuse(r, BL_R_EXPANDED_TWICE, (struct bl_text){0},
                    (struct bl_text){0});
    if (types->expandable != NULL && bl_text_is(one, types->expandable)) {
      r->out->expand = types->expandable;
      continue;
    }
    const struct bl_kind *kind = bl_kind_of_collection(one);
    bool there = false;
    for (int i = 0; i < 2; i++)
      there = there || (kind != NULL && types->entities[i] != NULL &&
                        bl_navigates(types->entities[i], kind));
    if (!there) return refuse(r, BL_R_BAD_SELECT, one, bl_text_of(types->name));
    r->out->expand = kind->collection;
    r->out->expand_kind = kind;
  }
  return BL_OK;
}

static enum bl_status read_filter(struct reading *r, struct bl_text value) {
  r->filter = value;
  return BL_OK;
}

/* The number that a text is, all of it, or -1. */
static int64_t number(struct bl_text text) {
  int64_t value = 0;
  if (text.len == 0 || text.len > 9) return -1;
  for (size_t i = 0; i < text.len; i++) {
    if (text.bytes[i] < '0' || text.bytes[i] > '9') return -1;
    value = 10 * value + (text.bytes[i] - '0');
  }
  return value;
}

static enum bl_status read_top(struct reading *r, struct bl_text value) {
  int64_t top = number(value);
  if (top < 1 || top > BL_MAX_PAGE)
    return refuse(r, BL_R_PAGE_SIZE, value, (struct bl_text){0});
  r->out->page.max = top;
  r->out->top_given = true;
  return BL_OK;
}

static enum bl_status read_order(struct reading *r, struct bl_text value) {
  struct bl_text key = value;
  const char *blank = memchr(value.bytes, ' ', value.len);
  bool down = false;
  if (blank != NULL) {
    key.len = (size_t)(blank - value.bytes);
    struct bl_text way = {blank, value.len - key.len};
    while (way.len > 0 && *way.bytes == ' ') way.bytes++, way.len--;
    down = bl_text_is(way, "desc");
    if (!down && way.len > 0 && !bl_text_is(way, "asc"))
      return refuse(r, BL_R_BAD_ORDER, value, (struct bl_text){0});
  }
  if (!bl_text_is(key, "displayName"))
    return refuse(r, BL_R_SORT, key, bl_text_of(r->types->resource));
  r->out->page.order = down ? BL_Z_TO_A : BL_A_TO_Z;
  r->out->ordered = true;
  return BL_OK;
}

static enum bl_status read_count(struct reading *r, struct bl_text value) {
  r->count_asked = bl_text_is(value, "true");
  if (r->count_asked || bl_text_is(value, "false")) return BL_OK;
  return refuse(r, BL_R_BAD_COUNT, value, (struct bl_text){0});
}

static enum bl_status read_skiptoken(struct reading *r, struct bl_text value) {
  r->out->skiptoken = value;
  return BL_OK;
}

static enum bl_status read_reference(struct reading *r, struct bl_text value) {
  r->out->reference = value;
  return BL_OK;
}

/* clang-format off */
static const struct {
  const char *name;
  unsigned bit;
  read_option *read;
} known[] = {
  { "$select",    BL_O_SELECT,    read_select },
  { "$expand",    BL_O_EXPAND,    read_expand },
  { "$filter",    BL_O_FILTER,    read_filter },
  { "$top",       BL_O_TOP,       read_top },
  { "$orderby",   BL_O_ORDER,     read_order },
  { "$count",     BL_O_COUNT,     read_count },
  { "$skiptoken", BL_O_SKIPTOKEN, read_skiptoken },
  { "$id",        BL_O_REFERENCE, read_reference },
  { "@id",        BL_O_REFERENCE, read_reference },
};
/* clang-format on */
#define KNOWN (sizeof known / sizeof *known)

/* --- all together ----------------------------------------------------------
 */

static enum bl_status read_one(struct reading *r, unsigned options,
                               const struct bl_option *option) {
  size_t i = 0;
  while (i < KNOWN && !bl_text_is(option->name, known[i].name)) i++;
  bool ours = option->name.len > 0 && *option->name.bytes == '$';
  if (i == KNOWN && !ours) return BL_OK;
  if (bl_text_is(option->name, "$search") && !r->eventual)
    return refuse(r, BL_R_SEARCH, (struct bl_text){0}, (struct bl_text){0});
  if (i == KNOWN || !(known[i].bit & options))
    return ours ? refuse(r, BL_R_BAD_QUERY, option->name, (struct bl_text){0})
                : BL_OK;
  if (r->seen & known[i].bit)
    return refuse(r, BL_R_OPTION_TWICE, option->name, (struct bl_text){0});
  r->seen |= known[i].bit;
  return known[i].read(r, option->value);
}

/* Says why a filter is refused. */
static enum bl_status refuse_filter(struct reading *r,
                                    const struct bl_filter_fault *fault) {
  struct bl_text resource = bl_text_of(r->types->resource);
  switch (fault->why) {
  case BL_F_SYNTAX:
    return refuse(r, BL_R_BAD_FILTER, bl_text_of(fault->words), resource);
  case BL_F_OPERATOR: return refuse(r, BL_R_OPERATOR, fault->name, resource);
  case BL_F_PROPERTY:
    return refuse(r, BL_R_FILTER_PROPERTY, fault->name, resource);
  case BL_F_INTERNAL: break;
  }
  return refuse(r, BL_R_INTERNAL, (struct bl_text){0}, (struct bl_text){0});
}

static enum bl_status finish_filter(struct reading *r) {
  const struct bl_query_types *types = r->types;
  struct bl_filter_fault fault;
  bool advanced = !types->advanced || (r->eventual && r->count_asked);
  if (!(r->seen & BL_O_FILTER)) return BL_OK;
  enum bl_status s =
      bl_filter_read(r->filter, types->entities, types->name, advanced,
                     r->arena, &r->out->filter, &fault);
  if (s == BL_INVALID) return refuse_filter(r, &fault);
  if (s == BL_OK)
    bl_filter_asks(r->out->filter, "displayName", &r->out->page.only);
  return s;
}

/* The size that Prefer asks for; $top goes before it. */
static enum bl_status finish_page(struct reading *r) {
  static const char want[] = "odata.maxpagesize=";
  struct bl_page *page = &r->out->page;
  const char *at = r->request->prefer;
  if (page->max == 0) page->max = BL_PAGE;
  if (at == NULL || r->out->top_given) return BL_OK;
  while (*at != '\0' && strncasecmp(at, want, sizeof want - 1) != 0) at++;
  if (*at == '\0') return BL_OK;
  at += sizeof want - 1;
  int64_t size = number((struct bl_text){at, strcspn(at, " ,;")});
  if (size < 1 || size > BL_MAX_PAGE) return BL_OK;
  page->max = size;
  r->out->preference =
      bl_arena_format(&r->request->arena, "odata.maxpagesize=%d", (int)size);
  return r->out->preference == NULL ? BL_NOMEM : BL_OK;
}

enum bl_status bl_query_read(struct bl_incoming *request,
                             struct bl_arena *arena, unsigned options,
                             const struct bl_query_types *types,
                             struct bl_query *out) {
  struct reading r = {
      .request = request, .arena = arena, .types = types, .out = out};
  enum bl_status s = BL_OK;
  memset(out, 0, sizeof *out);
  r.eventual = request->consistency != NULL &&
               strcasecmp(request->consistency, "eventual") == 0;
  for (struct bl_option *o = request->options; o != NULL && s == BL_OK;
       o = o->next)
    s = read_one(&r, options, o);
  if (s == BL_OK) s = finish_filter(&r);
  if (s == BL_OK) s = finish_page(&r);
  out->count = r.count_asked && r.eventual;
  return s;
}

/* Whether a media range takes in application/json. */
static bool takes_json(const char *range, size_t len) {
  static const char *const wide[] = {"application/json", "application/*",
                                     "*/*"};
  while (len > 0 && (range[len - 1] == ' ' || range[len - 1] == '\t')) len--;
  for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
    if (bl_text_same_folded((struct bl_text){range, len}, bl_text_of(wide[i])))
      return true;
  return false;
}

bool bl_query_accept(struct bl_incoming *request) {
  const char *at = request->accept;
  request->metadata = BL_MINIMAL;
  if (at == NULL || at[strspn(at, " \t")] == '\0') return true;
  while (*at != '\0') {
    at += strspn(at, " ,\t");
    size_t range = strcspn(at, ",;"), whole = strcspn(at, ",");
    if (takes_json(at, range)) {
      for (size_t i = range; i < whole; i++) {
        if (strncasecmp(at + i, "metadata=none", 13) == 0)
          request->metadata = BL_NO_METADATA;
        if (strncasecmp(at + i, "metadata=full", 13) == 0)
          request->metadata = BL_FULL_METADATA;
      }
      return true;
    }
    at += whole;
  }
  return false;
}

bool bl_query_shows(const struct bl_query *query, const char *name) {
  if (query->selected == 0) return true;
  for (size_t i = 0; i < query->selected; i++)
    if (bl_text_is(query->names[i], name)) return true;
  return false;
}

enum bl_status bl_options_read(const char *text, struct bl_arena *arena,
                               struct bl_option **out) {
  *out = NULL;
  while (*text != '\0') {
    size_t len = strcspn(text, "&"), name = strcspn(text, "=&");
    struct bl_option *o = bl_arena_take(arena, sizeof *o);
    char *copy = o == NULL ? NULL : bl_arena_copy(arena, text, len);
    if (copy == NULL) return BL_NOMEM;
    for (size_t i = 0; i < len; i++)
      if (copy[i] == '+') copy[i] = ' ';
    size_t value = name < len ? name + 1 : len;
    enum bl_status s = bl_percent_decode(copy, name, arena, &o->name);
    if (s == BL_OK)
      s = bl_percent_decode(copy + value, len - value, arena, &o->value);
    if (s != BL_OK) return s;
    o->next = NULL;
    *out = o;
    out = &o->next;
    text += len;
    if (*text == '&') text++;
  }
  return BL_OK;
}
