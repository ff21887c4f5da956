/// Writes whole numbers and short texts as few bytes.
struct ByteEncoder {
  private(set) var bytes: [UInt8] = []

  init(reserving count: Int) { bytes.reserveCapacity(count) }

  /// Seven bits a byte, the low ones first.
  mutating func add(_ number: UInt64) {
    var rest = number
    while rest > 0x7F {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  /// Small numbers of either sign are short.
  mutating func add(_ number: Int64) {
    add(UInt64(bitPattern: (number << 1) ^ (number >> 63)))
  }

  mutating func add(_ text: String) {
    add(UInt64(text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }
}

/// The bytes are not what they should be.
struct ByteCodeError: Error, Sendable {}

/// Reads what `ByteEncoder` wrote; never beyond the end.
struct ByteDecoder {
  private let bytes: [UInt8]
  private var place = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { place == bytes.count }

  mutating func number() throws(ByteCodeError) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard place < bytes.count else { throw ByteCodeError() }
      let byte = bytes[place]
      place += 1
      guard shift < 63 || byte < 2 else { throw ByteCodeError() }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw ByteCodeError()
  }

  mutating func signed() throws(ByteCodeError) -> Int64 {
    let folded = try number()
    return Int64(bitPattern: folded >> 1) ^ -Int64(bitPattern: folded & 1)
  }

  mutating func count(atMost limit: Int) throws(ByteCodeError) -> Int {
    let count = try number()
    guard count <= UInt64(limit) else { throw ByteCodeError() }
    return Int(count)
  }

  mutating func text() throws(ByteCodeError) -> String {
    let count = try count(atMost: bytes.count)
    guard count <= bytes.count - place else { throw ByteCodeError() }
    defer { place += count }
    return String(decoding: bytes[place..<place + count], as: UTF8.self)
  }
}
