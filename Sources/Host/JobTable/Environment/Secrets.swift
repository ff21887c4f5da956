/// Knows by its name what must not be shown.
enum Secrets {
  private static let anywhere: Set<String> = [
    "secret", "secrets", "password", "passwd", "passphrase", "credential", "credentials", "apikey",
    "mnemonic", "private",
  ]
  private static let last: Set<String> = ["key", "keys", "token", "auth", "seedphrase"]

  /// Whether a variable or a key of this name holds a secret: `API_KEY`, `db_password`.
  ///
  /// `token` and `key` count only as the last of several words: `token` alone is what one trades.
  static func isSecretName(_ name: String) -> Bool {
    guard name.utf8.count >= 5 else { return false }
    let words = name.lowercased().split { $0 == "_" || $0 == "-" || $0 == "." }.map(String.init)
    if words.contains(where: anywhere.contains) { return true }
    guard words.count > 1, let end = words.last, last.contains(end) else { return false }
    return !words.contains("public")
  }
}

/// What is shown instead of texts that must not be, or need not be, shown whole.
enum Masking {
  static let mask = "••••••"

  /// A text short enough for a message, on one line.
  static func brief(_ text: String) -> String {
    let line = text.utf8.count > 64 ? String(text.prefix(48)) + "…" : text
    guard line.utf8.contains(where: { $0 < 32 || $0 == 127 }) else { return line }
    return String(line.map { $0.isNewline || $0.asciiValue ?? 32 < 32 ? " " : $0 })
  }

  /// A value of a setting, with the password of an address masked.
  static func address(_ text: String) -> String {
    guard let scheme = text.range(of: "://"), let at = text[scheme.upperBound...].lastIndex(of: "@")
    else { return text }
    let user = text[scheme.upperBound..<at]
    guard let colon = user.firstIndex(of: ":") else { return text }
    return text[...colon] + mask + text[at...]
  }
}

extension String {
  /// Where `other` begins and ends, when this text holds it.
  fileprivate func range(of other: String) -> Range<Index>? {
    var rest = self[...]
    while !rest.isEmpty {
      if rest.hasPrefix(other) {
        return rest.startIndex..<rest.index(rest.startIndex, offsetBy: other.count)
      }
      rest = rest.dropFirst()
    }
    return nil
  }
}
