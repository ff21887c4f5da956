"""NautilusTrader as a peer: replays the generated stream with no strategy (`--what replay`), or a
stream of trades with a grid of 32 orders that is replaced each second (`--what grid`), a
millisecond apart. Imports and the making of its objects are outside the measurement."""

import argparse
import datetime
import json
import pathlib
import sys
import time
from decimal import Decimal

from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig
from nautilus_trader.common.config import LoggingConfig
from nautilus_trader.config import RiskEngineConfig
from nautilus_trader.model.currencies import ETH, USDT
from nautilus_trader.model.data import BookOrder, OrderBookDelta, TradeTick
from nautilus_trader.model.enums import (
    AccountType, AggressorSide, BookAction, BookType, OmsType, OrderSide,
)
from nautilus_trader.model.identifiers import TradeId
from nautilus_trader.model.objects import Money, Price, Quantity
from nautilus_trader.test_kit.providers import TestInstrumentProvider
from nautilus_trader.trading.strategy import Strategy

HERE = pathlib.Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parents[2] / "lab")]
import stream  # noqa: E402
import trades  # noqa: E402

MILLISECOND = 1_000_000
INSTRUMENT = TestInstrumentProvider.ethusdt_binance()


def price(ticks):
    return Price(ticks / 100, 2)


class Grid(Strategy):
    """Sixteen orders a side around the last trade, replaced each second."""

    placed = 0
    last = None

    def on_start(self):
        self.subscribe_trade_ticks(INSTRUMENT.id)
        second = datetime.timedelta(seconds=1)
        self.clock.set_timer("slot", interval=second, callback=self.on_slot)

    def on_trade_tick(self, tick):
        self.last = float(tick.price)

    def on_slot(self, _):
        if self.last is None:
            return
        self.cancel_all_orders(INSTRUMENT.id)
        for level in range(1, 17):
            away = self.last * 0.01 * level
            self.place(OrderSide.BUY, self.last - away)
            self.place(OrderSide.SELL, self.last + away)

    def place(self, side, at):
        self.submit_order(self.order_factory.limit(
            INSTRUMENT.id, side, Quantity(0.1, 5), Price(at, 2), post_only=True))
        Grid.placed += 1


def deltas(path, count):
    """A trade's effect on the book is told as changes of levels, so trades need no row."""
    found = [row for row in stream.rows(path, 2 * count) if row[0] == stream.DEPTH][:count]
    for number, (_, side, ticks, size) in enumerate(found):
        now = (number + 1) * MILLISECOND
        order = BookOrder(
            OrderSide.BUY if side == stream.BID else OrderSide.SELL, price(ticks),
            Quantity(size, 5), ticks)
        action = BookAction.UPDATE if size else BookAction.DELETE
        yield OrderBookDelta(INSTRUMENT.id, action, order, 0, number, now, now)


def ticks(count):
    for number, at, size, side in trades.trades(count):
        now = (number + 1) * MILLISECOND
        aggressor = AggressorSide.BUYER if side == "buy" else AggressorSide.SELLER
        yield TradeTick(
            INSTRUMENT.id, price(at), Quantity(size / 100, 5), aggressor, TradeId(str(number)), now,
            now)


def engine(book_type):
    engine = BacktestEngine(BacktestEngineConfig(
        logging=LoggingConfig(bypass_logging=True),
        risk_engine=RiskEngineConfig(
            max_order_submit_rate="1000000/00:00:01", max_order_modify_rate="1000000/00:00:01")))
    engine.add_venue(
        INSTRUMENT.id.venue, OmsType.NETTING, AccountType.MARGIN,
        [Money(1_000_000_000, USDT), Money(1_000_000, ETH)], default_leverage=Decimal(10),
        book_type=book_type, trade_execution=True)
    engine.add_instrument(INSTRUMENT)
    return engine


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--what", choices=("replay", "grid"), default="replay")
    parser.add_argument("--stream")
    parser.add_argument("--events", type=int, default=300_000)
    options = parser.parse_args()
    is_grid = options.what == "grid"
    run = engine(BookType.L1_MBP if is_grid else BookType.L2_MBP)
    run.add_data(list(ticks(options.events) if is_grid else deltas(options.stream, options.events)))
    if is_grid:
        run.add_strategy(Grid())
    began = time.perf_counter()
    run.run()
    seconds = time.perf_counter() - began
    result = {"events": options.events, "events_per_s": options.events / seconds}
    if is_grid:
        result |= {"orders": Grid.placed, "us_per_order": seconds / Grid.placed * 1e6}
    print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
