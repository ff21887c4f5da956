import Glibc
package import PluginAPI

/// How wide the zones are and how slowly their edges move.
package struct ChannelSettings: Sendable, Hashable, Codable {
  /// How far below the pivot the BUY zone reaches.
  package var buy: Percent = 15
  /// How far above the pivot the SELL zone reaches.
  package var sell: Percent = 30
  /// The time in which an edge comes 63 % closer to where it belongs; zero for at once.
  package var inertia: Duration = .seconds(3_600)

  package init() {}
}

/// The edges of the zones, which follow the pivot with inertia.
///
/// Once a minute, on whole minutes: edge ← target + (edge − target) × e^(−1 min ÷ inertia), and four
/// times as fast while the market trades outside the edges. The targets are `buy` below and `sell`
/// above the pivot of that minute, which knows the trades before it and no later ones; so the edges
/// depend on the trades alone, and not on how often anybody looks. Edges are integers, 2⁻²⁰ of a
/// price lot; the factors are rounded to 2⁻³². After more than `longestGap` an edge is where it
/// belongs.
package struct InertialChannel: Sendable, Equatable {
  /// What must be stored for a channel to go on.
  package struct State: Sendable, Hashable, Codable {
    /// The last minute that counted, since 1970.
    package var minute: Int64
    /// In 2⁻²⁰ price lots.
    package var lower: Int64
    package var upper: Int64
  }

  /// How much faster an edge moves while the market is beyond it.
  package static let haste = 4.0
  private static let minute: Int64 = 60_000_000_000
  private static let scale: Int128 = 1 << 20
  private static let one: Int128 = 1 << 32
  private static let longestGap: Int64 = 366 * 1_440

  package let settings: ChannelSettings
  package private(set) var state: State?
  private let usual: Int128
  private let hasty: Int128

  package init(_ settings: ChannelSettings = ChannelSettings(), state: State? = nil) {
    self.settings = settings
    self.state = state
    usual = Self.remainder(after: settings.inertia, haste: 1)
    hasty = Self.remainder(after: settings.inertia, haste: Self.haste)
  }

  /// Whether a minute has passed that must be counted before anything that happens at `time`.
  package func isDue(at time: Timestamp) -> Bool {
    time.nanoseconds / Self.minute > state?.minute ?? .min
  }

  /// Moves the edges minute by minute up to `time`, where `market` is the price of the newest genuine
  /// trade and `pivot` tells the pivot at a time.
  package mutating func advance(
    to time: Timestamp, market: PriceLots?, pivot: (Timestamp) -> PriceLots?
  ) {
    let last = time.nanoseconds / Self.minute
    guard let begun = state else { return begin(last, pivot) }
    guard last - begun.minute <= Self.longestGap else {
      state = nil
      return begin(last, pivot)
    }
    var minute = begun.minute
    while minute < last {
      minute += 1
      step(minute, market, pivot)
    }
  }

  /// The zones around `center`; edges that it has passed are where it is.
  package func zones(around center: PriceLots) -> PriceChannel? {
    guard let state else { return nil }
    let lower = PriceLots(Int64(clamping: (Int128(state.lower) + Self.scale / 2) / Self.scale))
    let upper = PriceLots(Int64(clamping: (Int128(state.upper) + Self.scale / 2) / Self.scale))
    return PriceChannel(lower: min(lower, center), center: center, upper: max(upper, center))
  }

  private mutating func begin(_ minute: Int64, _ pivot: (Timestamp) -> PriceLots?) {
    guard let center = pivot(Self.start(of: minute)) else { return }
    let (lower, upper) = targets(center)
    state = State(minute: minute, lower: Int64(clamping: lower), upper: Int64(clamping: upper))
  }

  private mutating func step(
    _ minute: Int64, _ market: PriceLots?, _ pivot: (Timestamp) -> PriceLots?
  ) {
    guard var next = state else { return }
    next.minute = minute
    if let center = pivot(Self.start(of: minute)) {
      let (lower, upper) = targets(center)
      let price = market.map { Int128($0.count) * Self.scale }
      let leaves = price.map { $0 < Int128(next.lower) || $0 > Int128(next.upper) } ?? false
      let factor = leaves ? hasty : usual
      next.lower = Self.approach(next.lower, lower, factor)
      next.upper = Self.approach(next.upper, upper, factor)
    }
    state = next
  }

  private func targets(_ center: PriceLots) -> (lower: Int128, upper: Int128) {
    let (whole, scaled) = (Int128(100_000_000), Int128(center.count) * Self.scale)
    let below = max(0, whole - Int128(settings.buy.count))
    return (scaled * below / whole, scaled * (whole + Int128(settings.sell.count)) / whole)
  }

  private static func approach(_ edge: Int64, _ target: Int128, _ factor: Int128) -> Int64 {
    Int64(clamping: target + (Int128(edge) - target) * factor / one)
  }

  private static func start(of minute: Int64) -> Timestamp {
    Timestamp(nanoseconds: minute * Self.minute)
  }

  /// What is left of a distance after a minute, in 2⁻³².
  private static func remainder(after inertia: Duration, haste: Double) -> Int128 {
    let (seconds, attoseconds) = inertia.components
    let constant = Double(seconds) + Double(attoseconds) / 1e18
    guard constant > 0 else { return 0 }
    return Int128((exp(-60 * haste / constant) * Double(one)).rounded())
  }
}
