/// What drives the outside market instead of chance.
package enum ExchangeReplay: Sendable {
  case bars(ReplayPath)
  case trades(TradeReplay)

  /// Reads a file of bars or of trades, whichever its header names; blocks while it does.
  ///
  /// - Throws: `MarketFileError` with file, line and column.
  package static func read(path: String) throws(MarketFileError) -> ExchangeReplay {
    try parse(try CSVFile.bytes(of: path), name: path)
  }

  /// Reads bars or trades from the bytes of a file called `name`.
  ///
  /// - Throws: `MarketFileError` with file, line and column.
  package static func parse(_ bytes: [UInt8], name: String) throws(MarketFileError)
    -> ExchangeReplay
  {
    let header = bytes.prefix { $0 != UInt8(ascii: "\n") }
    let names = CSVLine(header, number: 1, file: name).texts
    return TradesFile.columns.allSatisfy(names.contains)
      ? .trades(TradeReplay(try TradesFile.parse(bytes, name: name)))
      : .bars(ReplayPath(try OHLCVFile.parse(bytes, name: name)))
  }
}
