import Isolation
import Market
import PluginAPI

/// What it costs to count a trade in the pivot.
enum PivotMeasurement {
  private static let count = 5_000_000
  /// Trades a minute apart, so that days pass and leave the window.
  private static let step = Duration.seconds(60)

  static func take(_ arguments: Arguments, _ surroundings: Surroundings) async throws
    -> [String: Double]
  {
    let start = Timestamp(seconds: 0)
    let settings = PivotSettings(
      lookbackDays: 365, nominalDailyVolume: BaseLots(1_000), seedPrice: PriceLots(10_000))
    var pivot = Pivot(settings, start: start)
    let trades = (0..<1_024).map { trade($0, start) }
    let began = surroundings.time.monotonic
    var counted = 0
    for number in 0..<count {
      var trade = trades[number & 1_023]
      trade.time = Timestamp(nanoseconds: Int64(number) * step.nanoseconds)
      if pivot.add(trade) { counted += 1 }
    }
    let spent = (surroundings.time.monotonic - began).nanoseconds
    guard counted == count, pivot.price(at: start + step * count) != nil else {
      throw CommandFailure("the pivot counted \(counted) of \(count) trades")
    }
    return ["trades": Double(count), "add_ns": Double(spent) / Double(count)]
  }

  private static func trade(_ number: Int, _ start: Timestamp) -> Trade {
    Trade(
      id: TradeID("trade-\(number)"), time: start, price: PriceLots(10_000 + Int64(number % 97)),
      size: BaseLots(1 + Int64(number % 31)), takerSide: number % 2 == 0 ? .bid : .ask)
  }
}
