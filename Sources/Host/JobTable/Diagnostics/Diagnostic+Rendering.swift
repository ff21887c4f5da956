extension Diagnostic {
  /// The diagnostic as a compiler would print it: place, message, line, caret, what was expected.
  ///
  /// - Parameter colored: Whether to use terminal colours.
  /// - Returns: Several lines without an end of line.
  package func rendered(colored: Bool = false) -> String {
    var lines = [heading(Ink(isOn: colored))]
    if let excerpt { lines += quote(excerpt, Ink(isOn: colored)) }
    let margin = excerpt == nil ? "  " : "       = "
    if let expected { lines.append(margin + "expected \(expected)") }
    if let suggestion { lines.append(margin + "did you mean '\(suggestion)'?") }
    return lines.joined(separator: "\n")
  }

  private func heading(_ ink: Ink) -> String {
    let place = line > 0 ? "\(file):\(line):\(column):" : "\(file):"
    return "\(ink.bold(place)) \(ink.paint(severity.rawValue + ":", severity)) \(ink.bold(message))"
  }

  private func quote(_ excerpt: String, _ ink: Ink) -> [String] {
    let number = String(line)
    let padding = String(repeating: " ", count: max(0, 6 - number.count))
    let room = max(1, excerpt.count - excerptColumn)
    let tildes = String(repeating: "~", count: max(0, min(length, room) - 1))
    let caret = String(repeating: " ", count: excerptColumn) + ink.paint("^" + tildes, severity)
    return ["\(padding)\(number) | \(excerpt)", "       | \(caret)"]
  }
}

extension [Diagnostic] {
  /// All diagnostics, then a line that counts them; empty when there is none.
  package func rendered(colored: Bool = false) -> String {
    guard !isEmpty else { return "" }
    return (map { $0.rendered(colored: colored) } + [tally]).joined(separator: "\n")
  }

  private var tally: String {
    let errors = count { $0.severity == .error }
    let warnings = count { $0.severity == .warning }
    let parts = [(errors, "error"), (warnings, "warning")].filter { $0.0 > 0 }
    return parts.map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }.joined(separator: ", ")
  }
}

/// Terminal colours, or none.
private struct Ink {
  let isOn: Bool

  func bold(_ text: String) -> String { isOn ? "\u{1B}[1m\(text)\u{1B}[0m" : text }

  func paint(_ text: String, _ severity: Diagnostic.Severity) -> String {
    guard isOn else { return text }
    let code = [.error: "31", .warning: "33", .note: "36"][severity] ?? "0"
    return "\u{1B}[1;\(code)m\(text)\u{1B}[0m"
  }
}
