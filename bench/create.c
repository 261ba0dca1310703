/* The peer of bench/create.lua: a bare libcurl loop that creates policies over
 * one kept-alive connection and looks at nothing but the status.
 *   create URL TOKEN BODY COUNT   prints the seconds it took */
#include <curl/curl.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static size_t ignore(char *bytes, size_t size, size_t count, void *user) {
  (void)bytes;
  (void)user;
  return size * count;
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct curl_slist *headers(const char *token) {
  char bearer[512];
  snprintf(bearer, sizeof bearer, "Authorization: Bearer %s", token);
  struct curl_slist *list = curl_slist_append(NULL, bearer);
  /* what a client of Graph sends, so that both requests are the same */
  list = curl_slist_append(list, "Content-Type: application/json");
  list = curl_slist_append(
      list, "client-request-id: 9ad2f2d5-31a1-4a87-a0d7-8d6a3e9d2c5b");
  return curl_slist_append(list, "Accept: application/json");
}

static int create(CURL *curl) {
  long status = 0;
  if (curl_easy_perform(curl) != CURLE_OK) return 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  return status == 201;
}

int main(int argc, char **argv) {
  if (argc != 5) return 64;
  CURL *curl = curl_easy_init();
  struct curl_slist *list = headers(argv[2]);
  curl_easy_setopt(curl, CURLOPT_URL, argv[1]);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list);
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, argv[3]);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, ignore);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "create");
  curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "gzip");
  int done = create(curl);
  double start = now();
  for (int n = atoi(argv[4]); n > 0 && done; n--) done = create(curl);
  printf("%.6f\n", now() - start);
  curl_slist_free_all(list);
  curl_easy_cleanup(curl);
  return done ? 0 : 1;
}
