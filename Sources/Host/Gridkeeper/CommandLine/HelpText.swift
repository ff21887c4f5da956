/// Writes help screens from what commands declare.
struct HelpText {
  let program: String
  let commands: [Command]

  func overview() -> String {
    let rows = commands.filter { !$0.isHidden }.map { ($0.name, $0.summary) }
    return """
      \(program): runs independent jobs from a table that reloads while they run.

      Usage: \(program) COMMAND [OPTIONS]

      Commands:
      \(aligned(rows))

      '\(program) COMMAND --help' tells more about one of them.

      Exit codes:
      \(aligned(ExitCode.allCases.map { ("\($0.rawValue)", $0.meaning) }))
      """
  }

  func text(for command: Command) -> String {
    let operands = command.operands.map { $0.isOptional ? "[\($0.name)]" : $0.name }
    var sections = [
      command.summary + ".",
      "Usage: " + ([program, command.name] + operands + ["[OPTIONS]"]).joined(separator: " "),
    ]
    if !command.discussion.isEmpty { sections.append(command.discussion) }
    if !command.operands.isEmpty {
      sections.append("Arguments:\n" + aligned(command.operands.map { ($0.name, $0.help) }))
    }
    let options = ArgumentParser(command: command).options.map { option in
      ("--\(option.name)" + (option.value.map { " \($0)" } ?? ""), option.help)
    }
    sections.append("Options:\n" + aligned(options))
    return sections.joined(separator: "\n\n")
  }

  private func aligned(_ rows: [(String, String)]) -> String {
    let width = rows.map(\.0.count).max() ?? 0
    return rows.map { name, help in
      "  " + name + String(repeating: " ", count: width - name.count + 2) + help
    }.joined(separator: "\n")
  }
}
