/// One frame, its payload a window into the decoder's buffer.
package struct Frame: Sendable {
  package let kind: UInt8
  package let payload: ArraySlice<UInt8>
}

/// Finds frames in a stream of bytes that arrives in pieces of any size.
///
/// Each byte is moved a bounded number of times, whatever the sizes of pieces and frames. Frames
/// must be dropped before the next `append`, or the buffer is copied.
package struct FrameDecoder: Sendable {
  private var buffer: [UInt8] = []
  private var head = 0
  private let longest: Int

  /// A decoder for frames that announce at most `longest` bytes.
  package init(longest: Int = Wire.longestFrame) { self.longest = longest }

  /// Bytes that are held.
  package var pending: Int { buffer.count - head }

  /// Takes over bytes that arrived.
  package mutating func append(_ bytes: some Collection<UInt8>) {
    if head == buffer.count {
      buffer.removeAll(keepingCapacity: buffer.capacity <= 1 << 18)
      head = 0
    } else if head > buffer.count / 2 {
      buffer.removeSubrange(..<head)
      head = 0
    }
    buffer.append(contentsOf: bytes)
  }

  /// The next whole frame, or `nil` until more bytes arrive.
  ///
  /// - Throws: `WireError.badLength`; the stream is useless from then on.
  package mutating func next() throws(WireError) -> Frame? {
    guard pending >= 4 else { return nil }
    var length = 0
    for place in 0..<4 { length |= Int(buffer[head + place]) << (8 * place) }
    guard (1...longest).contains(length) else { throw .badLength(length) }
    guard pending >= 4 + length else { return nil }
    let start = head + 4
    head = start + length
    return Frame(kind: buffer[start], payload: buffer[(start + 1)..<head])
  }
}
