/// Everything the host knows about one parameter; validation, help and forms come from it.
public struct ParameterSchema: Sendable, Hashable, Codable {
  /// The key in the job table, in snake case.
  public var name: String
  /// What the value is.
  public var type: ParameterType
  /// What it means, in a sentence.
  public var help: String
  /// The text of the default.
  public var fallback: String
  /// The text of the smallest allowed value, when bounded.
  public var minimum: String?
  /// The text of the largest allowed value, when bounded.
  public var maximum: String?
  /// The allowed texts of a closed choice.
  public var choices: [String]?
  /// Whether the value must never be shown.
  public var isSecret: Bool

  /// Makes a schema.
  public init(
    name: String, type: ParameterType, help: String, fallback: String, minimum: String? = nil,
    maximum: String? = nil, choices: [String]? = nil, isSecret: Bool = false
  ) {
    self.name = name
    self.type = type
    self.help = help
    self.fallback = fallback
    self.minimum = minimum
    self.maximum = maximum
    self.choices = choices
    self.isSecret = isSecret
  }
}

/// One thing that is wrong with a job's parameters.
public struct ParameterProblem: Error, Sendable, Hashable, Codable, CustomStringConvertible {
  /// The key in the job table, or `nil` when the problem is between several.
  public var parameter: String?
  /// What is wrong and what was expected.
  public var message: String

  /// Makes a problem.
  public init(parameter: String? = nil, message: String) {
    self.parameter = parameter
    self.message = message
  }

  /// `name: message`.
  public var description: String { parameter.map { "\($0): \(message)" } ?? message }
}

/// All that is wrong with a job's parameters, never only the first.
public struct ParameterProblems: Error, Sendable, Hashable, Codable, CustomStringConvertible {
  /// The problems, in the order of declaration. Never empty.
  public var problems: [ParameterProblem]

  /// Collects problems.
  public init(_ problems: [ParameterProblem]) { self.problems = problems }

  /// One problem a line.
  public var description: String { problems.map(\.description).joined(separator: "\n") }
}
