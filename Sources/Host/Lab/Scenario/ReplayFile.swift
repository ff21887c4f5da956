package import Exchange
package import PluginAPI

/// A file of real prices that a run follows.
package struct ReplayFile: Sendable {
  /// The file's name without its folders: reports do not say where somebody keeps it.
  package let name: String
  let course: ExchangeReplay

  /// Reads a file of bars or of trades; blocks while it does.
  ///
  /// - Throws: `MarketFileError` with file, line and column.
  package init(path: String) throws(MarketFileError) {
    name = path.split(separator: "/").last.map(String.init) ?? path
    course = try ExchangeReplay.read(path: path)
  }

  /// When the first bar begins or the first trade was, in whole seconds.
  package var start: Timestamp {
    switch course {
    case .bars(let bars): Timestamp(seconds: Int64(bars.start))
    case .trades(let trades): Timestamp(seconds: Int64(trades.start))
    }
  }

  /// How long it goes on, at least a second.
  package var length: Duration {
    switch course {
    case .bars(let bars): .seconds(max(1, Int64(bars.length)))
    case .trades(let trades): .seconds(max(1, Int64(trades.length)))
    }
  }
}
