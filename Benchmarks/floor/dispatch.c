/* The floor of dispatching: N jobs of one interval, phases spread evenly over it, in a binary heap
 * behind one timer on a 1 ms grid. What is due goes to forked workers over socket pairs in batches
 * of at most 64; a worker notes how late each job starts and answers with how many it ran. No
 * table, no ledger, no policies: what remains is what the machine asks for the work itself.
 *
 *   dispatch --jobs N [--interval S] [--warmup S] [--duration S] [--workers N]
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/wait.h>

#include "measure.h"

enum { BATCH = 64, MAX_WORKERS = 64 };

struct entry {
  int64_t due;
  int32_t job;
};

struct worker {
  pid_t pid;
  int fd;
  int used;
  struct entry batch[BATCH];
};

static struct entry *heap;
static int jobs;
static int64_t interval, from, until;
static struct worker workers[MAX_WORKERS];
static struct histogram *lateness; /* one of each worker, in shared memory */
static int worker_count;

/* Puts the heap's changed top where it belongs. */
static void sift_down(void) {
  struct entry moved = heap[0];
  int at = 0;
  for (;;) {
    int child = 2 * at + 1;
    if (child >= jobs) break;
    if (child + 1 < jobs && heap[child + 1].due < heap[child].due) child++;
    if (heap[child].due >= moved.due) break;
    heap[at] = heap[child];
    at = child;
  }
  heap[at] = moved;
}

static void work(int fd, struct histogram *own) {
  struct entry batch[BATCH];
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (;;) {
    ssize_t size = recv(fd, batch, sizeof batch, 0);
    if (size <= 0) _exit(0);
    int32_t count = (int32_t)(size / (ssize_t)sizeof batch[0]);
    int64_t now = now_ns();
    for (int i = 0; i < count; i++)
      if (batch[i].due >= from && batch[i].due < until) record(own, now - batch[i].due);
    if (send(fd, &count, sizeof count, 0) < 0) _exit(0);
  }
}

static void start_worker(int index, int poll) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair)) fail("socketpair");
  pid_t pid = fork();
  if (pid < 0) fail("fork");
  if (pid == 0) {
    close(pair[0]);
    for (int i = 0; i < index; i++) close(workers[i].fd);
    work(pair[1], &lateness[index]);
  }
  close(pair[1]);
  workers[index] = (struct worker){.pid = pid, .fd = pair[0]};
  struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)index + 1};
  if (epoll_ctl(poll, EPOLL_CTL_ADD, pair[0], &event)) fail("epoll_ctl");
}

/* Whether the batch is on its way; a full socket keeps it for the next tick. */
static int flush(struct worker *w) {
  if (w->used == 0) return 1;
  size_t size = (size_t)w->used * sizeof w->batch[0];
  if (send(w->fd, w->batch, size, MSG_DONTWAIT) < 0) {
    if (errno == EAGAIN) return 0;
    fail("send");
  }
  w->used = 0;
  return 1;
}

static void hand_over_what_is_due(int64_t now) {
  while (heap[0].due <= now) {
    struct worker *w = &workers[heap[0].job % worker_count];
    if (w->used == BATCH && !flush(w)) return;
    w->batch[w->used++] = heap[0];
    heap[0].due += interval;
    sift_down();
  }
  for (int i = 0; i < worker_count; i++) flush(&workers[i]);
}

static int64_t cpu_of_all(void) {
  int64_t total = cpu_ns(getpid());
  for (int i = 0; i < worker_count; i++) total += cpu_ns(workers[i].pid);
  return total;
}

static int64_t run(int poll, int timer) {
  int64_t cpu_before = -1, cpu = 0;
  struct epoll_event events[MAX_WORKERS + 1];
  for (;;) {
    int ready = epoll_wait(poll, events, MAX_WORKERS + 1, -1);
    for (int i = 0; i < ready; i++) {
      uint64_t ticks;
      int32_t count;
      uint32_t who = events[i].data.u32;
      if (who == 0 && read(timer, &ticks, sizeof ticks) < 0) fail("read");
      while (who > 0 && recv(workers[who - 1].fd, &count, sizeof count, MSG_DONTWAIT) > 0)
        ;
    }
    int64_t now = now_ns();
    if (cpu_before < 0 && now >= from) cpu_before = cpu_of_all();
    if (cpu == 0 && now >= until) cpu = cpu_of_all() - cpu_before;
    if (now >= until + SECOND / 2) return cpu;
    hand_over_what_is_due(now);
  }
}

int main(int argc, char **argv) {
  jobs = (int)option(argc, argv, "jobs", 10000);
  worker_count = (int)option(argc, argv, "workers", 2);
  interval = (int64_t)(option(argc, argv, "interval", 1) * SECOND);
  double duration = option(argc, argv, "duration", 10);
  if (jobs < 1 || worker_count < 1 || worker_count > MAX_WORKERS || interval < MILLISECOND) {
    fputs("dispatch: --jobs >= 1, --workers 1...64, --interval >= 0.001\n", stderr);
    return 64;
  }
  size_t shared = (size_t)worker_count * sizeof(struct histogram);
  lateness = mmap(NULL, shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (lateness == MAP_FAILED) fail("mmap");
  int64_t start = now_ns() + SECOND / 10;
  from = start + (int64_t)(option(argc, argv, "warmup", 2) * SECOND);
  until = from + (int64_t)(duration * SECOND);

  int poll = epoll_create1(EPOLL_CLOEXEC);
  for (int i = 0; i < worker_count; i++) start_worker(i, poll);
  heap = malloc((size_t)jobs * sizeof *heap);
  if (!heap) fail("malloc");
  for (int i = 0; i < jobs; i++) heap[i] = (struct entry){start + interval * i / jobs, i};

  int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  struct itimerspec grid = {
      .it_interval = {0, MILLISECOND},
      .it_value = {start / SECOND, start / MILLISECOND % 1000 * MILLISECOND + 1},
  };
  struct epoll_event event = {.events = EPOLLIN, .data.u32 = 0};
  if (timerfd_settime(timer, TFD_TIMER_ABSTIME, &grid, NULL)) fail("timerfd_settime");
  if (epoll_ctl(poll, EPOLL_CTL_ADD, timer, &event)) fail("epoll_ctl");

  int64_t cpu = run(poll, timer);
  double host = rss_mb(getpid()), total = host;
  static struct histogram all;
  for (int i = 0; i < worker_count; i++) {
    total += rss_mb(workers[i].pid);
    close(workers[i].fd);
    waitpid(workers[i].pid, NULL, 0);
    merge(&all, &lateness[i]);
  }
  double expected = jobs * duration * SECOND / (double)interval;
  printf("{\"jobs\": %d, \"expected\": %.0f, \"starts\": %lld, \"starts_per_s\": %.1f, "
         "\"late_p50_ms\": %.3f, \"late_p99_ms\": %.3f, \"late_max_ms\": %.3f, "
         "\"cpu_us_per_start\": %.2f, \"host_rss_mb\": %.1f, \"total_rss_mb\": %.1f}\n",
         jobs, expected, (long long)all.count, (double)all.count / duration,
         (double)quantile(&all, 0.5) / 1e6, (double)quantile(&all, 0.99) / 1e6,
         (double)all.max / 1e6, (double)cpu / 1e3 / (double)(all.count ? all.count : 1), host,
         total);
  return 0;
}
