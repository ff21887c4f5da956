import PluginAPI

/// Scalars in terms of JSON Schema. Any of them may be a variable of the environment instead.
enum ScalarSchema {
  /// What the schemas of scalars refer to.
  static var definitions: [(String, JSONText)] {
    let variable = JSONText.object([
      ("type", .string("string")),
      ("pattern", .string("\\$\\{[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\\}")),
    ])
    return [("variable", variable)]
      + patterns.map { name, pattern, examples in
        let text = JSONText.object([
          ("type", .string("string")), ("pattern", .string(pattern)),
          ("examples", .strings(examples)),
        ])
        return (name, .object([("anyOf", .array([text, bare(name), reference("variable")]))]))
      }
  }

  private static let patterns: [(String, String, [String])] = [
    ("duration", "^([0-9][0-9_]*(\\.[0-9]+)?(d|h|m|s|ms|us|ns) ?)+$", ["90s", "15m", "1h30m"]),
    ("sol", "^[0-9_.]+( ?SOL)?$", ["0.1 SOL"]),
    ("usd", "^[0-9_.]+( ?USDC?)?$", ["10 USD"]),
    ("percent", "^-?[0-9_.]+( ?%)?$", ["15%"]),
    ("size", "^[0-9_]+ ?([KMG]iB|[kKMG]?B)?$", ["512 MiB"]),
    ("digest", "^(sha256:)?[0-9A-Fa-f]{64}$", []),
    ("time", "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9:.]+([Zz]|[+-][0-9]{2}:[0-9]{2})$", []),
  ]

  /// Amounts may leave their unit out, and then are numbers; durations may not.
  private static func bare(_ name: String) -> JSONText {
    switch name {
    case "sol", "usd", "percent", "size": .object([("type", .string("number"))])
    default: .bool(false)
    }
  }

  /// The schema of a scalar with its help and default.
  static func of(
    _ shape: ScalarShape, help: String? = nil, fallback: String? = nil, secret: Bool = false
  ) -> JSONText {
    var pairs: [(String, JSONText)] = []
    if let help { pairs.append(("description", .string(help))) }
    if let fallback, !secret { pairs.append(("default", value(fallback, shape))) }
    if secret { pairs.append(("writeOnly", .bool(true))) }
    return .object(pairs + body(shape))
  }

  private static func body(_ shape: ScalarShape) -> [(String, JSONText)] {
    switch shape {
    case .choice(let words):
      return [("anyOf", .array([.object([("enum", .strings(words))]), reference("variable")]))]
    case .size: return pointer("size")
    case .digest: return pointer("digest")
    case .time: return pointer("time")
    case .port: return orVariable("integer")
    case .parameter(let type): return body(type)
    }
  }

  private static func body(_ type: ParameterType) -> [(String, JSONText)] {
    switch type {
    case .integer: orVariable("integer")
    case .number: orVariable("number")
    case .boolean: orVariable("boolean")
    case .string, .choice: [("type", .strings(["string", "number", "boolean"]))]
    case .duration, .sol, .usd, .percent: pointer(type.rawValue)
    @unknown default: [("type", .strings(["string", "number", "boolean"]))]
    }
  }

  private static func value(_ text: String, _ shape: ScalarShape) -> JSONText {
    switch shape {
    case .parameter(.integer) where Int64(text) != nil: .number(text)
    case .parameter(.number) where Double(text) != nil: .number(text)
    case .parameter(.boolean): .bool(text == "true")
    default: .string(text)
    }
  }

  private static func orVariable(_ type: String) -> [(String, JSONText)] {
    [("anyOf", .array([.object([("type", .string(type))]), reference("variable")]))]
  }

  private static func pointer(_ name: String) -> [(String, JSONText)] {
    [("$ref", .string("#/$defs/\(name)"))]
  }

  static func reference(_ name: String) -> JSONText { .object(pointer(name)) }
}
