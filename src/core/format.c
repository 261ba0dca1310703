#include "format.h"

#include <stdio.h>
#include <string.h>

#include "scan.h"

#define MINUTE 60
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define NEAR_MAX 64 /* bytes of a text that may be near another */

/* Length of the UTF-8 sequence at s, or 0. Surrogates, overlong forms and
 * what lies beyond U+10FFFF are none. */
static size_t utf8_sequence(const unsigned char *s, size_t left) {
  unsigned char low = 0x80, high = 0xBF;
  size_t n;
  if (s[0] >= 0xC2 && s[0] <= 0xDF) {
    n = 2;
  } else if (s[0] >= 0xE0 && s[0] <= 0xEF) {
    n = 3;
    if (s[0] == 0xE0) low = 0xA0;
    if (s[0] == 0xED) high = 0x9F;
  } else if (s[0] >= 0xF0 && s[0] <= 0xF4) {
    n = 4;
    if (s[0] == 0xF0) low = 0x90;
    if (s[0] == 0xF4) high = 0x8F;
  } else {
    return 0;
  }
  if (left < n || s[1] < low || s[1] > high) return 0;
  for (size_t i = 2; i < n; i++)
    if ((s[i] & 0xC0) != 0x80) return 0;
  return n;
}

/* Whether eight bytes are ASCII and none of them NUL. */
static bool plain_eight(const char *s) {
  uint64_t word = bl_eight(s);
  return ((word | (word - BL_ONES)) & BL_TOPS) == 0;
}

