import PluginAPI
import Telemetry

@testable import Market

/// The time that all these tests begin at: a full day.
let start = Timestamp(seconds: 20_000 * 86_400)

let oneToOne = MarketLots(
  baseLot: TokenAmount(1), quoteLot: Lamports(1), tokenDecimals: 0, minimumSize: BaseLots(1))

/// A feed that a test writes into.
actor FakeFeed: MarketFeed {
  private var trades: [FeedTrade] = []
  private var isDown = false
  private var waiters: [CheckedContinuation<Void, any Error>] = []
  private var time = start
  private var slot: UInt64 = 1
  private var oracles: [OracleQuote] = []
  private var bids = [BookLevel(price: PriceLots(99), size: BaseLots(3))]
  private var asks = [BookLevel(price: PriceLots(101), size: BaseLots(1))]

  func add(_ trade: FeedTrade) {
    trades.append(trade)
    for waiter in waiters { waiter.resume() }
    waiters = []
  }

  func fail() { isDown = true }

  /// A new book at a later time.
  func move(to time: Timestamp, bids: [BookLevel]? = nil, asks: [BookLevel]? = nil) {
    self.time = time
    slot += 1
    self.bids = bids ?? self.bids
    self.asks = asks ?? self.asks
  }

  func set(_ oracles: [OracleQuote]) {
    self.oracles = oracles
    slot += 1
  }

  func poll(after cursor: FeedCursor) async throws -> FeedBatch {
    if isDown { throw ServiceError("no route") }
    let count = UInt64(trades.count)
    var batch = FeedBatch(
      after: cursor, cursor: FeedCursor(trades: count, slot: slot),
      identity: VenueIdentity(kind: "fake", cluster: "test", allowsSyntheticVolume: true),
      lots: oneToOne, time: time)
    batch.bids = bids
    batch.asks = asks
    batch.oracles = oracles
    batch.trades = Array(trades.dropFirst(Int(cursor.trades)))
    // Lets a second reader poll from the same place before the first one has its answer.
    await Task.yield()
    return batch
  }

  func waitForNews(after cursor: FeedCursor) async throws {
    guard UInt64(trades.count) <= cursor.trades else { return }
    try await withCheckedThrowingContinuation { waiters.append($0) }
  }

  var newestSlot: UInt64 { slot }
}

func trade(
  _ number: Int, price: Int64 = 200, size: Int64 = 100, after seconds: Int64 = 0,
  synthetic: Bool = false, fills: [OwnFill] = []
) -> FeedTrade {
  FeedTrade(
    trade: Trade(
      id: TradeID("t\(number)"), time: start + .seconds(seconds), price: PriceLots(price),
      size: BaseLots(size), takerSide: .bid, isSynthetic: synthetic), fills: fills)
}

func service(_ feed: FakeFeed, _ hooks: MarketHooks = MarketHooks(), metrics: Metrics = Metrics())
  -> MarketService
{
  let settings = PivotSettings(
    lookbackDays: 1, nominalDailyVolume: BaseLots(100), seedPrice: PriceLots(100))
  return MarketService(
    feed: feed, memory: MarketMemory(pivot: Pivot(settings, start: start)), metrics: metrics,
    hooks: hooks)
}

/// Draws that are the same in every run (SplitMix64).
struct Draws {
  private var state: UInt64

  init(_ seed: Int) { state = UInt64(seed) }

  mutating func next(_ range: ClosedRange<Int64>) -> Int64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    word ^= word >> 31
    return range.lowerBound + Int64(word % UInt64(range.upperBound - range.lowerBound + 1))
  }
}
