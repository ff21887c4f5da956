/// Lets `${NAME}` stand where YAML gives braces a meaning of their own, as in `{ every: ${N:-1h} }`.
///
/// Before parsing, the braces of a variable become private-use characters. Each takes one column as
/// the brace did, so every position stays right.
enum VariableBraces {
  private static let opening: [UInt8] = Array("\u{E000}".utf8)
  private static let closing: [UInt8] = Array("\u{E001}".utf8)

  /// The bytes with the braces of variables hidden; the same bytes when there is no variable.
  static func hidden(in bytes: [UInt8]) -> [UInt8] {
    guard var dollar = bytes.firstIndex(of: UInt8(ascii: "$")) else { return bytes }
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count + bytes.count / 16)
    var copied = 0
    while dollar < bytes.count {
      if let close = variable(in: bytes, at: dollar) {
        out += bytes[copied...dollar]
        out += opening
        out += bytes[(dollar + 2)..<close]
        out += closing
        copied = close + 1
      }
      let from = max(copied, dollar + 1)
      dollar = bytes[min(from, bytes.count)...].firstIndex(of: UInt8(ascii: "$")) ?? bytes.count
    }
    out += bytes[copied...]
    return out
  }

  /// The text with the braces back.
  static func shown(in text: String) -> String {
    guard text.utf8.contains(0xEE) else { return text }
    return String(
      text.map { character in
        switch character {
        case "\u{E000}": "{"
        case "\u{E001}": "}"
        default: character
        }
      })
  }

  /// Where the variable at `dollar` closes, on the same line.
  private static func variable(in bytes: [UInt8], at dollar: Int) -> Int? {
    guard dollar + 1 < bytes.count, bytes[dollar + 1] == UInt8(ascii: "{") else { return nil }
    for index in (dollar + 2)..<max(bytes.count, dollar + 2) {
      switch bytes[index] {
      case UInt8(ascii: "}"): return index
      case 10, 13: return nil
      default: continue
      }
    }
    return nil
  }
}
