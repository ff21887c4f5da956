import PluginAPI

/// One line of the log before it is written.
struct LogLine: Sendable, Hashable {
  var time: Timestamp
  var level: LogLevel
  var message: String
  var fields: [String: String]

  /// Longer values are cut, so that one line cannot fill the disk.
  private static let maxValueBytes = 16_384

  /// Words in a field's name that say that its value must not be shown.
  private static let secretWords = [
    "secret", "password", "passphrase", "private_key", "privatekey", "api_key", "apikey",
    "authorization", "credential", "cookie", "mnemonic", "access_token", "auth_token",
    "refresh_token", "jwt",
  ]

  /// The line with what must not be shown masked and with overlong values cut.
  var presentable: LogLine {
    var copy = self
    for (key, value) in fields {
      if Self.isSecret(key) {
        copy.fields[key] = "***"
      } else if value.utf8.count > Self.maxValueBytes {
        copy.fields[key] = Self.cut(value)
      }
    }
    if message.utf8.count > Self.maxValueBytes { copy.message = Self.cut(message) }
    return copy
  }

  /// The line as one JSON object, with its end of line.
  func appendJSON(to out: inout [UInt8]) {
    out += "{\"time\":\"".utf8
    RFC3339.append(time, to: &out)
    out += "\",\"level\":\"".utf8
    out += level.rawValue.utf8
    out += "\",\"message\":".utf8
    JSONText.append(quoted: message, to: &out)
    for (key, value) in fields.sorted(by: { $0.key < $1.key }) {
      out.append(UInt8(ascii: ","))
      // The three names above are the line's own.
      let isTaken = key == "time" || key == "level" || key == "message"
      JSONText.append(quoted: isTaken ? "field_" + key : key, to: &out)
      out.append(UInt8(ascii: ":"))
      JSONText.append(quoted: value, to: &out)
    }
    out += "}\n".utf8
  }

  /// The line as people read it, with its end of line.
  func appendText(colored: Bool, to out: inout [UInt8]) {
    RFC3339.appendClock(time, to: &out)
    let (name, color) = Self.names[level] ?? ("", "")
    out += (colored ? " \u{1B}[\(color)m\(name)\u{1B}[0m " : " \(name) ").utf8
    out += Self.printable(message).utf8
    for (key, value) in fields.sorted(by: { $0.key < $1.key }) {
      let isPlain =
        !value.isEmpty && !value.utf8.contains { $0 <= 0x20 || $0 == 0x22 || $0 == 0x7F }
      out += "  \(key)=\(isPlain ? value : JSONText.quoted(value))".utf8
    }
    out.append(0x0A)
  }

  private static let names: [LogLevel: (String, String)] = [
    .debug: ("DEBUG", "2"), .info: ("INFO ", "36"), .warning: ("WARN ", "33"),
    .error: ("ERROR", "31;1"),
  ]

  private static func isSecret(_ key: String) -> Bool {
    let name = key.lowercased()
    return secretWords.contains { name.contains($0) }
  }

  private static func cut(_ text: String) -> String {
    String(decoding: text.utf8.prefix(maxValueBytes), as: UTF8.self) + "…"
  }

  /// Control characters could move the cursor of the terminal that shows the line.
  private static func printable(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return text }
    return String(JSONText.quoted(text).dropFirst().dropLast())
  }
}
