/// The functions of a file, measured from their first keyword to their closing brace.
enum Functions {
  struct Measured: Equatable, Sendable {
    var name: String
    var line: Int
    var length: Int
  }

  private struct Token {
    var text: Substring
    var line: Int
  }

  private static let openers: Set<Substring> = [
    "func", "init", "deinit", "subscript", "get", "set", "willSet", "didSet", "var",
  ]

  /// What can only come after the end of a declaration without a body.
  private static let enders: Set<Substring> = [
    "func", "init", "deinit", "subscript", "var", "let", "static", "case", "struct", "enum",
    "class", "actor", "protocol", "extension", "typealias", "associatedtype", "}", ";",
  ]

  static func measure(_ file: SwiftFile) -> [Measured] {
    let tokens = tokens(of: file.code)
    let closing = closingBraces(tokens)
    return tokens.indices.compactMap { start in
      guard openers.contains(tokens[start].text), start == 0 || tokens[start - 1].text != ".",
        let open = body(of: start, in: tokens), let close = closing[open]
      else { return nil }
      return Measured(
        name: name(of: start, in: tokens), line: tokens[start].line,
        length: tokens[close].line - tokens[start].line + 1)
    }
  }

  private static func tokens(of code: [Substring]) -> [Token] {
    code.enumerated().flatMap { number, line in
      line.matches(of: /\w+|[^\s\w]/).map { Token(text: $0.output, line: number + 1) }
    }
  }

  private static func closingBraces(_ tokens: [Token]) -> [Int: Int] {
    var open: [Int] = []
    var closing: [Int: Int] = [:]
    for (index, token) in tokens.enumerated() {
      if token.text == "{" { open.append(index) }
      if token.text == "}", let start = open.popLast() { closing[start] = index }
    }
    return closing
  }

  /// The brace that opens the body of the declaration at `start`, if it has one.
  private static func body(of start: Int, in tokens: [Token]) -> Int? {
    let isVariable = tokens[start].text == "var"
    let isAccessor = ["get", "set", "willSet", "didSet"].contains(tokens[start].text)
    var depth = 0
    for index in tokens.indices[(start + 1)...] {
      let text = tokens[index].text
      if text == "(" || text == "[" { depth += 1 }
      if text == ")" || text == "]" { depth -= 1 }
      if depth < 0 { return nil }
      guard depth == 0 else { continue }
      if text == "{" { return index }
      if enders.contains(text) { return nil }
      let leavesLine = tokens[index].line != tokens[start].line
      if isVariable || isAccessor, text == "=" || text == "," || leavesLine { return nil }
    }
    return nil
  }

  private static func name(of start: Int, in tokens: [Token]) -> String {
    let keyword = tokens[start].text
    let isNamed = keyword == "func" || keyword == "var"
    return isNamed && start + 1 < tokens.count ? String(tokens[start + 1].text) : String(keyword)
  }
}
