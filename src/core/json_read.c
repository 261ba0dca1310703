#include "json_read.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "scan.h"

#define EXACT (1LL << 53) /* integers up to here are exact as doubles */

/* What only a lenient reading takes: each is told once. */
enum liberty { SINGLE_QUOTES, TRAILING_COMMA, COMMENT, MARK, LINE_BREAK };

struct reader {
  const char *s, *end; /* what is left */
  struct bl_text text; /* the whole */
  enum bl_reading reading;
  const struct bl_path *path;
  struct bl_problems *problems;
  unsigned told; /* bit 1 << liberty */
  int depth;
  enum bl_status status;
};

static bool read_value(struct reader *r, struct bl_value *out);

static bool fail(struct reader *r, enum bl_problem_code code, const char *at,
                 const char *message) {
  bl_problems_add(r->problems, code, r->path, at, NULL, "%s", message);
  r->status = BL_INVALID;
  return false;
}

/* The next few characters, for a message. */
static const char *glimpse(const struct reader *r) {
  size_t left = (size_t)(r->end - r->s), n = left < 12 ? left : 12;
  while (n > 1 && n < left && ((unsigned char)r->s[n] & 0xC0) == 0x80) n--;
  return bl_problems_quote(r->problems, (struct bl_text){r->s, n});
}

static bool expected(struct reader *r, const char *what) {
  if (r->s == r->end)
    bl_problems_add(r->problems, BL_P_INVALID_JSON, r->path, r->s, NULL,
                    "the text ends where %s is due", what);
  else
    bl_problems_add(r->problems, BL_P_INVALID_JSON, r->path, r->s, NULL,
                    "%s is due here, not %s", what, glimpse(r));
  r->status = BL_INVALID;
  return false;
}

static bool no_memory(struct reader *r) {
  r->status = BL_NOMEM;
  return false;
}

/* Takes a liberty, or refuses it in a strict reading. */
static bool liberty(struct reader *r, enum liberty what, const char *at) {
  static const char *const words[] = {
      [SINGLE_QUOTES] = "a string in single quotes; JSON has double quotes",
      [TRAILING_COMMA] = "a comma before a closing bracket",
      [COMMENT] = "a comment; JSON has none",
      [MARK] = "a byte order mark before the text",
      [LINE_BREAK] =
          "a raw line break or tab in a string; JSON writes \\n, \\t",
  };
  if (r->reading == BL_STRICT)
    return fail(r, BL_P_INVALID_JSON, at, words[what]);
  if (!(r->told & 1u << what))
    bl_problems_add(r->problems, BL_P_LENIENT_JSON, r->path, at, NULL, "%s",
                    words[what]);
  r->told |= 1u << what;
  return true;
}

/* A comment at r->s; false with the failure told when it does not end. */
static bool skip_comment(struct reader *r) {
  const char *start = r->s, *close;
  if (!liberty(r, COMMENT, start)) return false;
  if (r->s[1] == '/') {
    close = memchr(r->s, '\n', (size_t)(r->end - r->s));
    r->s = close == NULL ? r->end : close + 1;
    return true;
  }
  for (close = r->s + 2; close + 1 < r->end; close++)
    if (close[0] == '*' && close[1] == '/') {
      r->s = close + 2;
      return true;
    }
  return fail(r, BL_P_INVALID_JSON, start, "this comment does not end");
}

static bool skip_more_blanks(struct reader *r) {
  for (;;) {
    while (r->s < r->end &&
           (*r->s == ' ' || *r->s == '\t' || *r->s == '\n' || *r->s == '\r'))
      r->s++;
    if (r->end - r->s < 2 || r->s[0] != '/' ||
        (r->s[1] != '/' && r->s[1] != '*'))
      return true;
    if (!skip_comment(r)) return false;
  }
}

/* Most often there is nothing to skip. */
static inline bool skip_blanks(struct reader *r) {
  return (r->s<r->end && * r->s> ' ' && *r->s != '/') || skip_more_blanks(r);
}

/* Four hexadecimal digits at s, or -1. */
static int hex4(const char *s, const char *end) {
  int n = 0;
  if (end - s < 4) return -1;
  for (int i = 0; i < 4; i++) {
    char c = s[i];
    int digit = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : -1;
    if (digit < 0) return -1;
    n = n * 16 + digit;
  }
  return n;
}

