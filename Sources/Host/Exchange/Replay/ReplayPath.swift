/// A course of prices from a file, by the time since its first bar.
package struct ReplayPath: Sendable {
  private let bars: [OHLCVBar]
  private var index = 0

  /// - Precondition: There is at least one bar.
  package init(_ bars: [OHLCVBar]) {
    precondition(!bars.isEmpty, "a replay needs bars")
    self.bars = bars
  }

  /// When the first bar begins, in seconds since 1970.
  package var start: Double { Double(bars[0].time) }

  /// Seconds from the first bar's beginning to the last one's end.
  package var length: Double {
    Double(bars[bars.count - 1].time) - start + length(of: bars.count - 1)
  }

  /// The price as a multiple of the first open; the last close when the file is over.
  ///
  /// Time must not run backwards. Within a bar the price goes straight from open to the extreme
  /// against the bar's direction, to the other extreme, to the close.
  package mutating func factor(after seconds: Double) -> Double {
    let time = Double(bars[0].time) + max(0, seconds)
    while index + 1 < bars.count, Double(bars[index + 1].time) <= time { index += 1 }
    let bar = bars[index]
    let share = min(1, (time - Double(bar.time)) / length(of: index))
    return price(bar, share) / bars[0].open
  }

  /// The shortest distance to a neighbour; bars beside a gap are not stretched over it.
  private func length(of index: Int) -> Double {
    guard bars.count > 1 else { return 60 }
    let before = index > 0 ? bars[index].time - bars[index - 1].time : .max
    let after = index + 1 < bars.count ? bars[index + 1].time - bars[index].time : .max
    return Double(min(before, after))
  }

  private func price(_ bar: OHLCVBar, _ share: Double) -> Double {
    let turns =
      bar.close >= bar.open
      ? [bar.open, bar.low, bar.high, bar.close] : [bar.open, bar.high, bar.low, bar.close]
    let leg = min(2, Int(share * 3))
    let part = share * 3 - Double(leg)
    return turns[leg] + (turns[leg + 1] - turns[leg]) * part
  }
}
