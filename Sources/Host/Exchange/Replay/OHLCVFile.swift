/// One bar of a file that drives the outside market.
package struct OHLCVBar: Sendable, Hashable {
  /// Seconds since 1970.
  package let time: Int64
  package let open: Double
  package let high: Double
  package let low: Double
  package let close: Double
}

/// Reads bars from a CSV file with the columns open_time, open, high, low, close and volume, in
/// any order; further columns are passed over. Times are Unix seconds and must rise.
package enum OHLCVFile: Sendable {
  static let columns = ["open_time", "open", "high", "low", "close", "volume"]

  /// Reads a whole file; blocks while it does.
  ///
  /// - Throws: `MarketFileError` with file, line and column.
  package static func read(path: String) throws(MarketFileError) -> [OHLCVBar] {
    try parse(try CSVFile.bytes(of: path), name: path)
  }

  /// Reads bars from the bytes of a file called `name`.
  ///
  /// - Throws: `MarketFileError` with file, line and column.
  package static func parse(_ bytes: [UInt8], name: String) throws(MarketFileError) -> [OHLCVBar] {
    var bars: [OHLCVBar] = []
    for line in try CSVFile(bytes, name: name, columns: columns, of: "bars").lines {
      bars.append(try bar(line, after: bars.last))
    }
    return bars
  }

  private static func bar(_ line: CSVLine, after last: OHLCVBar?) throws(MarketFileError)
    -> OHLCVBar
  {
    guard let time = Int64(line.text(0)) else {
      throw line.problem(0, "expected open_time in whole Unix seconds")
    }
    if let last, time <= last.time {
      throw line.problem(0, "open_time must rise, the line before has \(last.time)")
    }
    var prices: [Double] = []
    for column in 1...4 { prices.append(try line.number(column, named: columns[column])) }
    let bar = OHLCVBar(
      time: time, open: prices[0], high: prices[1], low: prices[2], close: prices[3])
    guard bar.high >= max(bar.open, bar.close), bar.low <= min(bar.open, bar.close) else {
      throw line.problem(2, "high and low must enclose open and close")
    }
    return bar
  }
}
