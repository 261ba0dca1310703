/* Trees as Lua tables make them, guided by the rows of a kind: the bytes of an
 * input say which rows, which values, what stands in their place. A table
 * without errors is written as a text without errors, means what it meant
 * before it was put in order, and comes back as the same bytes. */
#include "core/definition.h"
#include "fuzz_judge.h"

#define MOST_ITEMS 8
#define MOST_LEVELS 12

/* Where the bytes have got to. Past their end there are noughts. */
struct maker {
  const uint8_t *next, *end;
  struct bl_arena *arena;
  int level;
  bool failed; /* out of memory */
};

static unsigned byte(struct maker *m) {
  return m->next < m->end ? *m->next++ : 0;
}

/* A text of the input's own bytes. */
static struct bl_text raw_text(struct maker *m) {
  size_t len = byte(m) % 32;
  if (len > (size_t)(m->end - m->next)) len = (size_t)(m->end - m->next);
  struct bl_text text = {(const char *)m->next, len};
  m->next += len;
  return text;
}

/* Texts that rows without a list may want. */
static struct bl_text known_text(struct maker *m) {
  static const char *const texts[] = {"08:00:00",
                                      "1.00:00:00",
                                      "00:10:00",
                                      "until-revoked",
                                      "true",
                                      "False",
                                      "1",
                                      "user",
                                      "transformation",
                                      "contoso.com",
                                      "urn:x:y",
                                      "id",
                                      "string1",
                                      "separator",
                                      "c44b4083-3bb0-49c1-b47d-974e53cbdf3c",
                                      "*",
                                      "a ",
                                      "Id"};
  return bl_text_of(texts[byte(m) % (sizeof texts / sizeof *texts)]);
}

static struct bl_value any(struct maker *m);
static struct bl_value object(struct maker *m, const struct bl_shape *shape);

static struct bl_value string(struct maker *m, const struct bl_field *f) {
  unsigned choice = byte(m);
  const struct bl_text *list = choice & 1 ? f->also_values : f->values;
  size_t n = 0;
  while (list != NULL && list[n].bytes != NULL) n++;
  struct bl_value value = {.type = BL_STRING};
  value.as.text = n > 0 && choice < 240 ? list[choice / 2 % n]
                  : choice < 160        ? known_text(m)
                                        : raw_text(m);
  return value;
}

static struct bl_value by_row(struct maker *m, const struct bl_field *f);

static struct bl_item *add(struct maker *m, struct bl_value *into) {
  struct bl_item *item = bl_value_add(into, m->arena, NULL);
  if (item == NULL) m->failed = true;
  return item;
}

static struct bl_value array(struct maker *m, const struct bl_field *f) {
  struct bl_value value = {.type = BL_ARRAY};
  unsigned n = byte(m) % MOST_ITEMS;
  if (n == 0 && byte(m) & 1) value.type = BL_EMPTY;
  for (; n > 0 && m->next < m->end; n--) {
    struct bl_item *item = add(m, &value);
    if (item == NULL) break;
    item->value = f == NULL          ? any(m)
                  : f->shape != NULL ? object(m, f->shape)
                                     : by_row(m, f->item);
  }
  return value;
}

static struct bl_value any(struct maker *m) {
  struct bl_value value = {.type = BL_NULL};
  unsigned choice = byte(m) % 9;
  if (m->level >= MOST_LEVELS) choice %= 6;
  m->level++;
  switch (choice) {
  case 1:
    value.type = BL_BOOLEAN;
    value.as.boolean = byte(m) & 1;
    break;
  case 2:
    value.type = BL_INTEGER;
    value.as.integer = (int64_t)byte(m) - 1;
    break;
  case 3:
    value.type = BL_NUMBER;
    value.as.number = byte(m) + 0.5;
    break;
  case 4:
    value.type = BL_STRING;
    value.as.text = raw_text(m);
    break;
  case 5: value.type = BL_EMPTY; break;
  case 6:
    value.type = BL_UNWRITABLE;
    value.as.why = "a function";
    break;
  case 7: value = array(m, NULL); break;
  case 8: value = object(m, NULL); break;
  default: break;
  }
  m->level--;
  return value;
}

/* A value that is mostly of the row's type. */
static struct bl_value by_row(struct maker *m, const struct bl_field *f) {
  struct bl_value value = {.type = f->type};
  if (byte(m) > 245) return any(m);
  switch (f->type) {
  case BL_STRING: return string(m, f);
  case BL_BOOLEAN: value.as.boolean = byte(m) & 1; break;
  case BL_INTEGER: value.as.integer = byte(m) % 3; break;
  case BL_ARRAY: return array(m, f);
  case BL_OBJECT: return object(m, f->shape);
  default: return any(m);
  }
  return value;
}

