import Glibc

/// Maps numbers to places on a chart's axis, with ticks at round numbers.
struct Scale: Sendable {
  let low: Double
  let high: Double
  let start: Double
  let end: Double

  /// Maps `low...high` to `start...end`; a range of nothing is widened.
  init(_ low: Double, _ high: Double, to start: Double, _ end: Double) {
    let isFlat = !(high > low)
    let pad = isFlat ? max(abs(low) * 0.01, 1e-9) : 0
    self.low = low - pad
    self.high = isFlat ? low + pad : high
    self.start = start
    self.end = end
  }

  func callAsFunction(_ value: Double) -> Double {
    start + (value - low) / (high - low) * (end - start)
  }

  /// About `count` round numbers inside the range, the lowest first.
  func ticks(_ count: Int) -> [Double] {
    let step = Self.roundStep((high - low) / Double(max(1, count)))
    let first = (low / step).rounded(.up)
    let last = (high / step).rounded(.down)
    guard last >= first, last - first < 100 else { return [] }
    return (0...Int(last - first)).map { (first + Double($0)) * step }
  }

  /// The next 1, 2 or 5 times a power of ten.
  private static func roundStep(_ rough: Double) -> Double {
    let power = pow(10, floor(log10(rough)))
    let factor = rough / power
    return power * (factor <= 1 ? 1 : factor <= 2 ? 2 : factor <= 5 ? 5 : 10)
  }

  /// About `count` round times inside the range, in seconds.
  func timeTicks(_ count: Int) -> [Double] {
    let steps: [Double] = [
      1, 5, 15, 60, 300, 900, 3_600, 10_800, 21_600, 86_400, 172_800, 604_800, 1_209_600,
      2_592_000, 7_776_000, 31_536_000,
    ]
    let rough = (high - low) / Double(max(1, count))
    let step = steps.first { $0 >= rough } ?? 31_536_000
    return stride(from: (low / step).rounded(.up) * step, through: high, by: step).map(\.self)
  }

  /// A time since the start in its largest units: `3 d`, `6 h`, `15 min`, `20 s`.
  static func timeText(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded())
    let units = [(86_400, "d"), (3_600, "h"), (60, "min")]
    for (length, name) in units where whole >= length && whole % length == 0 {
      return "\(whole / length) \(name)"
    }
    guard whole >= 3_600 else { return "\(whole) s" }
    return "\(whole / 3_600) h \(whole % 3_600 / 60) min"
  }
}
