extension Int: ParameterValue {
  /// How a schema names this type.
  public static var parameterType: ParameterType { .integer }

  /// Parses a whole number; underscores may group digits.
  public init?(parameterText text: String) {
    guard let value = DecimalText.units(text, places: 0) else { return nil }
    self = Int(value)
  }

  /// The number in decimal digits.
  public var parameterText: String { String(self) }
}

extension Double: ParameterValue {
  /// How a schema names this type.
  public static var parameterType: ParameterType { .number }

  /// Parses a finite decimal number.
  public init?(parameterText text: String) {
    guard let value = Double(text), value.isFinite else { return nil }
    self = value
  }

  /// The shortest text that parses back.
  public var parameterText: String { String(self) }
}

extension Bool: ParameterValue {
  /// How a schema names this type.
  public static var parameterType: ParameterType { .boolean }

  /// Parses `true` or `false`, in any case.
  public init?(parameterText text: String) {
    switch text.lowercased() {
    case "true": self = true
    case "false": self = false
    default: return nil
    }
  }

  /// `true` or `false`.
  public var parameterText: String { self ? "true" : "false" }
}

extension String: ParameterValue {
  /// How a schema names this type.
  public static var parameterType: ParameterType { .string }

  /// Any text is a string.
  public init?(parameterText text: String) { self = text }

  /// The string itself.
  public var parameterText: String { self }
}

extension ParameterValue where Self: RawRepresentable & CaseIterable, RawValue == String {
  /// How a schema names a closed choice.
  public static var parameterType: ParameterType { .choice }

  /// The raw values, in the order of declaration.
  public static var parameterChoices: [String]? { allCases.map(\.rawValue) }

  /// Parses one of the raw values.
  public init?(parameterText text: String) { self.init(rawValue: text) }

  /// The raw value.
  public var parameterText: String { rawValue }
}

extension Duration: ParameterValue {
  /// How a schema names this type.
  public static var parameterType: ParameterType { .duration }

  /// Parses `90s`, `15m`, `1h30m`, `250ms` and the like.
  public init?(parameterText text: String) {
    guard let value = DurationText.parse(text) else { return nil }
    self = value
  }

  /// The duration in its largest whole units, such as `1h30m`.
  public var parameterText: String { DurationText.text(self) }
}
