/// Packs frames behind one another into one buffer.
package struct ByteWriter: Sendable {
  /// Whole frames, ready to be sent.
  package private(set) var bytes: [UInt8] = []

  package init() {}

  /// The finished frames; the writer is empty afterwards.
  package mutating func take() -> [UInt8] {
    defer { bytes = [] }
    return bytes
  }

  /// Writes one frame whose payload `body` writes.
  ///
  /// - Throws: `WireError.badLength` when the frame is too long; nothing is written then.
  mutating func frame(_ kind: UInt8, _ body: (inout ByteWriter) -> Void) throws(WireError) {
    let start = bytes.count
    write(UInt32(0))
    write(kind)
    body(&self)
    let length = bytes.count - start - 4
    guard length <= Wire.longestFrame else {
      bytes.removeLast(bytes.count - start)
      throw .badLength(length)
    }
    for place in 0..<4 { bytes[start + place] = UInt8(truncatingIfNeeded: length >> (8 * place)) }
  }

  mutating func write(_ value: UInt8) { bytes.append(value) }

  mutating func write<Number: FixedWidthInteger>(_ value: Number) {
    unsafe withUnsafeBytes(of: value.littleEndian) { unsafe bytes.append(contentsOf: $0) }
  }

  mutating func write(raw content: some Collection<UInt8>) { bytes.append(contentsOf: content) }

  /// Writes a text with its length; at most `limit` bytes of it, cut between characters.
  mutating func write(text: String, limit: Int = 1 << 20) {
    let text = text.utf8.count <= limit ? text : text.shortened(toBytes: limit)
    write(UInt32(text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }
}

extension String {
  /// As many characters from the start as fit into `limit` bytes.
  package func shortened(toBytes limit: Int) -> String {
    guard utf8.count > limit else { return self }
    var end = utf8.index(utf8.startIndex, offsetBy: limit)
    while end > startIndex, end.samePosition(in: unicodeScalars) == nil {
      end = utf8.index(before: end)
    }
    return String(self[..<end])
  }
}
