import Glibc

/// A file that drives the outside market could not be used.
package struct MarketFileError: Error, Sendable, Hashable, CustomStringConvertible {
  /// File, line, column, and what was expected.
  package let description: String
}

/// A table of text: a header with names, then lines of fields, separated by commas.
struct CSVFile {
  let lines: [CSVLine]

  /// - Throws: `MarketFileError` when a column is missing, or there are no lines.
  init(_ bytes: [UInt8], name: String, columns: [String], of things: String)
    throws(MarketFileError)
  {
    var rows = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)[...]
    guard let header = rows.popFirst() else {
      throw MarketFileError(description: "\(name): is empty")
    }
    let places = try Self.places(of: columns, in: CSVLine(header, number: 1, file: name))
    var lines: [CSVLine] = []
    lines.reserveCapacity(rows.count)
    for (index, row) in rows.enumerated() where !row.allSatisfy({ $0 == 13 || $0 == 32 }) {
      var line = CSVLine(row, number: index + 2, file: name)
      line.order(places)
      for (column, title) in columns.enumerated() where line.isMissing(column) {
        throw line.problem(column, "\(title) is missing")
      }
      lines.append(line)
    }
    guard !lines.isEmpty else {
      throw MarketFileError(description: "\(name): has no \(things) below its header")
    }
    self.lines = lines
  }

  private static func places(of columns: [String], in header: CSVLine)
    throws(MarketFileError) -> [Int]
  {
    let found = header.texts
    var places: [Int] = []
    for name in columns {
      guard let place = found.firstIndex(of: name) else {
        throw header.problem(
          0,
          "expected a header with the columns \(columns.joined(separator: ", ")), "
            + "\(name) is missing")
      }
      places.append(place)
    }
    return places
  }

  /// Reads a whole file; blocks while it does.
  static func bytes(of path: String) throws(MarketFileError) -> [UInt8] {
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

  private static func failure(_ path: String, _ code: Int32) -> MarketFileError {
    MarketFileError(
      description: "\(path): cannot be read: \(unsafe String(cString: strerror(code)))")
  }
}

/// A line of a file, cut into fields.
struct CSVLine {
  private let fields: [ArraySlice<UInt8>]
  private let start: Int
  private let end: Int
  private let number: Int
  private let file: String
  /// Where the wanted columns stand.
  private var places: [Int] = []

  init(_ line: ArraySlice<UInt8>, number: Int, file: String) {
    let trimmed = line.last == 13 ? line.dropLast() : line
    fields = trimmed.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    start = line.startIndex
    end = trimmed.endIndex
    self.number = number
    self.file = file
  }

  mutating func order(_ places: [Int]) { self.places = places }

  private func place(_ column: Int) -> Int { places.isEmpty ? column : places[column] }

  func isMissing(_ column: Int) -> Bool { place(column) >= fields.count }

  func text(_ column: Int) -> String {
    String(decoding: fields[place(column)], as: UTF8.self)
  }

  /// All fields in lower case.
  var texts: [String] {
    fields.map { String(decoding: $0, as: UTF8.self).lowercased() }
  }

  /// A positive number.
  func number(_ column: Int, named name: String) throws(MarketFileError) -> Double {
    guard let value = Double(text(column)), value > 0, value.isFinite else {
      throw problem(column, "expected \(name) as a positive number")
    }
    return value
  }

  /// An error that points at a field, or at the end of the line when the field is missing.
  func problem(_ column: Int, _ message: String) -> MarketFileError {
    let index = place(column)
    let place = index < fields.count ? fields[index].startIndex : end
    return MarketFileError(description: "\(file):\(number):\(place - start + 1): \(message)")
  }
}
