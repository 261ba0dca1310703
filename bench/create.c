/* The peer of bench/create.lua: a bare libcurl loop that creates policies over
 * one kept-alive connection and looks at nothing but the status.
 *   create URL TOKEN BODY COUNT   prints the seconds it took */
#include <stdlib.h>

#include "support/create.h"

static int create(CURL *curl) {
  return curl_easy_perform(curl) == CURLE_OK && is_created(curl);
}

int main(int argc, char **argv) {
  if (argc != 5) return 64;
  struct curl_slist *list = headers(argv[2]);
  CURL *curl = create_handle(argv[1], list, argv[3]);
  int done = create(curl);
  double start = now();
  for (int n = atoi(argv[4]); n > 0 && done; n--) done = create(curl);
  printf("%.6f\n", now() - start);
  curl_slist_free_all(list);
  curl_easy_cleanup(curl);
  return done ? 0 : 1;
}
