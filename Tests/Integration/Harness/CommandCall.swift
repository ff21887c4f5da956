@testable import Gridkeeper

/// A call of the executable that ended.
struct CommandCall: Sendable {
  let code: Int32
  let output: String
  let errors: String

  /// The exit code by its name.
  var exit: ExitCode? { ExitCode(rawValue: code) }

  /// Calls `gridkeeper` with the words and waits until it ends.
  static func run(
    _ words: [String], in folder: HostFolder, variables: [String: String] = [:]
  ) async throws -> CommandCall {
    try await run(
      HostFolder.executable, words,
      environment: folder.environment.merging(variables) { $1 })
  }

  /// Calls any program and waits until it ends.
  static func run(
    _ program: String, _ words: [String], environment: [String: String],
    limit: Duration = .seconds(60)
  ) async throws -> CommandCall {
    let child = try ChildProcess(program, words, environment: environment)
    return try await within(limit, "\(program) \(words)", context: { child.errors.text }) {
      _ = await child.output.first { _ in false }
      _ = await child.errors.first { _ in false }
      guard case .exited(let code) = try await child.waitForEnd() else {
        throw TooLate(description: "\(words) was killed\n\(child.errors.text)")
      }
      return CommandCall(code: code, output: child.output.text, errors: child.errors.text)
    }
  }
}
