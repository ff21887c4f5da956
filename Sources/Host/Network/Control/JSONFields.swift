/// The top level of a JSON object, its values left as they are written.
///
/// Only as much is checked as is needed to find where each value ends; whoever decodes a value finds
/// what is wrong inside it.
struct JSONFields {
  private var fields: [String: ArraySlice<UInt8>] = [:]

  /// The value under `key`, as written.
  subscript(_ key: String) -> ArraySlice<UInt8>? { fields[key] }

  /// The value under `key` as text, as written.
  func text(_ key: String) -> String? { fields[key].map { String(decoding: $0, as: UTF8.self) } }

  /// Makes the fields of an object, or `nil` when the bytes are none.
  init?(_ bytes: [UInt8]) {
    var scanner = Scanner(bytes)
    guard scanner.take("{") else { return nil }
    var isMore = !scanner.take("}")
    let isEmpty = !isMore
    while isMore {
      guard let key = scanner.value(), key.first == UInt8(ascii: "\""), scanner.take(":"),
        let value = scanner.value()
      else { return nil }
      fields[String(decoding: key.dropFirst().dropLast(), as: UTF8.self)] = value
      isMore = scanner.take(",")
    }
    guard isEmpty || scanner.take("}"), scanner.isAtEnd else { return nil }
  }

  private struct Scanner {
    let all: [UInt8]
    var bytes: ArraySlice<UInt8>

    init(_ all: [UInt8]) {
      self.all = all
      bytes = all[...]
    }

    var isAtEnd: Bool {
      mutating get {
        skipSpace()
        return bytes.isEmpty
      }
    }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
      skipSpace()
      guard bytes.first == UInt8(ascii: character) else { return false }
      bytes.removeFirst()
      return true
    }

    /// Takes one whole value.
    mutating func value() -> ArraySlice<UInt8>? {
      skipSpace()
      let start = bytes.startIndex
      var depth = 0
      repeat {
        guard let byte = bytes.first else { return nil }
        switch byte {
        case UInt8(ascii: "\""): guard skipString() else { return nil }
        case UInt8(ascii: "{"), UInt8(ascii: "["):
          depth += 1
          bytes.removeFirst()
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
          depth -= 1
          bytes.removeFirst()
        default: skipPlain(inside: depth > 0)
        }
      } while depth > 0
      guard depth == 0, bytes.startIndex > start else { return nil }
      return all[start..<bytes.startIndex]
    }

    private mutating func skipString() -> Bool {
      bytes.removeFirst()
      while let byte = bytes.popFirst() {
        if byte == UInt8(ascii: "\\") { _ = bytes.popFirst() }
        if byte == UInt8(ascii: "\"") { return true }
      }
      return false
    }

    /// Takes a number, a word, or, inside of a value, what stands between values.
    private mutating func skipPlain(inside: Bool) {
      bytes = bytes.drop { byte in
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "["),
          UInt8(ascii: "]"):
          false
        case UInt8(ascii: ","), UInt8(ascii: ":"), 0x20, 0x09, 0x0A, 0x0D: inside
        default: true
        }
      }
    }

    private mutating func skipSpace() {
      bytes = bytes.drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
    }
  }
}
