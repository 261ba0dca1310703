#include "text.h"

bool bl_same_folded(const char *a, const char *b, size_t n) {
  size_t i = 0;
  while (i < n && bl_fold(a[i]) == bl_fold(b[i])) i++;
  return i == n;
}
