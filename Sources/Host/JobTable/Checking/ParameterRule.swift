import Isolation
import PluginAPI

/// What a schema demands of a parameter's text.
struct ParameterRule {
  struct Problem {
    /// Stands between the value and the parameter's name.
    var message: String
    var expected: String
    var suggestion: String?
  }

  private let schema: ParameterSchema

  init(_ schema: ParameterSchema) { self.schema = schema }

  /// What is wrong with the text; `nil` when it fits.
  func problem(with text: String) -> Problem? {
    if let choices = schema.choices {
      guard !choices.contains(text) else { return nil }
      return Problem(
        message: "does not fit", expected: "one of " + choices.joined(separator: ", "),
        suggestion: NearName.of(text, among: choices))
    }
    guard let value = Self.measure(text, schema.type) else {
      let isDuration = schema.type == .duration
      return Problem(
        message: "does not fit", expected: schema.type.expectation,
        suggestion: isDuration ? Element.durationSuggestion(text) : nil)
    }
    let low = schema.minimum.flatMap { Self.measure($0, schema.type) }
    let high = schema.maximum.flatMap { Self.measure($0, schema.type) }
    if low.map({ value < $0 }) == true || high.map({ value > $0 }) == true {
      return Problem(message: "is out of range for", expected: range)
    }
    return nil
  }

  private var range: String {
    switch (schema.minimum, schema.maximum) {
    case (let low?, let high?): "\(low) to \(high)"
    case (let low?, nil): "\(low) or more"
    case (nil, let high?): "\(high) or less"
    case (nil, nil): schema.type.expectation
    }
  }

  /// The text as a number that can be compared with others of its type; texts that have no measure
  /// are all zero.
  private static func measure(_ text: String, _ type: ParameterType) -> Measure? {
    switch type {
    case .integer: Int(parameterText: text).map { .whole(Int64($0)) }
    case .number: Double(parameterText: text).map { .fraction($0) }
    case .boolean: Bool(parameterText: text).map { _ in .whole(0) }
    case .string, .choice: .whole(0)
    case .duration: Duration(parameterText: text).map { .whole($0.nanoseconds) }
    case .sol: SOL(parameterText: text).map { .whole($0.count) }
    case .usd: USD(parameterText: text).map { .whole($0.count) }
    case .percent: Percent(parameterText: text).map { .whole($0.count) }
    // A type of a later contract: the worker's own validation judges it.
    @unknown default: .whole(0)
    }
  }

  private enum Measure: Comparable {
    case whole(Int64)
    case fraction(Double)
  }
}
