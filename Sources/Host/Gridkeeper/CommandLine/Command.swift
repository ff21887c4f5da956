/// One verb of the command line: what it is called, what it takes and what it does.
struct Command: Sendable {
  let name: String
  let summary: String
  var discussion = ""
  var operands: [Operand] = []
  var options: [Option] = []
  /// Whether help and completion leave it out.
  var isHidden = false
  let run: @Sendable (Arguments, Surroundings) async throws -> ExitCode

  /// A word that belongs to the command itself.
  struct Operand: Sendable {
    let name: String
    let help: String
    var isOptional = false
    /// What a shell offers as completion.
    var completion = Completion.none
  }

  /// A word that begins with `--`.
  struct Option: Sendable {
    let name: String
    /// What stands behind it, such as `FILE`; `nil` for a switch.
    var value: String?
    let help: String
    var completion = Completion.none
  }

  /// What a shell offers as completion.
  enum Completion: Sendable, Equatable {
    case none
    case file
    case jobs
    case words([String])
  }
}

/// The words of one call, sorted by what the command declared.
struct Arguments: Sendable, Equatable {
  var operands: [String] = []
  var values: [String: String] = [:]
  var switches: Set<String> = []

  /// The operand at `index`, if it was given.
  func operand(_ index: Int) -> String? {
    operands.indices.contains(index) ? operands[index] : nil
  }

  /// The whole number behind `--name`.
  ///
  /// - Throws: `UsageError` when what stands there is no whole number from `range`.
  func number(_ name: String, in range: ClosedRange<Int>, default fallback: Int) throws(UsageError)
    -> Int
  {
    guard let text = values[name] else { return fallback }
    guard let number = Int(text), range.contains(number) else {
      throw UsageError(
        "--\(name) takes a whole number from \(range.lowerBound) to \(range.upperBound), not '\(text)'"
      )
    }
    return number
  }
}

/// How the program ends; documented in the README.
enum ExitCode: Int32, Sendable, CaseIterable {
  /// All went well.
  case success = 0
  /// What was asked for failed.
  case failure = 1
  /// The words of the call are wrong.
  case usage = 2
  /// The job table has errors.
  case badTable = 3
  /// No host answers at the control socket.
  case noHost = 4
  /// The host refused what was asked for.
  case refused = 5

  var meaning: String {
    switch self {
    case .success: "all went well"
    case .failure: "what was asked for failed"
    case .usage: "the words of the call are wrong"
    case .badTable: "the job table has errors"
    case .noHost: "no host answers at the control socket"
    case .refused: "the host refused what was asked for"
    }
  }
}

/// The words of a call are wrong.
struct UsageError: Error, Sendable, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// A command could not do what was asked for.
struct CommandFailure: Error, Sendable, CustomStringConvertible {
  let code: ExitCode
  let description: String

  init(_ description: String, code: ExitCode = .failure) {
    self.code = code
    self.description = description
  }
}
