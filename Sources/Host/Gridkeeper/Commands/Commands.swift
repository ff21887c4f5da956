/// All verbs, in the order in which help shows them.
enum Commands {
  static let all: [Command] =
    [run, check, diff, next, schema, plugins, newPlugin, lab, faults]
    + [status, jobs, runs, why, trigger, pause, resume, enable, disable, plan, reload]
    + [kill, clear, audit, events, metrics, completion, bench]

  static let completion = Command(
    name: "completion", summary: "Print a completion script for a shell",
    operands: [
      Command.Operand(
        name: "SHELL", help: "bash, zsh or fish", completion: .words(ShellCompletion.shells))
    ]
  ) { arguments, surroundings in
    let shell = arguments.operands[0]
    let completion = ShellCompletion(program: Program.name, commands: all)
    guard let script = completion.script(for: shell) else {
      throw UsageError("'\(shell)' is not bash, zsh or fish")
    }
    surroundings.output.line(script)
    return .success
  }
}
