import Bundles
import Isolation
import Market
import PluginAPI

/// Collects what a run does, in memory that does not grow with its length.
final class LabRecorder: Sendable {
  struct Notes: Sendable {
    var trading = TradingFacts()
    var grid = GridFacts()
    var refusals: [String: Int] = [:]
    var accepted = 0
    var bundles: [String: Int] = [:]
    var warnings = WarningFacts()
    var fills = EvenSample<FillFacts>(capacity: 600)
    var reasons = OrderWords()
    var sampler: Sampler
    /// Fills of orders that nobody has told of yet: an order may trade before its bundle's fate is
    /// known.
    var puzzles: [OrderID: Int] = [:]
  }

  private static let warningsKept = 20
  private let notes: Guarded<Notes>
  private let start: Timestamp

  init(start: Timestamp, lots: MarketLots) {
    self.start = start
    notes = Guarded(Notes(sampler: Sampler(lots: lots)))
  }

  /// All that was collected.
  var collected: Notes { notes.withLock(\.self) }

  /// Fills and rebuilds so far.
  var counts: (fills: Int, rebuilds: Int) {
    notes.withLock { ($0.trading.fills, $0.grid.rebuilds.values.reduce(0, +)) }
  }

  // MARK: Jobs

  func warn(_ message: String, _ fields: [String: String]) {
    let details = fields.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    let line = ([message] + details).joined(separator: " ")
    notes.withLock { notes in
      notes.warnings.count += 1
      notes.warnings.newest = notes.warnings.newest.suffix(Self.warningsKept - 1) + [line]
    }
  }

  func note(event name: String, _ fields: [String: String]) {
    guard name == "GRID_REBUILD", let trigger = fields["trigger"] else { return }
    notes.withLock { $0.grid.rebuilds[trigger, default: 0] += 1 }
  }

  // MARK: Bundles

  /// Takes an event of the bundle service.
  func bundleEvent(_ name: String, _ fields: [String: String]) {
    guard name == "BUNDLE_REFUSED", let code = fields["code"] else { return }
    notes.withLock { $0.refusals[code, default: 0] += 1 }
  }

  func bundleAccepted() { notes.withLock { $0.accepted += 1 } }

  /// Takes a bundle whose fate is decided for good.
  func bundleEnded(_ record: BundleRecord) {
    notes.withLock { $0.bundles[record.state.rawValue, default: 0] += 1 }
  }

  /// Takes what a bundle did, as soon as that is known.
  func bundleLanded(_ record: BundleRecord, _ effects: BundleEffects) {
    notes.withLock { notes in
      let reason = notes.reasons.number(
        of: OrderWords.text(job: record.submitter.job, label: record.label))
      for (intent, result) in zip(record.bundle.intents, effects.results) {
        if let result { notes.take(intent, result, reason) }
      }
    }
  }

  // MARK: Market

  /// Takes trades in their order.
  func traded(_ trades: [FeedTrade], lots: MarketLots) {
    notes.withLock { notes in
      notes.trading.trades += trades.count
      for item in trades where !item.fills.isEmpty {
        for fill in item.fills { notes.take(fill, of: item.trade, lots, since: start) }
      }
    }
  }

  /// Takes the state of the venue at a moment.
  func sample(_ state: VenueState, _ market: MarketSnapshot?, _ equity: EquityReport?) {
    let time = (state.time - start).inSeconds
    notes.withLock { $0.sampler.add(state, market, equity, at: time) }
  }
}

extension LabRecorder.Notes {
  fileprivate mutating func take(_ intent: Intent, _ result: IntentResult, _ reason: Int32) {
    switch (intent, result) {
    case (.place, .placed(let order, _)):
      grid.placed += 1
      reasons.add(order, reason)
      if let fills = puzzles.removeValue(forKey: order), let text = reasons[order] {
        trading.reasons[text, default: 0] += fills
      }
    case (.place, .dropped): grid.dropped += 1
    case (.cancel, .done): grid.cancelled += 1
    default: break
    }
  }

  fileprivate mutating func take(
    _ fill: OwnFill, of trade: Trade, _ lots: MarketLots, since start: Timestamp
  ) {
    trading.fills += 1
    let reason = reason(fill, trade)
    if let reason {
      trading.reasons[reason, default: 0] += 1
    } else if let order = fill.order {
      puzzles[order, default: 0] += 1
    }
    if trade.isSynthetic { trading.syntheticFills += 1 }
    switch fill.side {
    case .bid: trading.boughtLots += trade.size.count
    case .ask: trading.soldLots += trade.size.count
    }
    trading.volume += (try? lots.cost(of: trade.size, at: trade.price).count) ?? 0
    fills.add(
      FillFacts(
        time: (trade.time - start).inSeconds, wallet: fill.wallet.description,
        side: fill.side.rawValue, isMaker: fill.isMaker, price: lots.price(trade.price),
        lots: trade.size.count, isSynthetic: trade.isSynthetic, reason: reason ?? Self.early))
  }

  private static let early = "its bundle's fate was not known yet"

  /// An order that stood has its bundle's reason; one that took is told by what it met.
  private func reason(_ fill: OwnFill, _ trade: Trade) -> String? {
    guard let order = fill.order else {
      return trade.isSynthetic ? "taken from an own order" : "taken from the market"
    }
    return reasons[order]
  }
}
