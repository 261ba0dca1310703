/* The peer of bench/client.lua: a bare libcurl multi loop that creates
 * policies, so many in flight, and looks at nothing but the status.
 *   multi URL TOKEN BODY COUNT IN_FLIGHT   prints the seconds it took */
#include <stdlib.h>

#include "support/create.h"

#define MOST 256

/* Takes what has ended out of the loop and puts it in again while more is to
 * be done. False: an answer was not 201. */
static int turn(CURLM *multi, int *to_start, int *to_end) {
  int left;
  CURLMsg *message;
  while ((message = curl_multi_info_read(multi, &left)) != NULL) {
    CURL *curl = message->easy_handle;
    if (message->data.result != CURLE_OK || !is_created(curl)) return 0;
    curl_multi_remove_handle(multi, curl);
    --*to_end;
    if (*to_start > 0) {
      --*to_start;
      curl_multi_add_handle(multi, curl);
    }
  }
  return 1;
}

int main(int argc, char **argv) {
  if (argc != 6) return 64;
  int count = atoi(argv[4]), flying = atoi(argv[5]), running, ok = 1;
  if (flying < 1 || flying > MOST) return 64;
  CURLM *multi = curl_multi_init();
  CURL *curls[MOST] = {0};
  struct curl_slist *list = headers(argv[2]);
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)flying);
  int to_start = count, to_end = count;
  double start = now();
  for (int i = 0; i < flying && to_start > 0; i++, to_start--) {
    curls[i] = create_handle(argv[1], list, argv[3]);
    curl_multi_add_handle(multi, curls[i]);
  }
  while (ok && to_end > 0) {
    curl_multi_perform(multi, &running);
    ok = turn(multi, &to_start, &to_end);
    if (ok && to_end > 0) curl_multi_poll(multi, NULL, 0, 1000, NULL);
  }
  printf("%.6f\n", now() - start);
  for (int i = 0; i < flying; i++) curl_easy_cleanup(curls[i]);
  curl_multi_cleanup(multi);
  curl_slist_free_all(list);
  return ok ? 0 : 1;
}
