import Isolation
import Testing

@testable import Gridkeeper

/// Text that a test can look at.
private final class Recorder: TextOutput {
  private let text = Guarded("")
  var isTerminal: Bool { false }
  var columns: Int { 80 }
  func write(_ text: String) { self.text.withLock { $0 += text } }
  var all: String { text.withLock { $0 } }
}

@Suite struct CommandLineTests {
  private let output = Recorder()
  private let errors = Recorder()

  private func run(_ words: String...) async -> ExitCode {
    let surroundings = Surroundings(
      environment: [:], time: ManualTime(), output: output, errors: errors)
    return await Program(commands: Commands.all, surroundings: surroundings)
      .run(words)
  }

  @Test func helpShowsEveryCommand() async {
    #expect(await run("--help") == .success)
    for command in Commands.all where !command.isHidden {
      #expect(output.all.contains("\n  \(command.name) "))
    }
  }

  @Test(arguments: [
    (["nwe-plugin"], "unknown command 'nwe-plugin', did you mean 'new-plugin'?"),
    (["new-plugin"], "new-plugin needs NAME"),
    (["new-plugin", "A", "B"], "new-plugin does not take 'B'"),
    (["new-plugin", "--inot", "x"], "unknown option --inot, did you mean '--into'?"),
    (["new-plugin", "--into"], "--into needs DIRECTORY behind it"),
    (["new-plugin", "A", "--json=1"], "--json takes no value"),
    (["new-plugin", "price-alert"], "'price-alert' cannot name a plugin"),
    (["completion", "ksh"], "'ksh' is not bash, zsh or fish"),
  ])
  func wrongWordsAreNamed(words: [String], message: String) async {
    let surroundings = Surroundings(
      environment: [:], time: ManualTime(), output: output, errors: errors)
    let code = await Program(commands: Commands.all, surroundings: surroundings)
      .run(words)
    #expect(code == .usage)
    #expect(errors.all.contains(message))
  }

  @Test(arguments: ShellCompletion.shells)
  func completionNamesEveryCommand(shell: String) async {
    #expect(await run("completion", shell) == .success)
    for command in Commands.all where !command.isHidden {
      #expect(output.all.contains(command.name))
    }
  }

  @Test func aPluginsNameHasThreeSpellings() throws {
    let name = try PluginName("PriceAlert")
    #expect(name.kind == "price-alert")
    #expect(name.symbol == "price_alert")
    #expect(name.function == "priceAlert")
  }
}
