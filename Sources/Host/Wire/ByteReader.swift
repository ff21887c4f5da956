/// Unpacks the payload of one frame and never reads past its end.
struct ByteReader {
  let kind: UInt8
  private let bytes: ArraySlice<UInt8>
  private var place: Int

  init(_ frame: Frame) {
    kind = frame.kind
    bytes = frame.payload
    place = frame.payload.startIndex
  }

  var remaining: Int { bytes.endIndex - place }

  /// - Throws: `WireError.malformed` when fewer bytes are left.
  mutating func read<Number: FixedWidthInteger>(_ type: Number.Type = Number.self)
    throws(WireError) -> Number
  {
    let size = MemoryLayout<Number>.size
    guard remaining >= size else { throw short() }
    let offset = place - bytes.startIndex
    place += size
    return unsafe bytes.withUnsafeBytes {
      Number(littleEndian: unsafe $0.loadUnaligned(fromByteOffset: offset, as: type))
    }
  }

  /// - Throws: `WireError.malformed` when the text is cut off; invalid UTF-8 is repaired.
  mutating func text() throws(WireError) -> String {
    let length = Int(try read(UInt32.self))
    guard length > 0 else { return "" }
    guard remaining >= length else { throw short() }
    defer { place += length }
    return String(decoding: bytes[place..<place + length], as: UTF8.self)
  }

  /// A list whose items are at least `size` bytes each, so that a false count is seen at once.
  mutating func list<Item>(
    of size: Int, _ item: (inout ByteReader) throws(WireError) -> Item
  ) throws(WireError) -> [Item] {
    let count = Int(try read(UInt32.self))
    guard count <= remaining / size else { throw short() }
    var items: [Item] = []
    items.reserveCapacity(count)
    for _ in 0..<count { items.append(try item(&self)) }
    return items
  }

  /// All that is left.
  mutating func rest() -> ArraySlice<UInt8> {
    defer { place = bytes.endIndex }
    return bytes[place...]
  }

  /// - Throws: `WireError.malformed` when something is left.
  func finish() throws(WireError) {
    guard remaining == 0 else { throw .malformed(kind: kind, "\(remaining) bytes too many") }
  }

  func short() -> WireError { .malformed(kind: kind, "it ends too early") }
}