static char *put_utf8(char *out, unsigned c) {
  if (c < 0x80) {
    *out++ = (char)c;
  } else if (c < 0x800) {
    *out++ = (char)(0xC0 | c >> 6);
    *out++ = (char)(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    *out++ = (char)(0xE0 | c >> 12);
    *out++ = (char)(0x80 | (c >> 6 & 0x3F));
    *out++ = (char)(0x80 | (c & 0x3F));
  } else {
    *out++ = (char)(0xF0 | c >> 18);
    *out++ = (char)(0x80 | (c >> 12 & 0x3F));
    *out++ = (char)(0x80 | (c >> 6 & 0x3F));
    *out++ = (char)(0x80 | (c & 0x3F));
  }
  return out;
}

/* The character of a \u escape whose digits begin at *s, a surrogate pair
 * taken together; NULL with the failure told. */
static char *unicode(struct reader *r, const char **s, const char *end,
                     char *out) {
  const char *start = *s - 2;
  int high = hex4(*s, end);
  if (high < 0) {
    fail(r, BL_P_INVALID_JSON, start, "\\u takes four hexadecimal digits");
    return NULL;
  }
  *s += 4;
  if (high < 0xD800 || high > 0xDFFF) return put_utf8(out, (unsigned)high);
  int low = high < 0xDC00 && end - *s >= 6 && (*s)[0] == '\\' && (*s)[1] == 'u'
                ? hex4(*s + 2, end)
                : -1;
  if (low < 0xDC00 || low > 0xDFFF) {
    fail(r, BL_P_INVALID_JSON, start, "half of a surrogate pair");
    return NULL;
  }
  *s += 6;
  unsigned c = 0x10000u + (((unsigned)high - 0xD800) << 10);
  return put_utf8(out, c + (unsigned)low - 0xDC00);
}

/* Copies up to the next backslash, eight bytes at a time: there is as much room
 * at `to` as is left of the string. */
static char *copy_plain(const char **s, const char *end, char *to) {
  const char *from = *s;
  while (end - from >= 8) {
    uint64_t marks = bl_marks_of(bl_eight(from), '\\');
    size_t n = marks == 0 ? 8 : bl_before_mark(marks);
    memcpy(to, from, 8);
    to += n;
    from += n;
    if (marks == 0) continue;
    *s = from;
    return to;
  }
  while (from < end && *from != '\\') *to++ = *from++;
  *s = from;
  return to;
}

/* Unescapes the inside of a string, s to end, into the arena. */
static bool unescape(struct reader *r, const char *s, const char *end,
                     struct bl_text *out) {
  static const char letters[] = "\"\\/bfnrt'", bytes[] = "\"\\/\b\f\n\r\t'";
  char *start = bl_arena_take(r->problems->arena, (size_t)(end - s));
  if (start == NULL) return no_memory(r);
  char *to = start;
  while ((to = copy_plain(&s, end, to), s < end)) {
    if (s + 1 < end && (s[1] == '"' || s[1] == '\\')) {
      *to++ = s[1];
      s += 2;
      continue;
    }
    const char *letter = s + 1 < end ? memchr(letters, s[1], 9) : NULL;
    bool quote = letter != NULL && *letter == '\'';
    if (letter != NULL && (!quote || r->reading == BL_LENIENT)) {
      if (quote && !liberty(r, SINGLE_QUOTES, s)) return false;
      *to++ = bytes[letter - letters];
      s += 2;
    } else if (s + 1 < end && s[1] == 'u') {
      s += 2;
      to = unicode(r, &s, end, to);
      if (to == NULL) return false;
    } else {
      return fail(r, BL_P_INVALID_JSON, s,
                  "a backslash that escapes nothing; \\\\ writes one");
    }
  }
  *out = (struct bl_text){start, (size_t)(to - start)};
  return true;
}

/* The first byte from s on that a string does not simply contain. Takes
 * `plain` back where it steps over what is not ASCII. */
static const char *string_end(const char *s, const char *end, char quote,
                              bool *plain) {
  for (; end - s >= 8; s += 8) {
    uint64_t word = bl_eight(s);
    uint64_t marks = bl_marks_of(word, quote) | bl_marks_of(word, '\\') |
                     bl_marks_of_controls(word);
    uint64_t before = marks == 0 ? word : word & ((marks & (0 - marks)) - 1);
    if (before & BL_TOPS) *plain = false;
    if (marks != 0) return s + bl_before_mark(marks);
  }
  for (; s < end && *s != quote && *s != '\\' && (unsigned char)*s >= 0x20; s++)
    if ((unsigned char)*s >= 0x80) *plain = false;
  return s;
}

/* Finds the closing quote from s on, stepping over escapes and, leniently,
 * over raw line breaks and tabs. NULL with the failure told. */
static const char *closing_quote(struct reader *r, const char *s, char quote,
                                 bool *escaped, bool *plain) {
  const char *start = s - 1;
  *escaped = false;
  *plain = quote == '"';
  for (;; s++) {
    s = string_end(s, r->end, quote, plain);
    if (s == r->end) {
      fail(r, BL_P_INVALID_JSON, start, "this string does not end");
      return NULL;
    }
    if (*s == quote) return s;
    *plain = false;
    if (*s == '\\') {
      *escaped = true;
      if (s + 1 < r->end) s++;
    } else if (*s == '\n' || *s == '\r' || *s == '\t') {
      if (!liberty(r, LINE_BREAK, s)) return NULL;
    } else {
      fail(r, BL_P_INVALID_JSON, s,
           "a control character in a string; JSON writes it as \\u00XX");
      return NULL;
    }
  }
}

/* A string at r->s; fills *plain with whether it is known to be plain. */
static bool read_string(struct reader *r, struct bl_text *out, bool *plain) {
  char quote = *r->s;
  bool escaped;
  if (quote == '\'' && !liberty(r, SINGLE_QUOTES, r->s)) return false;
  const char *start = r->s + 1;
  const char *close = closing_quote(r, start, quote, &escaped, plain);
  if (close == NULL) return false;
  r->s = close + 1;
  *out = (struct bl_text){start, (size_t)(close - start)};
  return !escaped || unescape(r, start, close, out);
}

static const char *skip_digits(const char *s, const char *end) {
  while (s < end && *s >= '0' && *s <= '9') s++;
  return s;
}

/* The end of a number at s by the grammar of JSON; NULL: it is none. Tells
 * whether it is written as an integer. */
static const char *number_end(const char *s, const char *end, bool *integer) {
  const char *start;
  if (s < end && *s == '-') s++;
  start = s;
  s = skip_digits(s, end);
  if (s == start || (*start == '0' && s - start > 1)) return NULL;
  *integer = true;
  if (s < end && *s == '.') {
    *integer = false;
    start = ++s;
    s = skip_digits(s, end);
    if (s == start) return NULL;
  }
  if (s < end && (*s == 'e' || *s == 'E')) {
    *integer = false;
    s++;
    if (s < end && (*s == '+' || *s == '-')) s++;
    start = s;
    s = skip_digits(s, end);
    if (s == start) return NULL;
  }
  return s;
}

/* An integer in [s, end) that int64_t holds; -0 is none. */
static bool small_integer(const char *s, const char *end, int64_t *out) {
  bool minus = *s == '-';
  uint64_t n = 0, most = (uint64_t)INT64_MAX + (minus ? 1 : 0);
  for (s += minus; s < end; s++) {
    uint64_t digit = (uint64_t)(*s - '0');
    if (n > (most - digit) / 10) return false;
    n = n * 10 + digit;
  }
  if (minus && n == 0) return false;
  *out = minus ? (int64_t)(0 - n) : (int64_t)n;
  return true;
}

/* strtod, whose decimal point is the locale's. */
static double to_double(char *digits) {
  char *point = strchr(digits, '.');
  if (point != NULL) *point = *localeconv()->decimal_point;
  return strtod(digits, NULL);
}

static bool read_number(struct reader *r, struct bl_value *out) {
  bool integer;
  const char *start = r->s, *end = number_end(r->s, r->end, &integer);
  if (end == NULL)
    return fail(r, BL_P_INVALID_JSON, start, "not a number as JSON writes it");
  r->s = end;
  out->type = BL_INTEGER;
  if (integer && small_integer(start, end, &out->as.integer)) return true;
  char *digits =
      bl_arena_copy(r->problems->arena, start, (size_t)(end - start));
  if (digits == NULL) return no_memory(r);
  double n = to_double(digits);
  if (isinf(n))
    return fail(r, BL_P_INVALID_JSON, start, "a number beyond all range");
  if (n == floor(n) && n >= -(double)EXACT && n <= (double)EXACT &&
      !(n == 0 && signbit(n))) {
    out->as.integer = (int64_t)n;
    return true;
  }
  out->type = BL_NUMBER;
  out->as.number = n;
  return true;
}

static bool read_word(struct reader *r, const char *word, size_t len) {
  if ((size_t)(r->end - r->s) < len || memcmp(r->s, word, len) != 0)
    return expected(r, "a value");
  r->s += len;
  return true;
}

/* "key" : at r->s, into item. */
static bool read_key(struct reader *r, struct bl_item *item) {
  if (r->s == r->end || (*r->s != '"' && *r->s != '\''))
    return expected(r, "a key in double quotes");
  const char *start = r->s;
  if (!read_string(r, &item->key, &item->plain) || !skip_blanks(r))
    return false;
  if (r->s == r->end || *r->s != ':') return expected(r, "a colon");
  r->s++;
  if (!skip_blanks(r)) return false;
  size_t ahead = (size_t)(r->s - start);
  item->key_ahead = ahead > UINT32_MAX ? 0 : (uint32_t)ahead;
  return true;
}

/* Items up to `close`, r->s being behind the opening bracket. */
static bool read_items(struct reader *r, struct bl_value *out, char close) {
  struct bl_item **end = &out->as.first;
  const char *comma = NULL;
  for (;;) {
    if (!skip_blanks(r)) return false;
    if (r->s < r->end && *r->s == close && (out->count == 0 || comma != NULL))
      break;
    struct bl_item *item = bl_arena_take(r->problems->arena, sizeof *item);
    if (item == NULL) return no_memory(r);
    *item = (struct bl_item){.next = NULL};
    if (close == '}' && !read_key(r, item)) return false;
    if (!read_value(r, &item->value) || !skip_blanks(r)) return false;
    *end = item;
    end = &item->next;
    out->count++;
    comma = NULL;
    if (r->s < r->end && *r->s == close) break;
    if (r->s == r->end || *r->s != ',')
      return expected(r, close == '}' ? "a comma or }" : "a comma or ]");
    comma = r->s++;
  }
  r->s++;
  return comma == NULL || liberty(r, TRAILING_COMMA, comma);
}

static bool read_nested(struct reader *r, struct bl_value *out) {
  char close = *r->s == '{' ? '}' : ']';
  out->type = close == '}' ? BL_OBJECT : BL_ARRAY;
  if (r->depth == BL_MAX_DEPTH)
    return fail(r, BL_P_TOO_DEEP, r->s, "nested more than 100 levels deep");
  r->depth++;
  r->s++;
  bool done = read_items(r, out, close);
  r->depth--;
  return done;
}

static bool read_value(struct reader *r, struct bl_value *out) {
  *out = (struct bl_value){.type = BL_NULL, .at = r->s};
  if (r->s == r->end) return expected(r, "a value");
  switch (*r->s) {
  case '{':
  case '[': return read_nested(r, out);
  case '"':
  case '\'':
    out->type = BL_STRING;
    return read_string(r, &out->as.text, &out->plain);
  case 't':
    out->type = BL_BOOLEAN;
    out->as.boolean = true;
    return read_word(r, "true", 4);
  case 'f': out->type = BL_BOOLEAN; return read_word(r, "false", 5);
  case 'n': return read_word(r, "null", 4);
  default:
    if (*r->s == '-' || (*r->s >= '0' && *r->s <= '9'))
      return read_number(r, out);
    return expected(r, "a value");
  }
}

/* The first byte that is not UTF-8. */
static const char *broken_byte(struct bl_text text) {
  size_t good = 0, bad = text.len;
  while (bad - good > 1) { /* text[0, good) is UTF-8, text[0, bad) is not */
    size_t middle = good + (bad - good) / 2;
    while (middle > good && ((unsigned char)text.bytes[middle] & 0xC0) == 0x80)
      middle--;
    if (middle == good) break;
    if (bl_is_utf8((struct bl_text){text.bytes, middle}, NULL))
      good = middle;
    else
      bad = middle;
  }
  return text.bytes + good;
}

static bool read_whole(struct reader *r, struct bl_value *out) {
  if (!bl_is_utf8(r->text, NULL))
    return fail(r, BL_P_INVALID_UTF8, broken_byte(r->text),
                "these bytes are not UTF-8");
  if (r->text.len >= 3 && memcmp(r->s, "\xEF\xBB\xBF", 3) == 0) {
    if (!liberty(r, MARK, r->s)) return false;
    r->s += 3;
  }
  if (!skip_blanks(r) || !read_value(r, out) || !skip_blanks(r)) return false;
  return r->s == r->end || expected(r, "the end of the text");
}

enum bl_status bl_json_read(struct bl_text text, enum bl_reading reading,
                            const struct bl_path *path,
                            struct bl_problems *problems,
                            struct bl_value *out) {
  struct reader r = {.s = text.bytes,
                     .end = text.bytes + text.len,
                     .text = text,
                     .reading = reading,
                     .path = path,
                     .problems = problems,
                     .status = BL_OK};
  *out = (struct bl_value){.type = BL_NULL};
  if (!read_whole(&r, out)) return r.status;
  return problems->status;
}
