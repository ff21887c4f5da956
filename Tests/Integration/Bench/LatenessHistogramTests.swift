import Isolation
import Testing

@testable import Gridkeeper

@Suite struct LatenessHistogramTests {
  @Test(arguments: 0..<10) func quantilesAreAsNearAsPromised(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var histogram = LatenessHistogram()
    let times = (0..<5_000).map { _ in
      Int64.random(in: 0...1 << Int64.random(in: 1...40, using: &random), using: &random)
    }
    for time in times { histogram.add(time) }
    let sorted = times.sorted()
    for share in [0.0, 0.5, 0.9, 0.99, 0.999] {
      let exact = sorted[Int(share * 5_000)]
      let found = histogram.quantile(share)
      #expect(found <= exact && Double(exact - found) <= Double(exact) * 0.016)
    }
    #expect(histogram.count == 5_000 && histogram.longest == sorted.last)
  }

  @Test func smallTimesAreExactAndEarlyOnesAreZero() {
    var histogram = LatenessHistogram()
    #expect(histogram.quantile(0.99) == 0)
    for time in [-5, 3, 127] as [Int64] { histogram.add(time) }
    #expect([0, 0.5, 0.9].map { histogram.quantile($0) } == [0, 3, 127])
    #expect(histogram.quantile(1) == 127)
  }
}
