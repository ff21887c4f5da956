import PluginAPI

/// How two series move together.
package struct Correlation: Sendable, Hashable, Codable {
  /// Pearson's coefficient, -1 to 1.
  package var value: Double
  /// Pairs of returns that it comes from.
  package var samples: Int
  /// Minutes that they cover.
  package var minutes: Int
}

/// Returns from one closed one-minute bar to the next, over the newest `capacity` of them.
///
/// Returns are integers, billionths, and their sums are exact; so what leaves the window leaves
/// nothing behind, and a window made anew from stored bars is bit-identical. Adding costs O(1).
package struct ReturnWindow: Sendable, Equatable {
  /// Fewer returns than this say nothing.
  package static let fewest = 30
  private static let unit: Int128 = 1_000_000_000
  private static let largest: Int128 = 1_000_000_000_000

  private struct Sample: Sendable, Equatable {
    /// Minutes from the bar before.
    var minutes: Int64
    /// Of the token in SOL.
    var token: Int128
    /// Of SOL and of the token, both in dollars.
    var pair: (sol: Int128, token: Int128)?

    static func == (left: Self, right: Self) -> Bool {
      left.minutes == right.minutes && left.token == right.token
        && left.pair?.sol == right.pair?.sol && left.pair?.token == right.pair?.token
    }
  }

  private struct Sums: Sendable, Equatable {
    var (minutes, squares): (Int128, Int128) = (0, 0)
    var (pairs, pairMinutes): (Int128, Int128) = (0, 0)
    var (x, y, xx, yy, xy): (Int128, Int128, Int128, Int128, Int128) = (0, 0, 0, 0, 0)

    mutating func add(_ sample: Sample, _ sign: Int128) {
      minutes += sign * Int128(sample.minutes)
      squares += sign * sample.token * sample.token
      guard let pair = sample.pair else { return }
      pairs += sign
      pairMinutes += sign * Int128(sample.minutes)
      x += sign * pair.sol
      y += sign * pair.token
      xx += sign * pair.sol * pair.sol
      yy += sign * pair.token * pair.token
      xy += sign * pair.sol * pair.token
    }
  }

  private var samples: RecentItems<Sample>
  private var sums = Sums()
  private var last: Bar?

  /// - Parameters:
  ///   - capacity: The returns of a day where every minute has a trade.
  ///   - bars: Closed bars to begin with, oldest first.
  package init(capacity: Int = 1_440, bars: [Bar] = []) {
    samples = RecentItems(capacity: capacity)
    for bar in bars { add(bar) }
  }

  /// Takes a closed bar, newer than those before.
  package mutating func add(_ bar: Bar) {
    defer { last = bar }
    guard let last, last.close.count > 0 else { return }
    let minutes = (bar.start.nanoseconds - last.start.nanoseconds) / 60_000_000_000
    let sample = Sample(
      minutes: max(1, minutes),
      token: Self.change(Int128(last.close.count), Int128(bar.close.count)),
      pair: Self.pair(last, bar))
    sums.add(sample, 1)
    if let gone = samples.add(sample) { sums.add(gone, -1) }
    volatility = deviation
  }

  /// The standard deviation of a day's return, as a fraction: √(Σ r² ÷ Σ minutes × 1440).
  ///
  /// The mean counts as zero; a return over several minutes counts for all of them. `nil` with fewer
  /// than `fewest` returns.
  package private(set) var volatility: Double?

  private var deviation: Double? {
    guard samples.count >= Self.fewest, sums.minutes > 0 else { return nil }
    return (Double(sums.squares) / Double(sums.minutes) * 1_440).squareRoot() / 1e9
  }

  /// How the token moves with SOL, both in dollars: 1 all the way, 0 not at all, -1 against it, which
  /// is what makes a safe haven. `nil` with fewer than `fewest` pairs or when one did not move.
  package var haven: Correlation? {
    let n = sums.pairs
    guard n >= Self.fewest else { return nil }
    let spreads = (n * sums.xx - sums.x * sums.x, n * sums.yy - sums.y * sums.y)
    guard spreads.0 > 0, spreads.1 > 0 else { return nil }
    let both = Double(n * sums.xy - sums.x * sums.y)
    let value = both / (Double(spreads.0).squareRoot() * Double(spreads.1).squareRoot())
    return Correlation(
      value: min(1, max(-1, value)), samples: Int(n), minutes: Int(clamping: sums.pairMinutes))
  }

  private static func pair(_ last: Bar, _ bar: Bar) -> (sol: Int128, token: Int128)? {
    guard let before = last.sol, let after = bar.sol, before.count > 0 else { return nil }
    let (old, new) = (Int128(before.count), Int128(after.count))
    return (
      change(old, new), change(Int128(last.close.count) * old, Int128(bar.close.count) * new)
    )
  }

  /// The return in billionths, rounded toward zero; more than a thousandfold counts as that.
  private static func change(_ before: Int128, _ after: Int128) -> Int128 {
    let (product, overflow) = (after - before).multipliedReportingOverflow(by: unit)
    return overflow ? largest : min(largest, product / before)
  }
}
