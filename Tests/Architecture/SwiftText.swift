/// Just enough of Swift's grammar to tell code from comments and literals.
enum SwiftText {
  /// The text with comments and literals replaced by blanks; lines keep their numbers.
  static func codeOnly(_ text: String) -> String {
    var scanner = Scanner(bytes: Array(text.utf8))
    scanner.run()
    return String(decoding: scanner.output, as: UTF8.self)
  }

  private struct Scanner {
    let bytes: [UInt8]
    var output: [UInt8] = []
    var at = 0

    init(bytes: [UInt8]) {
      self.bytes = bytes
      output.reserveCapacity(bytes.count)
    }

    mutating func run() {
      while at < bytes.count {
        if !Self.mayOpen(bytes[at]) {
          output.append(bytes[at])
          at += 1
        } else if starts("//") {
          blankLine()
        } else if starts("/*") {
          blankBlockComment()
        } else if let hashes = hashesOfLiteral() {
          blankLiteral(hashes: hashes)
        } else {
          output.append(bytes[at])
          at += 1
        }
      }
    }

    /// Whether a comment or a literal may begin with `byte`: a slash, a quote or a hash.
    private static func mayOpen(_ byte: UInt8) -> Bool { byte == 47 || byte == 34 || byte == 35 }

    func starts(_ text: StaticString, at offset: Int = 0) -> Bool {
      let begin = at + offset
      guard begin + text.utf8CodeUnitCount <= bytes.count else { return false }
      for index in 0..<text.utf8CodeUnitCount
      where bytes[begin + index] != text.utf8Start[index] {
        return false
      }
      return true
    }

    /// Steps over `count` bytes, keeping line ends.
    mutating func blank(_ count: Int = 1) {
      for byte in bytes[at..<min(at + count, bytes.count)] {
        output.append(byte == UInt8(ascii: "\n") ? byte : UInt8(ascii: " "))
      }
      at = min(at + count, bytes.count)
    }

    mutating func blankLine() {
      while at < bytes.count, bytes[at] != UInt8(ascii: "\n") { blank() }
    }

    mutating func blankBlockComment() {
      var depth = 0
      repeat {
        if starts("/*") {
          depth += 1
          blank(2)
        } else if starts("*/") {
          depth -= 1
          blank(2)
        } else {
          blank()
        }
      } while depth > 0 && at < bytes.count
    }

    /// How many `#` open the string literal that starts here, or nil when none does.
    func hashesOfLiteral() -> Int? {
      var hashes = 0
      while at + hashes < bytes.count, bytes[at + hashes] == UInt8(ascii: "#") { hashes += 1 }
      return starts("\"", at: hashes) ? hashes : nil
    }

    mutating func blankLiteral(hashes: Int) {
      blank(hashes)
      let isMultiline = starts("\"\"\"")
      let quotes = isMultiline ? 3 : 1
      blank(quotes)
      while at < bytes.count, isMultiline || !starts("\n") {
        if isEnd(quotes: quotes, hashes: hashes) { return blank(quotes + hashes) }
        if starts("\\"), isEscape(hashes: hashes) {
          blankEscape(hashes: hashes)
        } else {
          blank()
        }
      }
    }

    func isEnd(quotes: Int, hashes: Int) -> Bool {
      (quotes == 3 ? starts("\"\"\"") : starts("\"")) && hasHashes(hashes, at: quotes)
    }

    func isEscape(hashes: Int) -> Bool { hasHashes(hashes, at: 1) }

    func hasHashes(_ count: Int, at offset: Int) -> Bool {
      let found = bytes.dropFirst(at + offset).prefix(count)
      return found.count == count && found.allSatisfy { $0 == UInt8(ascii: "#") }
    }

    mutating func blankEscape(hashes: Int) {
      blank(1 + hashes)
      guard starts("(") else { return blank() }
      var depth = 0
      repeat {
        if starts("(") { depth += 1 }
        if starts(")") { depth -= 1 }
        if let hashes = hashesOfLiteral() { blankLiteral(hashes: hashes) } else { blank() }
      } while depth > 0 && at < bytes.count
    }
  }
}
