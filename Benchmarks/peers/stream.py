"""The generated stream as the peers take it: what each order, cancel and take does to the levels.

The file has the lines of `gridkeeper bench stream`. Only the resulting changes of levels and the
trades are told, as a venue's feed would; orders of others are not matched by the peers.
"""

import collections

DEPTH, TRADE = 0, 1
BID, ASK = 1, -1


class Levels:
    """Both sides of the book, in price-time priority."""

    def __init__(self):
        self.orders = []
        self.queues = {side: collections.defaultdict(collections.deque) for side in (BID, ASK)}
        self.totals = {BID: {}, ASK: {}}

    def best(self, side):
        totals = self.totals[side]
        return (max(totals) if side == BID else min(totals)) if totals else None

    def crosses(self, side, price):
        """Whether a taker of `side` with the limit `price` would trade."""
        best = self.best(-side)
        return best is not None and (price >= best if side == BID else price <= best)

    def change(self, side, price, lots):
        totals = self.totals[side]
        total = totals.get(price, 0) + lots
        if total > 0:
            totals[price] = total
        else:
            totals.pop(price, None)
        return DEPTH, side, price, total

    def add(self, side, price, size):
        self.orders.append([side, price, 0])
        if self.crosses(side, price):
            return []
        self.orders[-1][2] = size
        self.queues[side][price].append(self.orders[-1])
        return [self.change(side, price, size)]

    def cancel(self, number):
        side, price, left = self.orders[number]
        self.orders[number][2] = 0
        return [self.change(side, price, -left)] if left else []

    def take(self, side, size, limit):
        rows = []
        while size > 0 and self.crosses(side, limit):
            price, lots = self.best(-side), 0
            queue = self.queues[-side][price]
            while queue and size > lots:
                part = min(queue[0][2], size - lots)
                queue[0][2] -= part
                lots += part
                if queue[0][2] == 0:
                    queue.popleft()
            size -= lots
            rows += [(TRADE, side, price, lots), self.change(-side, price, -lots)]
        return rows


def rows(path, limit):
    """Rows of (kind, side, price, size); the size of a depth row is the level's new total."""
    levels, found = Levels(), []
    with open(path) as file:
        for line in file:
            kind, *words = line.split()
            if kind == "c":
                found += levels.cancel(int(words[0]))
            else:
                side, numbers = BID if words[0] == "b" else ASK, map(int, words[1:])
                found += (levels.add if kind == "a" else levels.take)(side, *numbers)
            if len(found) >= limit:
                break
    return found[:limit]
