/* Any text as a time span, and as the other strings that mean something. What
 * is a span is one for the loose reader too, and means the same when it is
 * written; what is loosely one can be guessed. */
#include "core/format.h"
#include "fuzz.h"

#define DAY INT64_C(86400)
#define MOST_GUESSED (INT64_C(100000000) * DAY) /* eight digits of days */

static const struct bl_text candidates[] = {
    BL_TEXT("AccessTokenLifetime"),
    BL_TEXT("Version"),
    BL_TEXT("until-revoked"),
    BL_TEXT(""),
    {NULL, 0},
};

/* A span is written as a span of the same length. */
static void come_back(int64_t seconds) {
  char text[BL_SPAN_TEXT];
  int64_t again;
  bl_timespan_write(seconds, text);
  PROMISE(bl_timespan_read((struct bl_text){text, strlen(text)}, &again));
  PROMISE(again == seconds);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct bl_text text = {(const char *)data, size};
  int64_t strict, loose, guess;
  bool nul;
  if (bl_timespan_read(text, &strict)) {
    PROMISE(strict >= 0 && strict < 1000 * DAY);
    PROMISE(bl_timespan_loose(text, &loose) && loose == strict);
    come_back(strict);
  }
  if (bl_timespan_loose(text, &loose)) {
    PROMISE(loose >= 0);
    PROMISE(bl_timespan_guess(text, &guess) && guess == loose);
  }
  if (bl_timespan_guess(text, &guess))
    PROMISE(guess >= 0 && guess <= (int64_t)(size + 1) * MOST_GUESSED);
  if (bl_is_guid(text) || bl_is_uri(text) || bl_is_domain(text))
    PROMISE(bl_is_utf8(text, &nul) || !bl_is_domain(text));
  const char *nearest = bl_text_nearest(text, candidates);
  PROMISE(nearest == NULL || size <= 64);
  return 0;
}
