#include "status.h"

static const struct {
  const char *code, *text;
} statuses[] = {
#define X(name, code, text) {code, text},
    BL_STATUS_LIST(X)
#undef X
};

const char *bl_status_code(enum bl_status status) {
  return statuses[status].code;
}

const char *bl_status_text(enum bl_status status) {
  return statuses[status].text;
}
