import Glibc
import Isolation

extension SeededRandom {
  /// A number from 0 up to but not including 1.
  mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A number of the standard normal distribution.
  mutating func normal() -> Double {
    let radius = (-2 * log(1 - uniform())).squareRoot()
    return radius * cos(2 * Double.pi * uniform())
  }

  /// A number of the exponential distribution with mean 1.
  mutating func exponential() -> Double { -log(1 - uniform()) }

  /// How many events of mean number `mean` happen; at most `limit`.
  mutating func poisson(mean: Double, limit: Int) -> Int {
    guard mean > 0 else { return 0 }
    var count = 0
    var sum = exponential()
    while sum < mean, count < limit {
      count += 1
      sum += exponential()
    }
    return count
  }
}
