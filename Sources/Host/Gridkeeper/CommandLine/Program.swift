import Glibc
import Isolation

/// The program: finds the command, parses its words, runs it and tells what went wrong.
struct Program {
  static let name = "gridkeeper"
  static let version = "0.1.0"

  let commands: [Command]
  let surroundings: Surroundings

  /// Runs the call and returns the exit code.
  func run(_ words: [String]) async -> ExitCode {
    let help = HelpText(program: Self.name, commands: commands)
    guard let verb = words.first, !["--help", "-h", "help"].contains(verb) else {
      surroundings.output.line(help.overview())
      return words.isEmpty ? .usage : .success
    }
    if verb == "--version" {
      surroundings.output.line("\(Self.name) \(Self.version)")
      return .success
    }
    guard let command = commands.first(where: { $0.name == verb }) else {
      let names = commands.filter { !$0.isHidden }.map(\.name)
      return fail("unknown command '\(verb)'\(near(verb, names))", .usage)
    }
    return await run(command, Array(words.dropFirst()), help)
  }

  private func run(_ command: Command, _ words: [String], _ help: HelpText) async -> ExitCode {
    do {
      let arguments = try ArgumentParser(command: command).parse(words)
      if arguments.switches.contains("help") {
        surroundings.output.line(help.text(for: command))
        return .success
      }
      return try await command.run(arguments, surroundings)
    } catch let error as UsageError {
      return fail("\(error)\n  see '\(Self.name) \(command.name) --help'", .usage)
    } catch let error as CommandFailure {
      return fail(error.description, error.code)
    } catch {
      return fail("\(error)", .failure)
    }
  }

  private func fail(_ message: String, _ code: ExitCode) -> ExitCode {
    surroundings.errors.line("\(Self.name): \(message)")
    return code
  }
}
