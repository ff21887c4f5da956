package import PluginAPI

/// What a pivot is made of before any trade.
package struct PivotSettings: Sendable, Hashable, Codable {
  /// The window, in whole days; at least one.
  package var lookbackDays: Int
  /// What the seed weighs for each day that is not yet covered by trades.
  package var nominalDailyVolume: BaseLots
  /// The seed's price.
  package var seedPrice: PriceLots
  /// How many trades are remembered in order not to count one twice.
  package var memory = 16_384

  package init(lookbackDays: Int, nominalDailyVolume: BaseLots, seedPrice: PriceLots) {
    self.lookbackDays = max(1, lookbackDays)
    self.nominalDailyVolume = nominalDailyVolume
    self.seedPrice = seedPrice
  }

  /// Converts from the units of a job table; a window is rounded up to whole days.
  package init(
    lookback: Duration, nominalDailyVolume: SOL, seedPrice: PriceLots, lots: MarketLots
  ) {
    let (seconds, rest) = lookback.components
    self.init(
      lookbackDays: Int((seconds + (rest > 0 ? 1 : 0) + 86_399) / 86_400),
      nominalDailyVolume: lots.size(for: nominalDailyVolume.lamports, at: seedPrice),
      seedPrice: seedPrice)
  }
}

/// The volume-weighted average price over a sliding window, seeded while the window fills.
///
///     (Σ Pᵢ·Vᵢ + P_seed·V_seed + P_24h·V_24h) / (Σ Vᵢ + V_seed + V_24h)
///     V_seed = max(0, lookback − elapsed) × nominal daily volume
///
/// All sums are exact integers, so the order of trades does not matter and a restored pivot is
/// bit-identical. A trade costs O(1); synthetic trades and repeated ones change nothing.
package struct Pivot: Sendable, Equatable, Codable {
  /// What an outside venue reports about its last 24 hours.
  package struct OutsideDay: Sendable, Hashable, Codable {
    package var price: PriceLots
    package var volume: BaseLots
    package var time: Timestamp

    package init(price: PriceLots, volume: BaseLots, time: Timestamp) {
      self.price = price
      self.volume = volume
      self.time = time
    }
  }

  private static let day: Int64 = 86_400_000_000_000
  private static let outsideDayLife: Int64 = 3_600_000_000_000

  package let settings: PivotSettings
  package let start: Timestamp
  private var days: [WeightedSum]
  private var newestDay: Int64
  private var total = WeightedSum()
  private var seen: SeenTrades
  private var outside: OutsideDay?

  /// Makes a pivot whose seed begins to fade at `start`.
  package init(_ settings: PivotSettings, start: Timestamp) {
    self.settings = settings
    self.start = start
    days = Array(repeating: WeightedSum(), count: settings.lookbackDays)
    newestDay = Self.dayNumber(start)
    seen = SeenTrades(capacity: max(1, settings.memory))
  }

  /// Counts a trade; `false` when it is synthetic, known, older than the window, or so large that
  /// its value does not fit in 64 bits, which no real trade is.
  @discardableResult package mutating func add(_ trade: Trade) -> Bool {
    let (_, isAbsurd) = trade.price.count.multipliedReportingOverflow(by: trade.size.count)
    guard !trade.isSynthetic, !isAbsurd, trade.size.count > 0 else { return false }
    let day = Self.dayNumber(trade.time)
    guard day > newestDay - Int64(days.count), seen.insert(trade.id) else { return false }
    slide(to: day)
    let sum = WeightedSum(price: trade.price.count, volume: Int128(trade.size.count))
    days[index(day)] += sum
    total += sum
    return true
  }

  /// Takes over what an outside venue reports; it counts for an hour and at most a fourth as much
  /// as trades and seed together.
  package mutating func setOutsideDay(_ day: OutsideDay?) { outside = day }

  /// The pivot at `now`; `nil` when the window is over and holds no trade.
  package mutating func price(at now: Timestamp) -> PriceLots? {
    slide(to: Self.dayNumber(now))
    var sum = total
    sum += WeightedSum(price: settings.seedPrice.count, volume: seedVolume(at: now))
    sum += outsideSum(at: now, rest: sum.volume)
    return sum.average.map { PriceLots($0) }
  }

  private func seedVolume(at now: Timestamp) -> Int128 {
    let window = Int128(settings.lookbackDays) * Int128(Self.day)
    let elapsed = max(0, Int128(now.nanoseconds) - Int128(start.nanoseconds))
    let rest = max(0, window - elapsed)
    return rest * Int128(settings.nominalDailyVolume.count) / Int128(Self.day)
  }

  private func outsideSum(at now: Timestamp, rest: Int128) -> WeightedSum {
    guard let outside, abs(now.nanoseconds - outside.time.nanoseconds) <= Self.outsideDayLife
    else { return WeightedSum() }
    return WeightedSum(
      price: outside.price.count, volume: min(Int128(max(0, outside.volume.count)), rest / 4))
  }

  /// Drops the days that leave the window; each day is dropped once.
  private mutating func slide(to day: Int64) {
    guard day > newestDay else { return }
    for passed in 0..<min(day - newestDay, Int64(days.count)) {
      let index = index(day - passed)
      total -= days[index]
      days[index] = WeightedSum()
    }
    newestDay = day
  }

  private func index(_ day: Int64) -> Int {
    let count = Int64(days.count)
    return Int(((day % count) + count) % count)
  }

  private static func dayNumber(_ time: Timestamp) -> Int64 {
    let whole = time.nanoseconds / day
    return time.nanoseconds % day < 0 ? whole - 1 : whole
  }
}