bool bl_is_utf8(struct bl_text text, bool *nul) {
  const char *s = text.bytes, *end = s + text.len;
  bool seen = false;
  while (s < end) {
    size_t n = 1;
    if (end - s >= 8 && plain_eight(s))
      n = 8;
    else if (*s == 0)
      seen = true;
    else if ((unsigned char)*s >= 0x80 &&
             (n = utf8_sequence((const unsigned char *)s, (size_t)(end - s))) ==
                 0)
      return false;
    s += n;
  }
  if (nul != NULL) *nul = seen;
  return true;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static bool is_alpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Reads up to `most` digits at *s; -1 when there are none or more. */
static int64_t digits(const char **s, const char *end, int most) {
  int64_t n = 0;
  int count = 0;
  for (; *s < end && is_digit(**s); (*s)++, count++) {
    if (count == most) return -1;
    n = n * 10 + (**s - '0');
  }
  return count == 0 ? -1 : n;
}

static bool take(const char **s, const char *end, char c) {
  if (*s == end || **s != c) return false;
  (*s)++;
  return true;
}

/* hours ":" minutes ":" seconds at *s, to the end, none of them bounded. The
 * seconds may be missing when `loose`. */
static bool clock_time(const char *s, const char *end, bool loose, int64_t *h,
                       int64_t *m, int64_t *sec) {
  *h = digits(&s, end, loose ? 3 : 2);
  if (*h < 0 || !take(&s, end, ':')) return false;
  const char *minutes = s;
  *m = digits(&s, end, loose ? 3 : 2);
  if (*m < 0 || (!loose && s - minutes != 2)) return false;
  *sec = 0;
  if (loose && s == end) return true;
  if (!take(&s, end, ':')) return false;
  const char *seconds = s;
  *sec = digits(&s, end, loose ? 3 : 2);
  return *sec >= 0 && (loose || s - seconds == 2) && s == end;
}

static bool span(struct bl_text text, bool loose, int64_t *seconds) {
  const char *s = text.bytes, *end = s + text.len, *rest = s;
  int64_t d = digits(&rest, end, 3), h, m, sec;
  if (d >= 0 && take(&rest, end, '.'))
    s = rest;
  else
    d = 0;
  if (!clock_time(s, end, loose, &h, &m, &sec)) return false;
  if (!loose && (h > 23 || m > 59 || sec > 59)) return false;
  *seconds = d * DAY + h * HOUR + m * MINUTE + sec;
  return true;
}

bool bl_timespan_read(struct bl_text text, int64_t *seconds) {
  return span(text, false, seconds);
}

bool bl_timespan_loose(struct bl_text text, int64_t *seconds) {
  return span(text, true, seconds);
}

/* "8h", "90m", "PT1H30M", "P1DT2H": numbers, each with a unit's letter. */
static bool spelled(const char *s, const char *end, int64_t *seconds) {
  bool iso = s < end && bl_fold(*s) == 'p', time = !iso;
  int units = 0;
  *seconds = 0;
  if (iso) s++;
  while (s < end) {
    if (iso && bl_fold(*s) == 't') {
      time = true;
      s++;
      continue;
    }
    int64_t n = digits(&s, end, 8);
    while (s < end && *s == ' ') s++;
    if (n < 0 || s == end) return false;
    switch (bl_fold(*s++)) {
    case 'd': n *= DAY; break;
    case 'h': n *= HOUR; break;
    case 'm':
      if (!time) return false; /* months */
      n *= MINUTE;
      break;
    case 's': break;
    default: return false;
    }
    *seconds += n;
    units++;
  }
  return units > 0;
}

bool bl_timespan_guess(struct bl_text text, int64_t *seconds) {
  const char *s = text.bytes, *end = s + text.len;
  while (s < end && *s == ' ') s++;
  while (s < end && end[-1] == ' ') end--;
  struct bl_text inner = {s, (size_t)(end - s)};
  if (span(inner, true, seconds) || spelled(s, end, seconds)) return true;
  int64_t n = digits(&s, end, 8);
  if (n < 0 || s != end) return false;
  *seconds = n;
  return true;
}

void bl_timespan_write(int64_t seconds, char out[BL_SPAN_TEXT]) {
  int days = (int)(seconds / DAY), h = (int)(seconds % DAY / HOUR);
  int m = (int)(seconds % HOUR / MINUTE), s = (int)(seconds % MINUTE);
  if (days > 0)
    snprintf(out, BL_SPAN_TEXT, "%d.%02d:%02d:%02d", days, h, m, s);
  else
    snprintf(out, BL_SPAN_TEXT, "%02d:%02d:%02d", h, m, s);
}

static bool is_hex(char c) {
  return is_digit(c) || (bl_fold(c) >= 'a' && bl_fold(c) <= 'f');
}

bool bl_is_guid(struct bl_text text) {
  if (text.len != 36) return false;
  for (size_t i = 0; i < 36; i++) {
    bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    if (hyphen ? text.bytes[i] != '-' : !is_hex(text.bytes[i])) return false;
  }
  return true;
}

bool bl_is_uri(struct bl_text text) {
  const char *s = text.bytes, *end = s + text.len;
  if (s == end || !is_alpha(*s)) return false;
  while (s < end &&
         (is_alpha(*s) || is_digit(*s) || *s == '+' || *s == '-' || *s == '.'))
    s++;
  if (s == end || *s++ != ':' || s == end) return false;
  for (; s < end; s++)
    if ((unsigned char)*s <= ' ' || strchr("\"<>\\^`{|}\x7f", *s) != NULL)
      return false;
  return true;
}

/* One label at *s: letters, digits and inner hyphens, 63 bytes at most. */
static bool label(const char **s, const char *end) {
  const char *start = *s;
  while (*s < end && (is_alpha(**s) || is_digit(**s) || **s == '-')) (*s)++;
  return *s > start && *s - start <= 63 && *start != '-' && (*s)[-1] != '-';
}

bool bl_is_domain(struct bl_text text) {
  const char *s = text.bytes, *end = s + text.len;
  int labels = 1;
  if (text.len > 253 || !label(&s, end)) return false;
  for (; s < end; labels++)
    if (!take(&s, end, '.') || !label(&s, end)) return false;
  return labels > 1;
}

/* Edits (insert, drop, change a byte, case not counting) between two texts of
 * at most NEAR_MAX bytes. */
static size_t edits(struct bl_text a, struct bl_text b) {
  size_t row[NEAR_MAX + 1];
  for (size_t j = 0; j <= b.len; j++) row[j] = j;
  for (size_t i = 1; i <= a.len; i++) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.len; j++) {
      bool differ = bl_fold(a.bytes[i - 1]) != bl_fold(b.bytes[j - 1]);
      size_t change = diagonal + differ;
      diagonal = row[j];
      size_t least = row[j] < row[j - 1] ? row[j] : row[j - 1];
      row[j] = change <= least ? change : least + 1;
    }
  }
  return row[b.len];
}

const char *bl_text_nearest(struct bl_text text,
                            const struct bl_text *candidates) {
  const char *nearest = NULL;
  if (text.len > NEAR_MAX) return NULL;
  size_t least = text.len / 3 + 1; /* more than a third is another word */
  for (; candidates->bytes != NULL; candidates++) {
    if (candidates->len > NEAR_MAX) continue;
    size_t n = edits(text, *candidates);
    if (n < least || (n == least && nearest == NULL)) {
      least = n;
      nearest = candidates->bytes;
    }
  }
  return nearest;
}
