/// A 64-bit hash that is the same in every process and on every machine. Not for security.
package struct StableDigest: Sendable {
  private var state: UInt64 = 0xcbf2_9ce4_8422_2325

  package init() {}

  /// The hash so far.
  package var value: UInt64 {
    var mixed = state ^ (state >> 30)
    mixed &*= 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// Adds a number.
  package mutating func add(_ word: UInt64) {
    state = (state ^ word) &* 0x9E37_79B9_7F4A_7C15
    state ^= state >> 32
  }

  /// Adds a text and its length, so that neighbours cannot run together.
  package mutating func add(_ text: String) {
    var text = text
    text.withUTF8 { bytes in unsafe add(bytes) }
  }

  /// The hash of a file's bytes; eight of them a step.
  package static func of(_ bytes: [UInt8]) -> UInt64 {
    var digest = StableDigest()
    unsafe bytes.withUnsafeBufferPointer { unsafe digest.add($0) }
    return digest.value
  }

  private mutating func add(_ bytes: UnsafeBufferPointer<UInt8>) {
    add(UInt64(bytes.count))
    let raw = UnsafeRawBufferPointer(bytes)
    var offset = 0
    while offset + 8 <= raw.count {
      add(UInt64(littleEndian: unsafe raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
      offset += 8
    }
    var tail: UInt64 = 0
    while offset < raw.count {
      tail = tail << 8 | UInt64(unsafe raw[offset])
      offset += 1
    }
    add(tail)
  }
}
