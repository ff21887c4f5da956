/* What the floor programs share: time, a histogram of latenesses, memory of a process. */
#pragma once

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000LL
#define MILLISECOND 1000000LL

static inline int64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * SECOND + t.tv_nsec;
}

/* Log-linear: 64 buckets for each power of two, so a quantile is off by at most 1.6 %. */
enum { HISTOGRAM_BUCKETS = 64 * 60 };

struct histogram {
  int64_t count;
  int64_t max;
  uint32_t buckets[HISTOGRAM_BUCKETS];
};

static inline int bucket_of(int64_t value) {
  if (value < 64) return (int)value;
  int shift = 63 - __builtin_clzll((unsigned long long)value) - 6;
  return 64 * shift + (int)(value >> shift);
}

static inline int64_t value_of(int bucket) {
  if (bucket < 128) return bucket;
  int shift = bucket / 64 - 1;
  return (int64_t)(bucket - 64 * shift) << shift;
}

static inline void record(struct histogram *h, int64_t value) {
  if (value < 0) value = 0;
  if (value > h->max) h->max = value;
  h->count++;
  h->buckets[bucket_of(value)]++;
}

static inline void merge(struct histogram *into, const struct histogram *from) {
  into->count += from->count;
  if (from->max > into->max) into->max = from->max;
  for (int i = 0; i < HISTOGRAM_BUCKETS; i++) into->buckets[i] += from->buckets[i];
}

static inline int64_t quantile(const struct histogram *h, double q) {
  int64_t wanted = (int64_t)(q * (double)h->count), seen = 0;
  for (int i = 0; i < HISTOGRAM_BUCKETS; i++) {
    seen += h->buckets[i];
    if (seen > wanted) return value_of(i);
  }
  return h->max;
}

static inline double rss_mb(pid_t pid) {
  char path[64];
  long pages = 0, resident = 0;
  snprintf(path, sizeof path, "/proc/%d/statm", pid);
  FILE *file = fopen(path, "r");
  if (!file) return 0;
  if (fscanf(file, "%ld %ld", &pages, &resident) != 2) resident = 0;
  fclose(file);
  return (double)resident * (double)sysconf(_SC_PAGESIZE) / 1e6;
}

/* CPU time of a live process in nanoseconds. */
static inline int64_t cpu_ns(pid_t pid) {
  clockid_t clock;
  struct timespec t;
  if (clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &t)) return 0;
  return (int64_t)t.tv_sec * SECOND + t.tv_nsec;
}

static inline void fail(const char *what) {
  perror(what);
  exit(1);
}

/* The number after `--name`, or what it is without one. */
static inline double option(int argc, char **argv, const char *name, double otherwise) {
  for (int i = 1; i + 1 < argc; i++)
    if (!strncmp(argv[i], "--", 2) && !strcmp(argv[i] + 2, name)) return atof(argv[i + 1]);
  return otherwise;
}
