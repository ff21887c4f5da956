/// Writes completion scripts for shells from what commands declare.
struct ShellCompletion {
  let program: String
  let commands: [Command]

  static let shells = ["bash", "zsh", "fish"]

  /// The script for `shell`, or `nil` when the shell is not known.
  func script(for shell: String) -> String? {
    switch shell {
    case "bash": bash
    case "zsh": "autoload -U +X bashcompinit && bashcompinit\n" + bash
    case "fish": fish
    default: nil
    }
  }

  private var visible: [Command] { commands.filter { !$0.isHidden } }

  private var bash: String {
    let cases = visible.map { command in
      let options = ArgumentParser(command: command).options.map { "--\($0.name)" }
        .joined(separator: " ")
      let operand = command.operands.first.map { bashWords($0.completion) } ?? ""
      return "    \(command.name)) options=\"\(options)\" words=\"\(operand)\" ;;"
    }
    return """
      _\(program)() {
        local current="${COMP_WORDS[COMP_CWORD]}" options="" words=""
        if [ "$COMP_CWORD" -eq 1 ]; then
          COMPREPLY=($(compgen -W "\(visible.map(\.name).joined(separator: " "))" -- "$current"))
          return
        fi
        case "${COMP_WORDS[COMP_CWORD-1]}" in
          \(valued.joined(separator: "|"))) return ;;
        esac
        case "${COMP_WORDS[1]}" in
      \(cases.joined(separator: "\n"))
        esac
        case "$current" in -*) words="$options" ;; esac
        COMPREPLY=($(compgen -W "$words" -- "$current"))
      }
      complete -o default -F _\(program) \(program)
      """
  }

  /// Options behind which a value stands; for those the shell offers files.
  private var valued: [String] {
    Set(
      visible.flatMap { ArgumentParser(command: $0).options }.filter { $0.value != nil }.map(\.name)
    )
    .sorted().map { "--\($0)" }
  }

  private func bashWords(_ completion: Command.Completion) -> String {
    switch completion {
    case .none, .file: ""
    case .jobs: "$(\(program) jobs --names 2>/dev/null)"
    case .words(let words): words.joined(separator: " ")
    }
  }

  private var fish: String {
    let names = visible.map(\.name).joined(separator: " ")
    var lines = visible.map { command in
      "complete -c \(program) -n 'not __fish_seen_subcommand_from \(names)' -f "
        + "-a \(command.name) -d '\(quoted(command.summary))'"
    }
    for command in visible {
      let condition = "-n '__fish_seen_subcommand_from \(command.name)'"
      for option in ArgumentParser(command: command).options {
        let value = option.value == nil ? "" : " -r"
        lines.append(
          "complete -c \(program) \(condition) -l \(option.name)\(value) -d '\(quoted(option.help))'"
        )
      }
      if let words = command.operands.first.map({ fishWords($0.completion) }), !words.isEmpty {
        lines.append("complete -c \(program) \(condition) -f -a '\(words)'")
      }
    }
    return lines.joined(separator: "\n")
  }

  private func fishWords(_ completion: Command.Completion) -> String {
    switch completion {
    case .none, .file: ""
    case .jobs: "(\(program) jobs --names 2>/dev/null)"
    case .words(let words): words.joined(separator: " ")
    }
  }

  private func quoted(_ text: String) -> String { text.replacing("'", with: "\\'") }
}
