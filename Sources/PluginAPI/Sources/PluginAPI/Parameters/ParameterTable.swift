/// A plugin's parameters as the table of its README, so that the README can be checked.
@_spi(Host) public enum ParameterTable: Sendable {
  /// A Markdown table, one row per parameter.
  public static func markdown(_ parameters: [ParameterSchema]) -> String {
    let head = "| name | type | default | bounds | meaning |\n|---|---|---|---|---|\n"
    return head + parameters.map(row).joined(separator: "\n")
  }

  private static func row(_ schema: ParameterSchema) -> String {
    let cells = [
      "`\(schema.name)`", schema.type.rawValue, "`\(schema.fallback)`", bounds(schema), schema.help,
    ]
    return "| " + cells.joined(separator: " | ") + " |"
  }

  private static func bounds(_ schema: ParameterSchema) -> String {
    if let choices = schema.choices { return choices.joined(separator: ", ") }
    guard let minimum = schema.minimum, let maximum = schema.maximum else { return "" }
    return "\(minimum) to \(maximum)"
  }
}
