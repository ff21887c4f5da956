package import PluginAPI

/// What a pivot is made of before any trade.
package struct PivotSettings: Sendable, Hashable, Codable {
  /// The window, in whole days; at least one.
  package var lookbackDays: Int
  /// What the seed weighs for each day that is not yet covered by trades.
  package var nominalDailyVolume: BaseLots
  /// The seed's price.
  package var seedPrice: PriceLots
  /// Whether the seed's price follows SOL instead of standing still.
  package var fadeIn = false

  package init(lookbackDays: Int, nominalDailyVolume: BaseLots, seedPrice: PriceLots) {
    self.lookbackDays = max(1, lookbackDays)
    self.nominalDailyVolume = nominalDailyVolume
    self.seedPrice = seedPrice
  }

  /// The same in other units, with `price` (in the old ones) for a seed.
  func converted(from old: MarketLots, to new: MarketLots, price: PriceLots) -> PivotSettings {
    let lamports = Int128(price.count) * Int128(old.quoteLot.count) * Int128(new.baseLot.count)
    let atoms = Int128(nominalDailyVolume.count) * Int128(old.baseLot.count)
    var settings = self
    settings.seedPrice = PriceLots(
      max(1, Int64(clamping: lamports / Int128(old.baseLot.count) / Int128(new.quoteLot.count))))
    settings.nominalDailyVolume = BaseLots(Int64(clamping: atoms / Int128(new.baseLot.count)))
    return settings
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
///     P_seed = the settings' price; with fade-in, that price × SOL/USD now ÷ SOL/USD at the start
///
/// With fade-in the seed is SOL's own history in the token's place, whose weight fades linearly as
/// trades take over. All sums are exact integers, so the order of trades does not matter, and a pivot
/// made anew from the sums of each day is bit-identical. A trade costs O(1) and allocates nothing;
/// synthetic trades change nothing. Whoever adds sees to it that no trade comes twice.
package struct Pivot: Sendable, Equatable {
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
  /// The first price of SOL that was seen; what fade-in compares with.
  package private(set) var firstSOL: USD?
  package private(set) var newestSOL: USD?
  private var days: [WeightedSum]
  private var newestDay: Int64
  private var total = WeightedSum()
  private var outside: OutsideDay?

  /// Makes a pivot whose seed begins to fade at `start`.
  package init(_ settings: PivotSettings, start: Timestamp) {
    self.settings = settings
    self.start = start
    days = Array(repeating: WeightedSum(), count: settings.lookbackDays)
    newestDay = Self.dayNumber(start)
  }

  /// Makes a pivot anew from what was stored: the sums of genuine trades by day since 1970.
  package init(
    _ settings: PivotSettings, start: Timestamp, firstSOL: USD?, newestSOL: USD?,
    days sums: [Int64: WeightedSum]
  ) {
    self.init(settings, start: start)
    (self.firstSOL, self.newestSOL) = (firstSOL, newestSOL)
    for (day, sum) in sums.sorted(by: { $0.key < $1.key }) { add(sum, on: day) }
  }

  /// Counts a trade; `false` when it is synthetic, older than the window, or so large that its value
  /// does not fit in 64 bits, which no real trade is.
  @discardableResult package mutating func add(_ trade: Trade) -> Bool {
    let (value, isAbsurd) = trade.price.count.multipliedReportingOverflow(by: trade.size.count)
    guard !trade.isSynthetic, !isAbsurd, trade.size.count > 0 else { return false }
    let sum = WeightedSum(value: Int128(value), volume: Int128(trade.size.count))
    return add(sum, on: Self.dayNumber(trade.time))
  }

  @discardableResult private mutating func add(_ sum: WeightedSum, on day: Int64) -> Bool {
    guard day > newestDay - Int64(days.count) else { return false }
    slide(to: day)
    days[index(day)] += sum
    total += sum
    return true
  }

  /// The beginning of the window that reaches to `time`: a whole day.
  package static func windowStart(_ settings: PivotSettings, at time: Timestamp) -> Timestamp {
    let first = dayNumber(time) - Int64(settings.lookbackDays) + 1
    return Timestamp(nanoseconds: first.multipliedReportingOverflow(by: day).partialValue)
  }

  /// Takes over what an outside venue reports; it counts for an hour and at most a fourth as much
  /// as trades and seed together.
  package mutating func setOutsideDay(_ day: OutsideDay?) { outside = day }

  /// Takes over the price of SOL, for fade-in.
  package mutating func setSOL(_ price: USD) {
    guard price > .zero else { return }
    newestSOL = price
    if firstSOL == nil { firstSOL = price }
  }

  /// The pivot at `now`; `nil` when the window is over and holds no trade.
  package mutating func price(at now: Timestamp) -> PriceLots? {
    slide(to: Self.dayNumber(now))
    var sum = total
    sum += WeightedSum(price: seedPrice.count, volume: seedVolume(at: now))
    sum += outsideSum(at: now, rest: sum.volume)
    return sum.average.map { PriceLots($0) }
  }

  /// The share of the seed in the weight of the pivot at `now`, 0 to 1.
  package func seedShare(at now: Timestamp) -> Double {
    let seed = seedVolume(at: now)
    return seed == 0 ? 0 : Double(seed) / Double(seed + total.volume)
  }

  private var seedPrice: PriceLots {
    guard settings.fadeIn, let firstSOL, let newestSOL,
      let price = try? settings.seedPrice.scaled(by: newestSOL.count, over: firstSOL.count)
    else { return settings.seedPrice }
    return max(PriceLots(1), price)
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
