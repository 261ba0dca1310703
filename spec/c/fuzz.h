/* What the fuzz targets share: the first two bytes of an input say after how
 * many requests memory runs out, 0 for never; the rest is the text. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/arena.h"
#include "core/value.h"

/* Ends the process, as libFuzzer wants it, when a promise is broken. */
#define PROMISE(holds)                                                         \
  ((holds) ? (void)0 : fuzz_broken(#holds, __FILE__, __LINE__))

static inline void fuzz_broken(const char *promise, const char *file,
                               int line) {
  fprintf(stderr, "%s:%d: broken: %s\n", file, line, promise);
  abort();
}

struct fuzz_memory {
  unsigned left; /* requests that will be granted; 0: all */
  bool ended;    /* one was refused */
};

/* A bl_alloc that ends after some requests. */
static inline void *fuzz_alloc(void *ud, void *old, size_t old_size,
                               size_t size) {
  struct fuzz_memory *memory = ud;
  if (size > 0 && memory->left > 0 && --memory->left == 0) memory->ended = true;
  if (size > 0 && memory->ended) return NULL;
  return bl_alloc_libc(NULL, old, old_size, size);
}

/* Parts an input; false when it is too short. */
static inline bool fuzz_part(const uint8_t *data, size_t size,
                             struct fuzz_memory *memory, struct bl_text *text) {
  if (size < 2) return false;
  unsigned n = (unsigned)(data[0] | data[1] << 8);
  *memory = (struct fuzz_memory){.left = n < 1000 ? n : 0};
  *text = (struct bl_text){(const char *)data + 2, size - 2};
  return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
