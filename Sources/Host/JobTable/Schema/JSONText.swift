/// A JSON value that keeps the order of its keys.
enum JSONText {
  case object([(String, JSONText)])
  case array([JSONText])
  case string(String)
  case number(String)
  case bool(Bool)

  static func strings(_ texts: [String]) -> JSONText { .array(texts.map { .string($0) }) }

  /// The text, indented by two spaces a level.
  func rendered(_ indent: String = "") -> String {
    let inner = indent + "  "
    switch self {
    case .object(let pairs):
      let lines = pairs.map { "\(inner)\(Self.quoted($0.0)): \($0.1.rendered(inner))" }
      return lines.isEmpty ? "{}" : "{\n\(lines.joined(separator: ",\n"))\n\(indent)}"
    case .array(let values):
      let lines = values.map { inner + $0.rendered(inner) }
      return lines.isEmpty ? "[]" : "[\n\(lines.joined(separator: ",\n"))\n\(indent)]"
    case .string(let text): return Self.quoted(text)
    case .number(let text): return text
    case .bool(let value): return value ? "true" : "false"
    }
  }

  private static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case _ where scalar.value < 32:
        let hex = String(scalar.value, radix: 16)
        out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }
}
