// What the Glibc module leaves out: epoll, absolute timers and wake-ups.
#pragma once
#include <malloc.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
extern int pthread_setname_np(pthread_t, const char *);
