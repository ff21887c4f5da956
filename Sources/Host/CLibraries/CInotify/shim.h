// What the Glibc module leaves out: notifications about files and directories, a descriptor to be
// woken by, and the time stamps of files as plain numbers.
#pragma once
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <time.h>
static inline int64_t watch_nanoseconds(const struct timespec *t) {
  return (int64_t)t->tv_sec * 1000000000 + t->tv_nsec;
}
