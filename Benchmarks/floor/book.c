/* The floor of the exchange's book: the same stream of orders, cancels and takes in price-time
 * priority, on an array of levels with linked orders, and nothing else.
 *
 *   book --stream FILE
 */
#include "measure.h"

enum { PRICES = 1 << 16, NONE = -1 };

struct event {
  char kind;
  int side; /* 0: bid, 1: ask */
  int64_t a, b;
};

struct order {
  int64_t size;
  int price, side, before, after;
};

struct level {
  int first, last;
};

static struct level levels[2][PRICES];
static int best[2] = {0, PRICES - 1};
static struct order *orders;
static int64_t traded;

static int empty(int side, int price) { return levels[side][price].first == NONE; }

static void find_best(int side) {
  if (side == 0)
    while (best[0] > 0 && empty(0, best[0])) best[0]--;
  else
    while (best[1] < PRICES - 1 && empty(1, best[1])) best[1]++;
}

static int reaches(int side, int price, int64_t limit) {
  return side == 1 ? price <= limit && price < PRICES - 1 : price >= limit && price > 0;
}

static void take_out(int number) {
  struct order *order = &orders[number];
  struct level *level = &levels[order->side][order->price];
  if (order->before == NONE) level->first = order->after;
  else orders[order->before].after = order->after;
  if (order->after == NONE) level->last = order->before;
  else orders[order->after].before = order->before;
  order->size = 0;
  if (level->first == NONE) find_best(order->side);
}

static void add(int number, int side, int price, int64_t size) {
  if (reaches(1 - side, best[1 - side], price)) {
    orders[number].size = 0; /* post-only: it would have traded */
    return;
  }
  struct level *level = &levels[side][price];
  orders[number] = (struct order){size, price, side, level->last, NONE};
  if (level->last == NONE) level->first = number;
  else orders[level->last].after = number;
  level->last = number;
  if (side == 0 ? price > best[0] : price < best[1]) best[side] = price;
}

static void take(int side, int64_t size, int64_t limit) {
  int other = 1 - side;
  while (size > 0 && reaches(other, best[other], limit)) {
    int number = levels[other][best[other]].first;
    struct order *order = &orders[number];
    int64_t lots = size < order->size ? size : order->size;
    size -= lots;
    order->size -= lots;
    traded += lots;
    if (order->size == 0) take_out(number);
  }
}

static int64_t read_stream(const char *path, struct event **events) {
  FILE *file = fopen(path, "r");
  if (!file) fail(path);
  int64_t count = 0, room = 0;
  char line[96], side;
  while (fgets(line, sizeof line, file)) {
    if (count == room) {
      room = room ? 2 * room : 1 << 20;
      *events = realloc(*events, (size_t)room * sizeof **events);
      if (!*events) fail("realloc");
    }
    struct event *event = &(*events)[count++];
    *event = (struct event){line[0], 0, 0, 0};
    if (line[0] == 'c') {
      event->a = strtoll(line + 2, NULL, 10);
      continue;
    }
    long long a, b;
    if (sscanf(line + 2, "%c %lld %lld", &side, &a, &b) != 3) fail(line);
    event->side = side == 'a';
    event->a = a;
    event->b = b;
  }
  fclose(file);
  return count;
}

int main(int argc, char **argv) {
  if (argc != 3 || strcmp(argv[1], "--stream")) fail("usage: book --stream FILE");
  struct event *events = NULL;
  int64_t count = read_stream(argv[2], &events);
  orders = calloc((size_t)count, sizeof *orders);
  if (!orders) fail("calloc");
  memset(levels, 0xff, sizeof levels);
  int added = 0;
  int64_t began = now_ns();
  for (int64_t i = 0; i < count; i++) {
    struct event *event = &events[i];
    if (event->kind == 'a') add(added++, event->side, (int)event->a, event->b);
    else if (event->kind == 't') take(event->side, event->a, event->b);
    else if (orders[event->a].size > 0) take_out((int)event->a);
  }
  double seconds = (double)(now_ns() - began) / SECOND;
  printf("{\"events\": %lld, \"traded\": %lld, \"events_per_s\": %.0f}\n", (long long)count,
         (long long)traded, (double)count / seconds);
  return 0;
}
