"""A generated stream of trades, a millisecond apart, at a price that wanders by its ticks: what the
Lab and NautilusTrader are fed to compare their grids."""

import random

TICK = 0.0001
START = 1_767_225_600


def trades(count):
    """Tuples of (milliseconds since the start, price in ticks, hundredths of a token, side)."""
    dice = random.Random(1)
    price = 10_000
    for number in range(count):
        price = max(5_000, price + dice.choice((-1, 0, 0, 0, 1)))
        yield number, price, dice.randint(1, 10), dice.choice(("buy", "sell"))


def write(path, count):
    """The stream as a file that `gridkeeper lab run --replay` reads."""
    with open(path, "w") as file:
        file.write("time,price,size,side\n")
        for milliseconds, price, size, side in trades(count):
            now = f"{START + milliseconds // 1000}.{milliseconds % 1000:03}"
            file.write(f"{now},{price * TICK:.4f},{size / 100},{side}\n")