/* A member of a row, or one that has none. */
static void member(struct maker *m, const struct bl_shape *shape,
                   struct bl_value *into) {
  size_t rows = shape == NULL ? 0 : shape->count;
  unsigned choice = byte(m);
  struct bl_item *item = add(m, into);
  if (item == NULL) return;
  if (rows == 0 || choice > 245) {
    item->key = choice & 1 ? known_text(m) : raw_text(m);
    item->value = any(m);
    return;
  }
  const struct bl_field *f = &shape->fields[choice % rows];
  bool also = f->also.bytes != NULL && choice / rows % 2;
  item->key = also ? f->also : f->name;
  item->value = by_row(m, f);
}

static struct bl_value object(struct maker *m, const struct bl_shape *shape) {
  struct bl_value value = {.type = BL_OBJECT};
  unsigned n = byte(m) % MOST_ITEMS;
  if (n == 0) value.type = BL_EMPTY;
  for (; n > 0 && m->next < m->end; n--) member(m, shape, &value);
  if (value.as.first == NULL) value.type = BL_EMPTY;
  return value;
}

/* A definition as a table: with or without its wrapper. */
static struct bl_value table(struct maker *m, const struct bl_kind *kind) {
  unsigned choice = byte(m);
  struct bl_value inner = choice > 250 ? any(m) : object(m, kind->shape);
  if (choice & 1 || kind->wrapper == NULL) return inner;
  struct bl_value whole = {.type = BL_OBJECT};
  struct bl_item *item = add(m, &whole);
  if (item == NULL) return inner;
  item->key = bl_text_of(kind->wrapper);
  item->value = inner;
  return whole;
}

/* `twin` is the same table as `given`, and is not checked. */
static enum bl_status try(struct bl_arena *arena, const struct bl_kind *kind,
                          const struct bl_value *twin,
                          const struct bl_value *given) {
  static const struct bl_text none = {NULL, 0};
  struct bl_definition first, again, unchecked;
  struct bl_problems ignored;
  struct bl_text once, twice;
  enum bl_status s = fuzz_judge(arena, kind, given, none, &first);
  if (s == BL_OK) s = fuzz_write(arena, &first, &once);
  if (s != BL_OK) return s;
  s = fuzz_judge(arena, kind, NULL, once, &again);
  PROMISE(s != BL_INVALID && !again.lenient);
  if (s == BL_OK) s = fuzz_write(arena, &again, &twice);
  if (s != BL_OK) return s;
  PROMISE(once.len == twice.len &&
          memcmp(once.bytes, twice.bytes, once.len) == 0);
  bl_problems_init(&ignored, arena);
  s = bl_definition_wrap(kind, *twin, NULL, &ignored, &unchecked);
  if (s != BL_OK) return s;
  PROMISE(bl_definition_equal(kind, unchecked.inner, again.inner));
  PROMISE(bl_definition_equal(kind, again.inner, unchecked.inner));
  return BL_OK;
}

static const struct bl_kind *some_kind(unsigned n) {
  size_t i = 0;
  while (n-- > 0) i = bl_kinds[i + 1] == NULL ? 0 : i + 1;
  return bl_kinds[i];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct fuzz_memory memory;
  struct bl_text bytes;
  if (!fuzz_part(data, size, &memory, &bytes)) return 0;
  struct bl_arena arena;
  bl_arena_init(&arena, fuzz_alloc, &memory, FUZZ_MOST, NULL, 0);
  struct maker m[2];
  struct bl_value tables[2];
  const struct bl_kind *kind = NULL;
  for (int i = 0; i < 2; i++) {
    const uint8_t *start = (const uint8_t *)bytes.bytes;
    m[i] = (struct maker){start, start + bytes.len, &arena, 0, false};
    kind = some_kind(byte(&m[i]));
    tables[i] = table(&m[i], kind);
  }
  enum bl_status s = m[0].failed || m[1].failed
                         ? BL_NOMEM
                         : try(&arena, kind, &tables[0], &tables[1]);
  PROMISE(s == BL_OK || s == BL_INVALID || s == BL_NOMEM);
  PROMISE(s != BL_NOMEM || memory.ended || arena.taken > FUZZ_MOST / 2);
  bl_arena_free(&arena);
  return 0;
}
