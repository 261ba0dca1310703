#include "leftover.h"

#include <string.h>

static bool holds(struct bl_text text, const char *piece) {
  size_t len = strlen(piece);
  for (size_t i = 0; i + len <= text.len; i++)
    if (memcmp(text.bytes + i, piece, len) == 0) return true;
  return false;
}

static bool begins(struct bl_text text, const char *piece) {
  size_t len = strlen(piece);
  return text.len >= len && memcmp(text.bytes, piece, len) == 0;
}

static bool is_empty(struct bl_text text) { return text.len == 0; }

/* One bare word: "definition-value", "String". */
static bool is_placeholder(struct bl_text text) {
  for (size_t i = 0; i < text.len; i++) {
    char c = text.bytes[i];
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-'))
      return false;
  }
  return text.len > 0;
}

static bool has_backticks(struct bl_text text) { return holds(text, "`\""); }

static bool is_escaped_twice(struct bl_text text) {
  return begins(text, "{\\\"") || begins(text, "\\\"{");
}

static bool is_in_braces(struct bl_text text) { return begins(text, "{{"); }

static bool is_cut_off(struct bl_text text) {
  return holds(text, "\xE2\x80\xA6") || holds(text, "...");
}

static bool is_quoted(struct bl_text text) {
  return begins(text, "\"{") || begins(text, "'{") || begins(text, "[ \"{\"") ||
         begins(text, "[\"{\"");
}

static bool is_merge_conflict(struct bl_text text) {
  return holds(text, "<<<<<<<") || holds(text, ">>>>>>>");
}

static bool has_emphasis(struct bl_text text) { return holds(text, "**\""); }

/* The first that fits is told. */
static const struct {
  bool (*looks)(struct bl_text text);
  const char *words;
} leftovers[] = {
    {is_empty, "the text is empty"},
    {is_placeholder, "this is a placeholder of the documentation: put the "
                     "definition in its place"},
    {is_merge_conflict, "marks of an unresolved merge are left in the text"},
    {has_backticks, "PowerShell's back-tick escapes are left in the text: "
                    "take them out"},
    {is_escaped_twice, "the text is escaped once too often: take out the "
                       "backslashes before its quotes"},
    {is_in_braces, "an extra pair of braces stands around the text, as "
                   "PowerShell prints lists: take it off"},
    {is_quoted, "the quotes of a program's string are left around the text: "
                "take them off"},
    {has_emphasis, "emphasis marks (**) of a page are left in the text"},
    {is_cut_off, "the text looks cut off by an ellipsis: take it from the "
                 "service's answer, not from a table on a screen"},
};

const char *bl_leftover_words(struct bl_text text) {
  for (size_t i = 0; i < sizeof leftovers / sizeof *leftovers; i++)
    if (leftovers[i].looks(text)) return leftovers[i].words;
  return NULL;
}
