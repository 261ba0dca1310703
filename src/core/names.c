#include "names.h"

#include "scan.h"

bool bl_names_init(struct bl_names *names, struct bl_arena *arena,
                   size_t most) {
  size_t count = 1; /* of slots, of which half at least stay free */
  *names = (struct bl_names){.slots = NULL};
  while (count / 2 < most) count *= 2;
  if (count > SIZE_MAX / sizeof *names->slots) return false;
  names->slots = bl_arena_take(arena, count * sizeof *names->slots);
  if (names->slots == NULL) return false;
  memset(names->slots, 0, count * sizeof *names->slots);
  names->mask = count - 1;
  return true;
}

/* Mixes eight bytes in. One bit of each is left out: that by which the cases
 * of a letter differ. */
static uint64_t mix(uint64_t h, uint64_t word) {
  h = (h ^ (word | BL_ONES * 0x20)) * UINT64_C(0x9E3779B97F4A7C15);
  return h ^ h >> 32;
}

static uint64_t hash_of(struct bl_text text) {
  uint64_t h = text.len;
  if (text.len == 0) return 0;
  if (text.len < 8) return mix(h, bl_few(text.bytes, text.len));
  for (size_t i = 0; i + 8 <= text.len; i += 8)
    h = mix(h, bl_eight(text.bytes + i));
  return mix(h, bl_eight(text.bytes + text.len - 8));
}

/* The slot that has the text, or the free one where it belongs. */
static struct bl_name *slot_of(const struct bl_names *names,
                               struct bl_text text, uint64_t hash) {
  size_t n = hash & names->mask;
  while (names->slots[n].text.bytes != NULL &&
         (names->slots[n].hash != hash ||
          !bl_text_same_folded(names->slots[n].text, text)))
    n = (n + 1) & names->mask;
  return &names->slots[n];
}

bool bl_names_add(struct bl_names *names, struct bl_text text) {
  if (names->slots == NULL) return true;
  uint64_t hash = hash_of(text);
  struct bl_name *slot = slot_of(names, text, hash);
  if (slot->text.bytes != NULL) return false;
  *slot = (struct bl_name){text, hash};
  return true;
}

bool bl_names_have(const struct bl_names *names, struct bl_text text) {
  return names->slots != NULL &&
         slot_of(names, text, hash_of(text))->text.bytes != NULL;
}
