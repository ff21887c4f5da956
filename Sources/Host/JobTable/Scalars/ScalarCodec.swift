import PluginAPI

/// How a value of a table is written, read and described.
struct ScalarCodec<Value: Sendable>: Sendable {
  let parse: @Sendable (String) -> Value?
  let show: @Sendable (Value) -> String
  let shape: ScalarShape

  /// The same value, left out when the table leaves it out.
  var optional: ScalarCodec<Value?> {
    ScalarCodec<Value?>(
      parse: { text in parse(text).map { .some($0) } }, show: { $0.map(show) ?? "none" },
      shape: shape)
  }
}

/// What a scalar looks like, for messages and schemas.
enum ScalarShape: Sendable, Hashable {
  case parameter(ParameterType)
  case choice([String])
  case size
  case digest
  case time
  case port

  var expectation: String {
    switch self {
    case .parameter(let type): type.expectation
    case .choice(let words): "one of " + words.joined(separator: ", ")
    case .size: "a size such as 512 MiB"
    case .digest: "a SHA-256 digest: 64 hexadecimal digits"
    case .time: "a time such as 2026-01-31T09:00:00Z"
    case .port: "a port from 1024 to 65535, or 0 for any"
    }
  }
}

extension ScalarCodec where Value: ParameterValue {
  /// The codec that plugin parameters of this type use.
  static var standard: Self {
    Self(
      parse: { Value(parameterText: $0) }, show: { $0.parameterText },
      shape: .parameter(Value.parameterType))
  }
}

extension ScalarCodec where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
  /// One of the raw values.
  static var choice: Self {
    Self(
      parse: { Value(rawValue: $0) }, show: { $0.rawValue },
      shape: .choice(Value.allCases.map(\.rawValue)))
  }
}

extension ScalarCodec<Int64> {
  static var whole: Self {
    Self(
      parse: { Int(parameterText: $0).map(Int64.init) }, show: { String($0) },
      shape: .parameter(.integer))
  }

  /// A count of bytes.
  static var size: Self {
    Self(parse: ByteSize.parse, show: ByteSize.text, shape: .size)
  }
}

extension ScalarCodec<UInt64> {
  static var seed: Self {
    Self(parse: { UInt64($0) }, show: { String($0) }, shape: .parameter(.integer))
  }
}

extension ScalarCodec<String> {
  static func words(_ choices: [String]) -> Self {
    Self(
      parse: { choices.contains($0) ? $0 : nil }, show: { $0 }, shape: .choice(choices))
  }

  /// Text that must not be empty.
  static var text: Self {
    Self(
      parse: { $0.isEmpty ? nil : $0 }, show: { Masking.address($0) },
      shape: .parameter(.string))
  }
}
