"""hftbacktest as a peer: replays the generated stream, a millisecond apart, with no strategy, on
its vector of levels; its compilation is outside the measurement."""

import argparse
import json
import pathlib
import sys
import time

import hftbacktest as hft
import numpy as np
from numba import njit

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import stream  # noqa: E402

MILLISECOND = 1_000_000


def feed(rows):
    events = np.zeros(len(rows), hft.event_dtype)
    both = hft.EXCH_EVENT | hft.LOCAL_EVENT
    for index, (kind, side, price, size) in enumerate(rows):
        event = hft.TRADE_EVENT if kind == stream.TRADE else hft.DEPTH_EVENT
        side = hft.BUY_EVENT if side == stream.BID else hft.SELL_EVENT
        now = (index + 1) * MILLISECOND
        events[index] = (both | event | side, now, now, price, size, 0, 0, 0.0)
    return events


def engine(events):
    asset = (
        hft.BacktestAsset().data([events]).linear_asset(1.0)
        .constant_order_latency(MILLISECOND, MILLISECOND).risk_adverse_queue_model()
        .no_partial_fill_exchange().trading_value_fee_model(0.0, 0.0)
        .tick_size(1.0).lot_size(1.0).roi_lb(0.0).roi_ub(65_536.0).last_trades_capacity(0)
    )
    return hft.ROIVectorMarketDepthBacktest([asset])


@njit
def replay(engine):
    steps = 0
    while engine.elapse(1_000_000_000) == 0:
        steps += 1
    return steps


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--stream", required=True)
    parser.add_argument("--events", type=int, default=2_000_000)
    options = parser.parse_args()
    events = feed(stream.rows(options.stream, options.events))
    replay(engine(events[:1_000]))
    run = engine(events)
    began = time.perf_counter()
    replay(run)
    seconds = time.perf_counter() - began
    print(json.dumps({"events": len(events), "events_per_s": len(events) / seconds}))


if __name__ == "__main__":
    main()
