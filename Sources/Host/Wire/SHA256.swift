/// The SHA-256 digest of bytes that arrive in pieces (FIPS 180-4).
package struct SHA256: Sendable {
  private var state: [UInt32] = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a,
    0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
  ]
  private var tail: [UInt8] = []
  private var length: UInt64 = 0

  package init() {}

  /// The digest of `bytes` in lower-case hexadecimal.
  package static func hex(_ bytes: some Collection<UInt8>) -> String {
    var hash = SHA256()
    hash.update(bytes)
    return hash.hex()
  }

  /// Adds bytes.
  package mutating func update(_ bytes: some Collection<UInt8>) {
    length &+= UInt64(bytes.count)
    tail.append(contentsOf: bytes)
    let whole = tail.count / 64 * 64
    compress(upTo: whole)
    tail.removeSubrange(..<whole)
  }

  /// The digest of all bytes so far, in lower-case hexadecimal.
  package func hex() -> String {
    var copy = self
    let bits = length &* 8
    copy.tail.append(0x80)
    while copy.tail.count % 64 != 56 { copy.tail.append(0) }
    for shift in stride(from: 56, through: 0, by: -8) {
      copy.tail.append(UInt8(truncatingIfNeeded: bits >> UInt64(shift)))
    }
    copy.compress(upTo: copy.tail.count)
    return copy.state.map(Self.text).joined()
  }

  private static func text(_ word: UInt32) -> String {
    let digits = String(word, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }

  private mutating func compress(upTo end: Int) {
    unsafe tail.withUnsafeBufferPointer { bytes in
      unsafe state.withUnsafeMutableBufferPointer { state in
        unsafe Self.constants.withUnsafeBufferPointer { constants in
          unsafe withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { schedule in
            for block in stride(from: 0, to: end, by: 64) {
              unsafe Self.expand(bytes, at: block, into: schedule)
              unsafe Self.mix(schedule, constants, into: state)
            }
          }
        }
      }
    }
  }

  @inline(__always) private static func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 {
    word &>> count | word &<< (32 &- count)
  }

  private static func expand(
    _ bytes: UnsafeBufferPointer<UInt8>, at block: Int,
    into schedule: UnsafeMutableBufferPointer<UInt32>
  ) {
    var index = 0
    while index < 16 {
      let place = block &+ index &* 4
      let high = unsafe UInt32(bytes[place]) &<< 24 | UInt32(bytes[place &+ 1]) &<< 16
      let low = unsafe UInt32(bytes[place &+ 2]) &<< 8 | UInt32(bytes[place &+ 3])
      unsafe schedule[index] = high | low
      index &+= 1
    }
    while index < 64 {
      let old = unsafe schedule[index &- 15]
      let new = unsafe schedule[index &- 2]
      let first = rotated(old, 7) ^ rotated(old, 18) ^ (old &>> 3)
      let second = rotated(new, 17) ^ rotated(new, 19) ^ (new &>> 10)
      unsafe schedule[index] = schedule[index &- 16] &+ first &+ schedule[index &- 7] &+ second
      index &+= 1
    }
  }

  private static func mix(
    _ schedule: UnsafeMutableBufferPointer<UInt32>, _ constants: UnsafeBufferPointer<UInt32>,
    into state: UnsafeMutableBufferPointer<UInt32>
  ) {
    var (a, b, c, d) = unsafe (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = unsafe (state[4], state[5], state[6], state[7])
    var index = 0
    while index < 64 {
      let upper = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)
      let choice = (e & f) ^ (~e & g)
      let first = unsafe h &+ upper &+ choice &+ constants[index] &+ schedule[index]
      let lower = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)
      let second = lower &+ ((a & b) ^ (a & c) ^ (b & c))
      (h, g, f, e) = (g, f, e, d &+ first)
      (d, c, b, a) = (c, b, a, first &+ second)
      index &+= 1
    }
    let sums = [a, b, c, d, e, f, g, h]
    for place in 0..<8 { unsafe state[place] &+= sums[place] }
  }

  private static let constants: [UInt32] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4,
    0xab1c_5ed5, 0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe,
    0x9bdc_06a7, 0xc19b_f174, 0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f,
    0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da, 0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7,
    0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967, 0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc,
    0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85, 0xa2bf_e8a1, 0xa81a_664b,
    0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070, 0x19a4_c116,
    0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7,
    0xc671_78f2,
  ]
}
