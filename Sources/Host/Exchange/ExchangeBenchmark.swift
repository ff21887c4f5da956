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

  /// Runs on virtual time as fast as it can; `time` measures the cost.
  package func run(_ time: any TimeSource) -> Report {
    let stream = Self.stream(events)
    var engine = MatchingEngine()
    Self.play(stream.prefix(events / 10), on: &engine)
    engine = MatchingEngine()
    let began = time.monotonic
    Self.play(stream[...], on: &engine)
    let played = (time.monotonic - began).inSeconds
    var lives = OrderLives()
    var tenths: [Double] = []
    for _ in 0..<10 {
      let began = time.monotonic
      let count = lives.run(orders / 10)
      tenths.append(Double((time.monotonic - began).nanoseconds) / Double(max(1, count)))
    }
    return Report(
      events: events, eventsPerSecond: Double(events) / max(played, 1e-9), orders: orders,
      firstNanosecondsPerOrder: tenths[0], lastNanosecondsPerOrder: tenths[9],
      standing: engine.count)
  }

  // MARK: A stream of events

  /// An order is added, one of those before is cancelled, or somebody takes.
  enum Event: Sendable {
    case add(NewOrder)
    case cancel(Int)
    case take(Side, size: Int64, limit: Int64)
  }

  /// 55 % adds within 50 ticks of a wandering price, 40 % cancels of recent orders, 5 % takes.
  static func stream(_ count: Int) -> [Event] {
    var random = SeededRandom(seed: 1)
    var mid: Int64 = 10_000
    var added = 0
    return (0..<count).map { _ in
      let kind = random.next() % 100
      let side: Side = random.next() % 2 == 0 ? .bid : .ask
      let size = 1 + Int64(random.next() % 100)
      if kind >= 95 { return .take(side, size: size * 4, limit: mid + (side == .bid ? 50 : -50)) }
      if kind >= 55, added > 0 {
        return .cancel(added - 1 - Int(random.next() % UInt64(min(added, 200))))
      }
      if random.next() % 64 == 0 { mid += random.next() % 2 == 0 ? 1 : -1 }
      let distance = 1 + Int64(random.next() % 50)
      added += 1
      return .add(
        NewOrder(
          side: side, price: PriceLots(mid + (side == .bid ? -distance : distance)),
          size: BaseLots(size)))
    }
  }

  static func play(_ events: ArraySlice<Event>, on engine: inout MatchingEngine) {
    var numbers: [UInt64] = []
    numbers.reserveCapacity(events.count)
    var fills: [MatchingEngine.Fill] = []
    let now = Timestamp(seconds: 0)
    for event in events {
      switch event {
      case .add(let order):
        let posting = engine.post(order, owner: .outsideMaker, now: now)
        if case .placed(let number) = posting { numbers.append(number) } else { numbers.append(0) }
      case .cancel(let index): engine.cancel(numbers[index])
      case .take(let side, let size, let limit):
        fills.removeAll(keepingCapacity: true)
        try? engine.take(
          side, size: BaseLots(size), limit: PriceLots(limit), rules: .init(owner: .outsideTaker),
          fills: &fills)
      }
    }
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
