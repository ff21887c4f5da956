/// Names, labels and numbers as the Prometheus text format has them.
enum MetricText {
  /// The name with `_` for every character that a name may not have.
  static func name(_ text: String) -> String {
    guard text.isEmpty || !text.utf8.allSatisfy(isNamePart) || startsWithDigit(text) else {
      return text
    }
    let fixed = String(decoding: text.utf8.map { isNamePart($0) ? $0 : 0x5F }, as: UTF8.self)
    return fixed.isEmpty || startsWithDigit(fixed) ? "_" + fixed : fixed
  }

  /// `name="value"` with the value escaped.
  static func label(_ name: String, _ value: String) -> String {
    "\(self.name(name))=\"\(escape(value))\""
  }

  /// A number in the shortest form that reads back the same.
  static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    if let whole = Int64(exactly: value) { return "\(whole)" }
    return "\(value)"
  }

  private static func escape(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 == 34 || $0 == 92 || $0 == 10 }) else { return text }
    return text.reduce(into: "") { out, character in
      switch character {
      case "\\": out += "\\\\"
      case "\"": out += "\\\""
      case "\n", "\r\n": out += "\\n"
      default: out.append(character)
      }
    }
  }

  private static func isNamePart(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  private static func startsWithDigit(_ text: String) -> Bool {
    text.utf8.first.map { $0 >= 0x30 && $0 <= 0x39 } ?? false
  }
}
