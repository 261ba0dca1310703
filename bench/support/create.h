/* What the peers in C have in common: the create that they send, which is the
 * same request as ours, and the time. */
#ifndef BENCH_CREATE_H
#define BENCH_CREATE_H

#include <stdio.h>
#include <time.h>

#include <curl/curl.h>

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

/* The headers that a client of Graph sends. */
static struct curl_slist *headers(const char *token) {
  char bearer[512];
  snprintf(bearer, sizeof bearer, "Authorization: Bearer %s", token);
  struct curl_slist *list = curl_slist_append(NULL, bearer);
  list = curl_slist_append(list, "Content-Type: application/json");
  list = curl_slist_append(
      list, "client-request-id: 9ad2f2d5-31a1-4a87-a0d7-8d6a3e9d2c5b");
  return curl_slist_append(list, "Accept: application/json");
}

/* A handle that creates a policy, its answer read and passed over. */
static CURL *create_handle(const char *url, struct curl_slist *list,
                           const char *body) {
  CURL *curl = curl_easy_init();
  curl_easy_setopt(curl, CURLOPT_URL, url);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list);
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, ignore);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "libcurl");
  curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "gzip");
  return curl;
}

static int is_created(CURL *curl) {
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  return status == 201;
}

#endif
