package import PluginAPI

/// The small part of the market's memory that no history holds; the rest is made anew from trades
/// and bars.
package struct MarketState: Sendable, Hashable, Codable {
  /// When the pivot's seed began to fade.
  package var start: Timestamp
  package var firstSOL: USD?
  package var newestSOL: USD?
  package var channel: InertialChannel.State?
  /// The minute that is still going on.
  package var bar: Bar?
  /// The price of the newest genuine trade.
  package var price: PriceLots?
  package var peak: EquityPeak?
  package var lots: MarketLots?
  /// When the units became what they are; what is older does not count. `nil` for always.
  package var unitsSince: Timestamp?
  /// What the pivot began with then, when it is not what the table says.
  package var seed: PivotSettings?

  /// The state of a market that begins at `start`.
  package init(start: Timestamp) { self.start = start }
}

/// An entry as it stands in the books.
package struct NumberedBooking: Sendable, Hashable {
  package var number: Int64
  package var entry: Booking
  package var lines: [LedgerLine]
}

/// What happened since the last call, to be stored in one transaction: then a restart finds trades,
/// bars, books and state as they were at one moment.
package struct MarketChanges: Sendable {
  package var trades: [Trade] = []
  package var bars: [Bar] = []
  package var entries: [NumberedBooking] = []
  package var state: MarketState
  /// The books after the entries; `nil` when there are none.
  package var ledger: Ledger?
}

/// What a market goes on from after a restart.
package struct MarketRecord: Sendable {
  package var state: MarketState
  /// Sums of genuine trades by day since 1970, over the window.
  package var days: [Int64: WeightedSum] = [:]
  /// The newest closed bars, oldest first.
  package var bars: [Bar] = []
  /// The newest trades as they came, oldest first; `MarketMemory.identities` of them if there are.
  package var trades: [Trade] = []
  package var ledger = Ledger()
  /// The sources of the newest entries, oldest first.
  package var sources: [String] = []

  package init(state: MarketState) { self.state = state }
}

extension MarketMemory {
  /// The part that must be stored beside trades and bars.
  package func state(peak: EquityPeak?) -> MarketState {
    var state = MarketState(start: pivot.start)
    (state.firstSOL, state.newestSOL) = (pivot.firstSOL, pivot.newestSOL)
    (state.channel, state.bar) = (channel.state, bars.current)
    (state.price, state.peak) = (price, peak)
    (state.lots, state.unitsSince, state.seed) = (lots, unitsSince, seed)
    return state
  }

  /// The memory as it was when the record was stored, to the bit.
  package init(
    _ record: MarketRecord, pivot settings: PivotSettings, channel: ChannelSettings,
    tradesKept: Int = 100
  ) {
    let state = record.state
    var settings = settings
    if let seed = state.seed {
      settings.seedPrice = seed.seedPrice
      settings.nominalDailyVolume = seed.nominalDailyVolume
    }
    self.init(
      pivot: Pivot(
        settings, start: state.start, firstSOL: state.firstSOL, newestSOL: state.newestSOL,
        days: record.days),
      bars: Bars(closed: record.bars, current: state.bar),
      channel: InertialChannel(channel, state: state.channel), tradesKept: tradesKept)
    recall(record.trades, state)
  }
}
