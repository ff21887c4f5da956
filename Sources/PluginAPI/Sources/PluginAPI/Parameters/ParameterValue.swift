/// A type that a job parameter can have.
///
/// The host reads every parameter as text; the type says how text becomes a value and back.
public protocol ParameterValue: Sendable, Equatable {
  /// How a schema names this type.
  static var parameterType: ParameterType { get }

  /// The allowed texts when the type is a closed choice, else `nil`.
  static var parameterChoices: [String]? { get }

  /// Parses the text of a table; `nil` when it is not a value of this type.
  init?(parameterText text: String)

  /// The text that parses back to this value.
  var parameterText: String { get }
}

extension ParameterValue {
  /// Most types are open.
  public static var parameterChoices: [String]? { nil }
}

/// The types of parameters, as schemas and the wire name them.
public enum ParameterType: String, Sendable, Hashable, Codable, CaseIterable {
  /// A whole number.
  case integer
  /// A decimal number, for statistics only.
  case number
  /// `true` or `false`.
  case boolean
  /// Free text.
  case string
  /// One of a closed list of words.
  case choice
  /// A length of time, such as `1h30m`.
  case duration
  /// An amount of SOL, such as `0.1 SOL`.
  case sol
  /// An amount of US dollars, such as `10 USD`.
  case usd
  /// A share, such as `15%`.
  case percent

  /// What a table is expected to hold, for error messages.
  public var expectation: String {
    switch self {
    case .integer: "a whole number such as 32"
    case .number: "a number such as 1.5"
    case .boolean: "true or false"
    case .string: "text"
    case .choice: "one of the listed words"
    case .duration: "a duration such as 90s, 15m or 1h30m"
    case .sol: "an amount of SOL such as 0.1 SOL"
    case .usd: "an amount of dollars such as 10 USD"
    case .percent: "a percentage such as 15%"
    }
  }
}
