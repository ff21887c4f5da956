/// A job's parameter: its value, and all that the host must know to check and to show it.
///
///     @Parameter("Volume of each side", in: 0.001...10) var size: SOL = 0.1
///
/// The key in the job table is the property's name in snake case.
@propertyWrapper public struct Parameter<Value: ParameterValue>: Sendable {
  private var box: ParameterBox<Value>

  /// A parameter without bounds.
  ///
  /// - Parameters:
  ///   - wrappedValue: The default.
  ///   - help: What the parameter means, in a sentence.
  ///   - unit: Names the unit where the type alone does not; documentation only.
  ///   - secret: Whether the value must never be shown.
  public init(
    wrappedValue: Value, _ help: String, unit: ParameterType? = nil, secret: Bool = false
  ) {
    box = ParameterBox(
      wrappedValue, help: help, minimum: nil, maximum: nil, isSecret: secret, allows: { _ in true })
  }

  /// A parameter whose value must lie in `range`.
  ///
  /// - Parameters:
  ///   - wrappedValue: The default.
  ///   - help: What the parameter means, in a sentence.
  ///   - unit: Names the unit where the type alone does not; documentation only.
  ///   - range: The smallest and the largest allowed value.
  public init(
    wrappedValue: Value, _ help: String, unit: ParameterType? = nil, in range: ClosedRange<Value>
  ) where Value: Comparable {
    box = ParameterBox(
      wrappedValue, help: help, minimum: range.lowerBound.parameterText,
      maximum: range.upperBound.parameterText, isSecret: false, allows: range.contains)
  }

  /// The value of this job.
  public var wrappedValue: Value {
    get { box.value }
    set { box = box.holding(newValue) }
  }
}

/// What the host does with a parameter without knowing its type.
protocol AnyParameter {
  func schema(named name: String) -> ParameterSchema
  func bind(_ text: String, named name: String) throws(ParameterProblem)
}

extension Parameter: AnyParameter {
  func schema(named name: String) -> ParameterSchema {
    ParameterSchema(
      name: name, type: Value.parameterType, help: box.help, fallback: box.value.parameterText,
      minimum: box.minimum, maximum: box.maximum, choices: Value.parameterChoices,
      isSecret: box.isSecret)
  }

  func bind(_ text: String, named name: String) throws(ParameterProblem) {
    guard let value = Value(parameterText: text) else {
      let choices = Value.parameterChoices.map { "one of " + $0.joined(separator: ", ") }
      throw ParameterProblem(
        parameter: name, message: "expected \(choices ?? Value.parameterType.expectation)")
    }
    guard box.allows(value) else {
      let bounds = "\(box.minimum ?? "") to \(box.maximum ?? "")"
      throw ParameterProblem(parameter: name, message: "out of range, expected \(bounds)")
    }
    box.value = value
  }
}

/// Where a parameter's value lives, so that reflection can reach it.
///
/// Unchecked because `value` is written only by `bind`, before the job leaves the function that
/// made it; afterwards the box is read-only and a change goes to a new box.
final class ParameterBox<Value: ParameterValue>: @unchecked Sendable {
  fileprivate(set) var value: Value
  let help: String
  let minimum: String?
  let maximum: String?
  let isSecret: Bool
  let allows: @Sendable (Value) -> Bool

  init(
    _ value: Value, help: String, minimum: String?, maximum: String?, isSecret: Bool,
    allows: @escaping @Sendable (Value) -> Bool
  ) {
    self.value = value
    self.help = help
    self.minimum = minimum
    self.maximum = maximum
    self.isSecret = isSecret
    self.allows = allows
  }

  func holding(_ value: Value) -> ParameterBox {
    ParameterBox(
      value, help: help, minimum: minimum, maximum: maximum, isSecret: isSecret, allows: allows)
  }
}
