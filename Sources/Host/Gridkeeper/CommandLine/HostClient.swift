import Network

/// Asks the running host.
struct HostClient {
  private let client: ControlClient

  /// Where the host's socket is: `--socket`, then `GRIDKEEPER_SOCKET`, then the usual place.
  static func socket(_ arguments: Arguments, _ surroundings: Surroundings) -> String {
    arguments.values["socket"] ?? surroundings.variable("GRIDKEEPER_SOCKET")
      ?? ".state/gridkeeper.sock"
  }

  /// - Throws: `CommandFailure` when no host answers.
  init(_ arguments: Arguments, _ surroundings: Surroundings) throws(CommandFailure) {
    let path = Self.socket(arguments, surroundings)
    do throws(ControlError) { client = try ControlClient(path: path) } catch {
      throw CommandFailure(
        "\(error.message); another socket can be named with --socket", code: .noHost)
    }
  }

  /// Asks and returns the one answer as JSON.
  func ask(_ verb: String, _ words: ControlDesk.Words = ControlDesk.Words()) async throws -> String
  {
    try await refusing {
      try await client.ask(verb, arguments: try JSONText.encode(words)).first ?? "{}"
    }
  }

  /// Asks and hands over each item as it comes.
  func follow(
    _ verb: String, _ words: ControlDesk.Words, _ body: (String) throws -> Void
  ) async throws {
    try await refusing {
      let items = try await client.call(verb, arguments: try JSONText.encode(words))
      for try await item in items { try body(item) }
    }
  }

  private func refusing<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result
  {
    do {
      return try await body()
    } catch let error as ControlError {
      let code: ExitCode = error.code == "bad-table" ? .badTable : .refused
      let isGone = error.code == ControlError.disconnected
      throw CommandFailure(error.message, code: isGone ? .noHost : code)
    }
  }
}
