import Bundles
import Glibc
import Isolation
import PluginAPI

/// What others tip: in each block a bundle must reach a bar that is drawn anew.
struct TipAuction: Sendable {
  /// The least that an engine takes where tips count (Jito).
  static let leastTip: Int64 = 1_000
  private static let remembered = 150

  private let median: Double
  private let spread: Double
  private var random: SeededRandom
  private var bars: [Int64] = []
  private var next = 0
  /// What a bundle must tip in this block.
  private(set) var bar: Int64 = 0

  init(_ settings: ChainSettings, seed: UInt64) {
    median = Double(settings.tipBar.count)
    spread = settings.tipSpread
    random = SeededRandom(seed: seed)
  }

  var isOn: Bool { median > 0 }

  mutating func draw() {
    guard isOn else { return }
    let drawn = median * exp(spread * random.normal())
    bar = max(Self.leastTip, Int64(min(drawn, 1e15)))
    if bars.count < Self.remembered { bars.append(bar) } else { bars[next] = bar }
    next = (next + 1) % Self.remembered
  }

  /// What the bars of the latest blocks were; `nil` when nobody competes.
  func statistics(at time: Timestamp) -> TipStatistics? {
    guard !bars.isEmpty else { return nil }
    let sorted = bars.sorted()
    func share(_ percent: Int) -> Lamports { Lamports(sorted[(sorted.count - 1) * percent / 100]) }
    return TipStatistics(p25: share(25), p50: share(50), p75: share(75), p95: share(95), time: time)
  }
}
