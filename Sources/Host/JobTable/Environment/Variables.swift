/// Replaces `${NAME}` and `${NAME:-default}`; `$$` is a dollar.
struct Variables: Sendable {
  let environment: [String: String]

  struct Problem {
    /// Where in the text it begins, in characters.
    var offset: Int
    var length: Int
    var message: String
    var expected: String?
    var suggestion: String?
  }

  struct Expansion {
    var text = ""
    var isSecret = false
    var problems: [Problem] = []
  }

  /// A text that grows beyond this is refused: no value of a table is that long.
  private static let longest = 1 << 20

  func expand(_ hidden: String) -> Expansion {
    let text = VariableBraces.shown(in: hidden)
    var result = Expansion()
    var rest = text[...]
    while let dollar = rest.firstIndex(of: "$") {
      result.text += rest[..<dollar]
      let offset = text.distance(from: text.startIndex, to: dollar)
      rest = take(rest[dollar...], offset: offset, into: &result)
      guard result.text.utf8.count < Self.longest else {
        result.problems.append(
          Problem(offset: 0, length: 1, message: "this value becomes longer than 1 MiB"))
        return result
      }
    }
    result.text += rest
    return result
  }

  /// Takes what begins with a dollar, and gives back what follows it.
  private func take(
    _ text: Substring, offset: Int, into result: inout Expansion
  ) -> Substring {
    let body = text.dropFirst()
    if body.first == "$" {
      result.text += "$"
      return body.dropFirst()
    }
    guard body.first == "{" else {
      result.problems.append(
        Problem(
          offset: offset, length: 1, message: "a lone '$'", expected: "${NAME}, or $$ for a dollar")
      )
      return body
    }
    guard let close = body.firstIndex(of: "}") else {
      result.problems.append(
        Problem(
          offset: offset, length: 2, message: "'${' without '}' on the same line",
          expected: "${NAME} or ${NAME:-default}"))
      return body.dropFirst(body.count)
    }
    let length = text.distance(from: text.startIndex, to: close) + 1
    variable(body[body.index(after: body.startIndex)..<close], offset, length, into: &result)
    return body[body.index(after: close)...]
  }

  private func variable(
    _ inside: Substring, _ offset: Int, _ length: Int, into result: inout Expansion
  ) {
    let name = String(inside.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
    let tail = inside.dropFirst(name.count)
    guard !name.isEmpty, name.first?.isNumber == false, tail.isEmpty || tail.hasPrefix(":-"),
      !tail.contains("$")
    else {
      result.problems.append(
        Problem(
          offset: offset, length: length,
          message: "'${\(Masking.brief(String(inside)))}' is no variable",
          expected: "${NAME} or ${NAME:-default}, not nested"))
      return
    }
    let value = environment[name].flatMap { $0.isEmpty && !tail.isEmpty ? nil : $0 }
    guard let text = value ?? (tail.isEmpty ? nil : String(tail.dropFirst(2))) else {
      result.problems.append(missing(name, offset, length))
      return
    }
    if Secrets.isSecretName(name) { result.isSecret = true }
    result.text += text
  }

  private func missing(_ name: String, _ offset: Int, _ length: Int) -> Problem {
    let near = NearName.of(name, among: environment.keys.sorted())
    return Problem(
      offset: offset, length: length, message: "the variable \(name) is not set",
      expected: "a value in the environment, or a default: ${\(name):-…}",
      suggestion: near.map { "${\($0)}" })
  }
}
