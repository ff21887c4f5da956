/// The bytes of a table with their lines, for excerpts.
struct SourceText: Sendable {
  let file: String
  let bytes: [UInt8]

  /// Where each line begins. Costs a pass over the bytes; made only when something is wrong.
  func lineStarts() -> [Int] {
    var starts = [0]
    var index = 0
    while index < bytes.count {
      let length = breakLength(at: index)
      index += max(1, length)
      if length > 0 { starts.append(index) }
    }
    return starts
  }

  /// The line and column, from 1, of the character that holds the byte at `offset`.
  func place(ofByte offset: Int) -> Findings.Place {
    let starts = lineStarts()
    let line = (starts.firstIndex { $0 > offset } ?? starts.count) - 1
    let column = bytes[starts[line]..<min(offset, bytes.count)].count { $0 & 0xC0 != 0x80 }
    return Findings.Place(line: line + 1, column: column + 1, length: 1)
  }

  /// The first character that a table must not hold.
  func firstControlCharacter() -> Findings.Place {
    var offset = 0
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
      guard Self.isPrintable(scalar) || (offset == 0 && scalar == "\u{FEFF}") else { break }
      offset += UTF8.width(scalar)
    }
    return place(ofByte: offset)
  }

  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 9, 10, 13, 0x85, 0x20...0x7E, 0xA0...0xFEFE, 0xFF00...0xFFFD, 0x10000...: true
    default: false
    }
  }

  /// The byte at a place, when it is in the file.
  func byte(at place: Findings.Place) -> UInt8? {
    guard let text = line(place.line, starts: lineStarts())?.utf8 else { return nil }
    return text.dropFirst(place.column - 1).first
  }

  /// The text of a line without its end; bytes that are no UTF-8 show as replacement characters.
  func line(_ number: Int, starts: [Int]) -> String? {
    guard number >= 1, number <= starts.count else { return nil }
    let start = starts[number - 1]
    var end = number < starts.count ? starts[number] : bytes.count
    while end > start, isBreakByte(bytes[end - 1]) { end -= 1 }
    let capped = min(end, start + Self.longestLine)
    return String(decoding: bytes[start..<capped], as: UTF8.self)
  }

  /// Lines longer than this are cut; nobody reads further.
  private static let longestLine = 1 << 16

  private func isBreakByte(_ byte: UInt8) -> Bool { byte == 10 || byte == 13 }

  /// How many bytes the line break at `index` has, counted as the parser does; 0 when there is none.
  private func breakLength(at index: Int) -> Int {
    switch bytes[index] {
    case 10: 1
    case 13: has([10], at: index + 1) ? 2 : 1
    case 0xC2: has([0x85], at: index + 1) ? 2 : 0
    case 0xE2: has([0x80, 0xA8], at: index + 1) || has([0x80, 0xA9], at: index + 1) ? 3 : 0
    default: 0
    }
  }

  private func has(_ expected: [UInt8], at index: Int) -> Bool {
    bytes[min(index, bytes.count)...].starts(with: expected)
  }
}
