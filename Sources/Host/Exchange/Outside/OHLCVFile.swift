import Glibc

/// One bar of a file that drives the outside market.
package struct OHLCVBar: Sendable, Hashable {
  /// Seconds since 1970.
  package let time: Int64
  package let open: Double
  package let high: Double
  package let low: Double
  package let close: Double
}

/// A file of bars could not be used.
package struct OHLCVError: Error, Sendable, Hashable, CustomStringConvertible {
  /// File, line, column, and what was expected.
  package let description: String
}

/// Reads bars from a CSV file with the columns open_time, open, high, low, close and volume, in
/// any order; further columns are passed over. Times are Unix seconds and must rise.
package enum OHLCVFile: Sendable {
  /// Reads a whole file; blocks while it does.
  ///
  /// - Throws: `OHLCVError` with file, line and column.
  package static func read(path: String) throws(OHLCVError) -> [OHLCVBar] {
    try parse(try bytes(of: path), name: path)
  }

  /// Reads bars from the bytes of a file called `name`.
  ///
  /// - Throws: `OHLCVError` with file, line and column.
  package static func parse(_ bytes: [UInt8], name: String) throws(OHLCVError) -> [OHLCVBar] {
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)[...]
    guard let header = lines.popFirst() else { throw OHLCVError(description: "\(name): is empty") }
    let columns = try OHLCVColumns(header, file: name)
    var bars: [OHLCVBar] = []
    bars.reserveCapacity(lines.count)
    for (index, line) in lines.enumerated() where !isBlank(line) {
      let place = OHLCVLine(line, number: index + 2, file: name)
      bars.append(try columns.bar(place, after: bars.last))
    }
    guard !bars.isEmpty else {
      throw OHLCVError(description: "\(name): has no bars below its header")
    }
    return bars
  }

  private static func isBlank(_ line: ArraySlice<UInt8>) -> Bool {
    line.allSatisfy { $0 == 13 || $0 == 32 }
  }

  private static func bytes(of path: String) throws(OHLCVError) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(path, errno) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
      guard count >= 0 else { throw failure(path, errno) }
      guard count > 0 else { return bytes }
      bytes += buffer[..<count]
    }
  }

  private static func failure(_ path: String, _ code: Int32) -> OHLCVError {
    OHLCVError(description: "\(path): cannot be read: \(unsafe String(cString: strerror(code)))")
  }
}

/// A line of a file, cut into fields.
private struct OHLCVLine {
  let fields: [ArraySlice<UInt8>]
  private let start: Int
  private let end: Int
  private let number: Int
  private let file: String

  init(_ line: ArraySlice<UInt8>, number: Int, file: String) {
    let trimmed = line.last == 13 ? line.dropLast() : line
    fields = trimmed.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    start = line.startIndex
    end = trimmed.endIndex
    self.number = number
    self.file = file
  }

  func text(_ index: Int) -> String { String(decoding: fields[index], as: UTF8.self) }

  /// An error that points at a field, or at the end of the line when the field is missing.
  func problem(_ index: Int, _ message: String) -> OHLCVError {
    let place = index < fields.count ? fields[index].startIndex : end
    return OHLCVError(description: "\(file):\(number):\(place - start + 1): \(message)")
  }
}

/// Where the columns stand.
private struct OHLCVColumns {
  private static let names = ["open_time", "open", "high", "low", "close", "volume"]
  private let places: [Int]

  init(_ header: ArraySlice<UInt8>, file: String) throws(OHLCVError) {
    let line = OHLCVLine(header, number: 1, file: file)
    let found = line.fields.indices.map { line.text($0).lowercased() }
    var places: [Int] = []
    for name in Self.names {
      guard let place = found.firstIndex(of: name) else {
        throw line.problem(
          0,
          "expected a header with the columns \(Self.names.joined(separator: ", ")), "
            + "\(name) is missing")
      }
      places.append(place)
    }
    self.places = places
  }

  func bar(_ line: OHLCVLine, after last: OHLCVBar?) throws(OHLCVError) -> OHLCVBar {
    for (place, name) in zip(places, Self.names) where place >= line.fields.count {
      throw line.problem(place, "\(name) is missing")
    }
    guard let time = Int64(line.text(places[0])) else {
      throw line.problem(places[0], "expected open_time in whole Unix seconds")
    }
    if let last, time <= last.time {
      throw line.problem(places[0], "open_time must rise, the line before has \(last.time)")
    }
    let bar = OHLCVBar(
      time: time, open: try price(line, 1), high: try price(line, 2), low: try price(line, 3),
      close: try price(line, 4))
    guard bar.high >= max(bar.open, bar.close), bar.low <= min(bar.open, bar.close) else {
      throw line.problem(places[2], "high and low must enclose open and close")
    }
    return bar
  }

  private func price(_ line: OHLCVLine, _ column: Int) throws(OHLCVError) -> Double {
    guard let value = Double(line.text(places[column])), value > 0, value.isFinite else {
      throw line.problem(places[column], "expected \(Self.names[column]) as a positive number")
    }
    return value
  }
}
