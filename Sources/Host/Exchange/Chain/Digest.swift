/// A name made of bytes: the same bytes, the same name, in every process. It stands in for a
/// cryptographic signature where nobody cheats.
struct Digest: Sendable {
  private var first: UInt64 = 0xcbf2_9ce4_8422_2325
  private var second: UInt64 = 0x6c62_272e_07bb_0142

  mutating func add(_ bytes: some Sequence<UInt8>) {
    for byte in bytes {
      first = (first ^ UInt64(byte)) &* 0x100_0000_01b3
      second = (second ^ UInt64(byte)) &* 0x9E37_79B9_7F4A_7C15
    }
  }

  /// 64 well mixed bits.
  var number: UInt64 { Self.mix(first ^ Self.mix(second)) }

  /// Fifteen characters: 87 bits.
  var text: String {
    var characters: [UInt8] = []
    characters.reserveCapacity(15)
    for (word, count) in [(Self.mix(first &+ second), 8), (Self.mix(second ^ first << 1), 7)] {
      var rest = word
      for _ in 0..<count {
        characters.append(Self.alphabet[Int(rest % 58)])
        rest /= 58
      }
    }
    return String(decoding: characters, as: UTF8.self)
  }

  private static let alphabet = Array(
    "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".utf8)

  private static func mix(_ word: UInt64) -> UInt64 {
    var mixed = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
