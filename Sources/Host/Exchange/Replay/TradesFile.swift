package import PluginAPI

/// One trade of a file that drives the outside market.
package struct ReplayTrade: Sendable, Hashable {
  /// Seconds since 1970.
  package let time: Double
  package let price: Double
  /// In whole tokens.
  package let size: Double
  /// Who took.
  package let side: Side
}

/// Reads trades from a CSV file with the columns time, price, size and side, in any order; further
/// columns are passed over. Times are Unix seconds, with a fraction or without, and must not fall;
/// sizes are in whole tokens; the side is the taker's: buy or bid, sell or ask.
package enum TradesFile: Sendable {
  static let columns = ["time", "price", "size", "side"]

  /// Reads a whole file; blocks while it does.
  ///
  /// - Throws: `MarketFileError` with file, line and column.
  package static func read(path: String) throws(MarketFileError) -> [ReplayTrade] {
    try parse(try CSVFile.bytes(of: path), name: path)
  }

  /// Reads trades from the bytes of a file called `name`.
  ///
  /// - Throws: `MarketFileError` with file, line and column.
  package static func parse(_ bytes: [UInt8], name: String) throws(MarketFileError)
    -> [ReplayTrade]
  {
    var trades: [ReplayTrade] = []
    for line in try CSVFile(bytes, name: name, columns: columns, of: "trades").lines {
      trades.append(try trade(line, after: trades.last))
    }
    return trades
  }

  private static func trade(_ line: CSVLine, after last: ReplayTrade?) throws(MarketFileError)
    -> ReplayTrade
  {
    let time = try line.number(0, named: "time")
    if let last, time < last.time {
      throw line.problem(0, "time must not fall, the line before has \(last.time)")
    }
    return ReplayTrade(
      time: time, price: try line.number(1, named: "price"),
      size: try line.number(2, named: "size"), side: try side(line))
  }

  private static func side(_ line: CSVLine) throws(MarketFileError) -> Side {
    switch line.text(3).lowercased() {
    case "buy", "bid", "b": return .bid
    case "sell", "ask", "s": return .ask
    default: throw line.problem(3, "expected side as buy or sell")
    }
  }
}

/// A course of trades from a file, by the time since the first.
package struct TradeReplay: Sendable {
  private let trades: [ReplayTrade]
  private var next = 0

  /// - Precondition: There is at least one trade.
  package init(_ trades: [ReplayTrade]) {
    precondition(!trades.isEmpty, "a replay needs trades")
    self.trades = trades
  }

  /// When the first trade was, in seconds since 1970.
  package var start: Double { trades[0].time }

  /// Seconds from the first trade to the last.
  package var length: Double { trades[trades.count - 1].time - start }

  /// The next trade that is due so many seconds after the first, its price as a multiple of the
  /// first one's.
  mutating func takeDue(after seconds: Double) -> (factor: Double, trade: ReplayTrade)? {
    guard next < trades.count, trades[next].time - trades[0].time <= seconds else { return nil }
    defer { next += 1 }
    return (trades[next].price / trades[0].price, trades[next])
  }
}
