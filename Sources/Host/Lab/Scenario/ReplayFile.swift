package import Exchange
package import PluginAPI

/// A file of real prices that a run follows.
package struct ReplayFile: Sendable {
  /// The file's name without its folders: reports do not say where somebody keeps it.
  package let name: String
  package let bars: [OHLCVBar]

  /// Reads a file; blocks while it does.
  ///
  /// - Throws: `OHLCVError` with file, line and column.
  package init(path: String) throws(OHLCVError) {
    name = path.split(separator: "/").last.map(String.init) ?? path
    bars = try OHLCVFile.read(path: path)
  }

  /// When the first bar begins.
  package var start: Timestamp { Timestamp(seconds: bars.first?.time ?? 0) }

  /// From the first bar to the end of the last.
  package var length: Duration {
    guard let first = bars.first, let last = bars.last else { return .zero }
    let bar = bars.count > 1 ? bars[1].time - first.time : 60
    return .seconds(last.time - first.time + bar)
  }
}
