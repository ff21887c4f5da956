import Glibc
import Isolation

/// A price that nobody sets: it walks at random, or as a file says, and a script bends it.
/// Statistics, never money.
struct FairPrice: Sendable {
  private let first: Double
  /// Standard deviation of an hour.
  private let volatility: Double
  private var replay: ReplayPath?
  /// The price before the script bends it.
  private var walk: Double
  private(set) var value: Double

  init(first: Double, volatility: Double, replay: ReplayPath? = nil) {
    self.first = first
    self.volatility = volatility
    self.replay = replay
    walk = first
    value = first
  }

  /// Moves on by `step` seconds to `elapsed` seconds after the start. The volatility is multiplied by
  /// `wildness`, the price by `bend`.
  mutating func advance(
    to elapsed: Double, step: Double, wildness: Double, bend: Double, random: inout SeededRandom
  ) {
    if replay != nil {
      walk = first * (replay?.factor(after: elapsed) ?? 1)
    } else if volatility > 0 {
      let deviation = volatility * wildness * (step / 3600).squareRoot()
      walk *= exp(deviation * random.normal() - deviation * deviation / 2)
    }
    value = walk * bend
  }

  /// A trade of a file happened.
  mutating func jump(toFactor factor: Double, bend: Double) {
    walk = first * factor
    value = walk * bend
  }
}
