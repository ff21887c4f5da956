/// Sorts the words of a call by what a command declares.
struct ArgumentParser {
  let command: Command

  /// Options that every command takes.
  static let common: [Command.Option] = [
    Command.Option(
      name: "socket", value: "PATH", help: "control socket of the host (.state/gridkeeper.sock)",
      completion: .file),
    Command.Option(name: "json", help: "print JSON instead of text for people"),
    Command.Option(name: "no-color", help: "never colour, even on a terminal"),
    Command.Option(name: "help", help: "show this help"),
  ]

  var options: [Command.Option] { command.options + Self.common }

  /// - Throws: `UsageError` that names the word and, where there is one, a near name.
  func parse(_ words: [String]) throws(UsageError) -> Arguments {
    var arguments = Arguments()
    var rest = words[...]
    var onlyOperands = false
    while let word = rest.popFirst() {
      if word == "--" {
        onlyOperands = true
      } else if word == "-h", !onlyOperands {
        arguments.switches.insert("help")
      } else if word.hasPrefix("--"), !onlyOperands {
        try take(option: word.dropFirst(2), &rest, into: &arguments)
      } else {
        arguments.operands.append(word)
      }
    }
    if !arguments.switches.contains("help") { try checkOperands(arguments.operands) }
    return arguments
  }

  private func take(
    option word: Substring, _ rest: inout ArraySlice<String>, into arguments: inout Arguments
  ) throws(UsageError) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    guard let option = options.first(where: { $0.name == name }) else {
      throw UsageError("unknown option --\(name)\(near(name, options.map(\.name), prefix: "--"))")
    }
    guard let value = option.value else {
      guard parts.count == 1 else { throw UsageError("--\(name) takes no value") }
      arguments.switches.insert(name)
      return
    }
    guard let text = parts.count == 2 ? String(parts[1]) : rest.popFirst() else {
      throw UsageError("--\(name) needs \(value) behind it")
    }
    arguments.values[name] = text
  }

  private func checkOperands(_ words: [String]) throws(UsageError) {
    let required = command.operands.count { !$0.isOptional }
    if words.count < required {
      throw UsageError("\(command.name) needs \(command.operands[words.count].name)")
    }
    if words.count > command.operands.count {
      throw UsageError("\(command.name) does not take '\(words[command.operands.count])'")
    }
  }
}

/// `, did you mean 'x'?` when `names` holds something close to `name`, else nothing.
func near(_ name: String, _ names: [String], prefix: String = "") -> String {
  let longer = names.filter { $0.hasPrefix(name) }
  if longer.count == 1, let only = longer.first { return ", did you mean '\(prefix)\(only)'?" }
  let best = names.map { (distance(name, $0), $0) }.min { $0.0 < $1.0 }
  guard let (steps, found) = best, steps <= (name.count < 4 ? 1 : max(2, name.count / 3))
  else { return "" }
  return ", did you mean '\(prefix)\(found)'?"
}

/// How many letters must change, come or go to turn one word into the other.
private func distance(_ left: String, _ right: String) -> Int {
  let right = Array(right.utf8)
  var row = Array(0...right.count)
  for (i, letter) in left.utf8.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, other) in right.enumerated() {
      let step = min(row[j + 1], row[j]) + 1
      (diagonal, row[j + 1]) = (row[j + 1], min(step, diagonal + (letter == other ? 0 : 1)))
    }
  }
  return row[right.count]
}
