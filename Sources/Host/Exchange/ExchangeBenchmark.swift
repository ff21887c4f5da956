import Bundles
package import Isolation
import PluginAPI

/// Measures what the exchange costs: an event of a stream in the book alone, and the life of an
/// order with its bundle, from signing to status.
package struct ExchangeBenchmark: Sendable {
  /// What was measured.
  package struct Report: Sendable, Hashable, Codable {
    package var events: Int
    package var eventsPerSecond: Double
    package var orders: Int
    /// The life of an order, at the beginning and at the end.
    package var firstNanosecondsPerOrder: Double
    package var lastNanosecondsPerOrder: Double
    /// A slot in which only outsiders act.
    package var nanosecondsPerSlot: Double
    /// Orders that stand at the end; their number decides what the next one costs.
    package var standing: Int
  }

  package var events: Int
  package var orders: Int

  /// A benchmark of a stream of so many events, and of so many orders, in tenths.
  package init(events: Int = 2_000_000, orders: Int = 1_000_000) {
    self.events = events
    self.orders = orders
  }

  /// The stream as lines, for other engines: `a SIDE PRICE SIZE` adds an order, `c N` cancels the
  /// Nth of those added, counted from 0, and `t SIDE SIZE LIMIT` takes; the side is `b` or `a`.
  package static func stream(_ events: Int) -> String {
    MatchingStream.make(events).reduce(into: "") { $0 += $1.line + "\n" }
  }

  /// Runs on virtual time as fast as it can; `time` measures the cost, and `afterTenth` is called
  /// each time that another tenth of the orders has lived.
  package func run(_ time: any TimeSource, afterTenth: () -> Void = {}) -> Report {
    let stream = MatchingStream.make(events)
    var engine = MatchingEngine()
    MatchingStream.play(stream.prefix(events / 10), on: &engine)
    engine = MatchingEngine()
    let began = time.monotonic
    MatchingStream.play(stream[...], on: &engine)
    let played = (time.monotonic - began).inSeconds
    let slot = Self.slotCost(time)
    var lives = OrderLives()
    var tenths: [Double] = []
    for _ in 0..<10 {
      let began = time.monotonic
      let count = lives.run(orders / 10)
      tenths.append(Double((time.monotonic - began).nanoseconds) / Double(max(1, count)))
      afterTenth()
    }
    return Report(
      events: events, eventsPerSecond: Double(events) / max(played, 1e-9), orders: orders,
      firstNanosecondsPerOrder: tenths[0], lastNanosecondsPerOrder: tenths[9],
      nanosecondsPerSlot: slot,
      standing: engine.count)
  }

  private static func slotCost(_ time: any TimeSource) -> Double {
    let slots = 200_000
    var core = ExchangeCore(ExchangeSettings(), start: Timestamp(seconds: 0))
    let began = time.monotonic
    core.advance(to: Timestamp(seconds: .max / 2_000_000_000), atMost: slots)
    return Double((time.monotonic - began).nanoseconds) / Double(slots)
  }
}

/// A grid of 32 orders that is cancelled and placed anew in each slot, by bundles.
private struct OrderLives {
  private static let levels: Int64 = 16
  private var core: ExchangeCore
  private var bundles = 0

  init() {
    var settings = ExchangeSettings()
    settings.wallets = ExchangeSettings.wallets(
      1, sol: 100_000, token: TokenAmount(1 << 60), usdc: 0)
    settings.wallets[0].accounts = 2
    settings.lots.quoteLot = Lamports(1)
    core = ExchangeCore(settings, start: Timestamp(seconds: 0))
  }

  /// Lets so many orders live and returns how many did.
  mutating func run(_ orders: Int) -> Int {
    var lived = 0
    while lived < orders {
      let count = refresh()
      precondition(count > 0, "the grid was not placed")
      lived += count
    }
    return lived
  }

  private mutating func refresh() -> Int {
    bundles += 1
    let plan = plan(Int64(core.fairPrice))
    guard let blockhash = try? core.latestBlockhash(),
      let signed = try? core.sign(plan, attempt: 1, with: blockhash)
    else { return 0 }
    _ = core.send(signed)
    core.advance(to: core.nextSlot)
    _ = try? core.status(of: signed.transactions.map(\.signature))
    let effects = try? core.effects(of: signed, plan: plan)
    return effects?.results.count { if case .placed = $0 { true } else { false } } ?? 0
  }

  private func plan(_ mid: Int64) -> BundlePlan {
    var intents: [Intent] = [
      .consumeEvents, .cancelAll(account: "wallet-1/1"), .cancelAll(account: "wallet-1/2"),
    ]
    let expires = core.time + .seconds(600)
    for level in 1...Self.levels {
      let (bid, ask) = (mid - 20 * level, mid + 20 * level)
      intents.append(place("wallet-1/1", .bid, bid, expires))
      intents.append(place("wallet-1/2", .ask, ask, expires))
    }
    return BundlePlan(
      id: BundleID("life-\(bundles)"),
      transactions: [
        PlannedTransaction(
          intents: intents, firstIntent: 0, payer: "wallet-1", tip: Lamports(1_000), bytes: 1_200,
          computeUnits: 400_000)
      ])
  }

  private func place(_ account: AccountID, _ side: Side, _ price: Int64, _ expires: Timestamp)
    -> Intent
  {
    .place(
      account: account,
      NewOrder(side: side, price: PriceLots(price), size: BaseLots(100), expires: expires))
  }
}
