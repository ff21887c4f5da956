/* The floor of a reload: a table of N entries is renamed into a watched folder; how long until the
 * watcher has read it and looked at every byte. Nothing is parsed.
 *
 *   reload [--jobs N] [--count N]
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include "measure.h"

static char folder[] = "/tmp/reload-floor-XXXXXX";

static void path_of(char *path, size_t size, const char *name) {
  snprintf(path, size, "%s/%s", folder, name);
}

static void write_table(const char *path, int jobs, int change) {
  FILE *file = fopen(path, "w");
  if (!file) fail(path);
  fputs("version: 1\njobs:\n", file);
  for (int i = 0; i < jobs; i++)
    fprintf(file, "  job-%05d:\n    plugin: Idle\n    every: %ds\n    timeout: 20s\n", i,
            i == 0 ? 1 + change : 60);
  if (fclose(file)) fail(path);
}

static uint64_t read_and_hash(const char *path) {
  struct stat status;
  uint64_t hash = 1469598103934665603ULL;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0 || fstat(fd, &status)) fail(path);
  char *text = malloc((size_t)status.st_size);
  if (!text || read(fd, text, (size_t)status.st_size) != status.st_size) fail(path);
  for (off_t i = 0; i < status.st_size; i++) hash = (hash ^ (uint8_t)text[i]) * 1099511628211ULL;
  free(text);
  close(fd);
  return hash;
}

int main(int argc, char **argv) {
  int jobs = (int)option(argc, argv, "jobs", 10000), count = (int)option(argc, argv, "count", 20);
  char table[256], edited[256], event[4096];
  if (!mkdtemp(folder)) fail("mkdtemp");
  path_of(table, sizeof table, "jobs.yaml");
  path_of(edited, sizeof edited, "jobs.yaml~");
  int watch = inotify_init1(IN_CLOEXEC);
  if (inotify_add_watch(watch, folder, IN_MOVED_TO) < 0) fail("inotify_add_watch");
  static struct histogram times;
  uint64_t all = 0;
  for (int i = 0; i < count; i++) {
    write_table(edited, jobs, i);
    int64_t before = now_ns();
    if (rename(edited, table)) fail("rename");
    if (read(watch, event, sizeof event) < 0) fail("read");
    all ^= read_and_hash(table);
    record(&times, now_ns() - before);
  }
  unlink(table);
  rmdir(folder);
  printf("{\"jobs\": %d, \"reloads\": %d, \"in_force_p50_ms\": %.2f, \"in_force_max_ms\": %.2f, "
         "\"hash\": \"%llx\"}\n",
         jobs, count, (double)quantile(&times, 0.5) / 1e6, (double)times.max / 1e6,
         (unsigned long long)all);
  return 0;
}
