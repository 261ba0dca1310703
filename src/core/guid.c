#include "guid.h"

#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "format.h"

#define SERIALS 0x1000 /* ids of one millisecond; then the clock is led */

bool bl_random(void *out, size_t len) {
  unsigned char *bytes = out;
  while (len > 0) {
    ssize_t got = getrandom(bytes, len, 0);
    if (got <= 0) return false;
    bytes += got;
    len -= (size_t)got;
  }
  return true;
}

static void stamp(uint8_t id[BL_GUID_BYTES], unsigned version) {
  id[6] = (uint8_t)((id[6] & 0x0f) | version << 4);
  id[8] = (uint8_t)((id[8] & 0x3f) | 0x80);
}

void bl_guid_stamp(uint8_t id[BL_GUID_BYTES]) { stamp(id, 4); }

void bl_guid_random(uint8_t out[BL_GUID_BYTES]) {
  if (!bl_random(out, BL_GUID_BYTES)) memset(out, 0, BL_GUID_BYTES);
  stamp(out, 4);
}

/* `len` bytes, no more than there is room for in `random`. */
static bool take(struct bl_ids *ids, uint8_t *out, size_t len) {
  if (ids->left < len) {
    if (!bl_random(ids->random, sizeof ids->random)) return false;
    ids->left = sizeof ids->random;
  }
  ids->left -= len;
  memcpy(out, ids->random + ids->left, len);
  return true;
}

void bl_guid_another(struct bl_ids *ids, uint8_t out[BL_GUID_BYTES]) {
  if (!take(ids, out, BL_GUID_BYTES)) memset(out, 0, BL_GUID_BYTES);
  stamp(out, 4);
}

static uint64_t clock_ms(void) {
  struct timespec now = {0};
  clock_gettime(CLOCK_REALTIME, &now);
  return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

bool bl_guid_next(struct bl_ids *ids, uint8_t out[BL_GUID_BYTES]) {
  if (!take(ids, out + 8, 8)) return false;
  uint64_t ms = clock_ms();
  if (ms > ids->ms || ++ids->serial == SERIALS) {
    ids->ms = ms > ids->ms ? ms : ids->ms + 1;
    ids->serial = 0;
  }
  for (unsigned i = 0; i < 6; i++) out[i] = (uint8_t)(ids->ms >> (40 - 8 * i));
  out[6] = (uint8_t)(ids->serial >> 8);
  out[7] = (uint8_t)ids->serial;
  stamp(out, 7);
  return true;
}

static bool hyphen_before(unsigned byte) {
  return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

void bl_guid_write(const uint8_t id[BL_GUID_BYTES], char out[BL_GUID_TEXT]) {
  static const char hex[] = "0123456789abcdef";
  for (unsigned i = 0; i < BL_GUID_BYTES; i++) {
    if (hyphen_before(i)) *out++ = '-';
    *out++ = hex[id[i] >> 4];
    *out++ = hex[id[i] & 15];
  }
  *out = '\0';
}

/* Where the two digits of each byte stand in the text. */
static const uint8_t places[BL_GUID_BYTES] = {0,  2,  4,  6,  9,  11, 14, 16,
                                              19, 21, 24, 26, 28, 30, 32, 34};

/* A hexadecimal digit's value and 16, by character; 0: it is none. */
static const uint8_t digits[256] = {
    ['0'] = 16, ['1'] = 17, ['2'] = 18, ['3'] = 19, ['4'] = 20, ['5'] = 21,
    ['6'] = 22, ['7'] = 23, ['8'] = 24, ['9'] = 25, ['a'] = 26, ['b'] = 27,
    ['c'] = 28, ['d'] = 29, ['e'] = 30, ['f'] = 31, ['A'] = 26, ['B'] = 27,
    ['C'] = 28, ['D'] = 29, ['E'] = 30, ['F'] = 31};

bool bl_guid_read(struct bl_text text, uint8_t out[BL_GUID_BYTES]) {
  const unsigned char *t = (const unsigned char *)text.bytes;
  uint8_t all = 16;
  if (text.len != 36 || t[8] != '-' || t[13] != '-' || t[18] != '-' ||
      t[23] != '-')
    return false;
  for (unsigned i = 0; i < BL_GUID_BYTES; i++) {
    uint8_t high = digits[t[places[i]]], low = digits[t[places[i] + 1]];
    out[i] = (uint8_t)(high << 4 | (low & 15));
    all &= high & low;
  }
  return all != 0;
}
