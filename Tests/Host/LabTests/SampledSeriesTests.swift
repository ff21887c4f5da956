import Isolation
import Testing

@testable import Lab

@Suite struct SampledSeriesTests {
  @Test("a long course keeps its ends and every extreme of its halves in bounded memory")
  func extremes() {
    var series = SampledSeries(capacity: 64)
    var random = SeededRandom(seed: 3)
    var all: [SampledSeries.Point] = []
    for second in 0..<100_000 {
      let value = Double(random.next() % 1_000_000)
      series.add(value, at: Double(second))
      all.append(SampledSeries.Point(time: Double(second), value: value))
    }
    let points = series.points
    #expect(points.count <= 4 * 64)
    #expect(points.first == all.first)
    #expect(points.last == all.last)
    #expect(points.map(\.value).max() == all.map(\.value).max())
    #expect(points.map(\.value).min() == all.map(\.value).min())
    #expect(zip(points, points.dropFirst()).allSatisfy { $0.time < $1.time })
    #expect(points.allSatisfy { all[Int($0.time)] == $0 })
  }

  @Test("a single peak among 100,000 equal values is not lost")
  func peak() {
    var series = SampledSeries(capacity: 16)
    for second in 0..<100_000 { series.add(second == 54_321 ? 9 : 1, at: Double(second)) }
    #expect(series.points.filter { $0.value == 9 } == [.init(time: 54_321, value: 9)])
  }

  @Test("a short course keeps everything")
  func short() {
    var series = SampledSeries()
    for second in 0..<100 { series.add(Double(second), at: Double(second)) }
    #expect(series.points.map(\.value) == (0..<100).map(Double.init))
  }

  @Test("an even sample spans the whole course", arguments: [1, 10, 11, 1_000, 12_345])
  func even(_ count: Int) throws {
    var sample = EvenSample<Int>(capacity: 10)
    for number in 0..<count { sample.add(number) }
    #expect(sample.count == count)
    #expect(sample.elements.count <= 11)
    let steps = Set(zip(sample.elements, sample.elements.dropFirst()).map { $1 - $0 })
    #expect(steps.count <= 1)
    let step = steps.first ?? 1
    let last = try #require(sample.elements.last)
    #expect(sample.elements.first == 0)
    #expect(last + step >= count)
  }
}
