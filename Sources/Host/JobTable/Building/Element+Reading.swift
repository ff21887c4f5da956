import PluginAPI

/// Reading elements into values, with a finding where an element does not fit.
extension Element {
  /// The scalar's value; `nil` after a finding.
  func scalar<Value>(
    _ key: String, _ codec: ScalarCodec<Value>, _ findings: inout Findings
  ) -> Value? {
    guard isScalar(key, codec.shape.expectation, &findings) else { return nil }
    guard let value = codec.parse(text) else {
      wrong(key, codec.shape, &findings)
      return nil
    }
    return value
  }

  /// The scalar's value when it lies in `range`; `nil` after a finding.
  func scalar<Value: Comparable>(
    _ key: String, _ codec: ScalarCodec<Value>, in range: ClosedRange<Value>?,
    _ findings: inout Findings
  ) -> Value? {
    guard let value = scalar(key, codec, &findings) else { return nil }
    guard let range, !range.contains(value) else { return value }
    findings.error(
      "'\(shown)' is out of range for '\(key)'", at: place,
      expected: "\(codec.show(range.lowerBound)) to \(codec.show(range.upperBound))")
    return nil
  }

  /// Whether this is a scalar that says something.
  func isScalar(_ key: String, _ expected: String, _ findings: inout Findings) -> Bool {
    if isBroken { return false }
    if kind == .scalar, !isNull { return true }
    findings.error(
      isNull ? "'\(key)' has no value" : "'\(key)' is \(kindName)", at: place, expected: expected)
    return false
  }

  /// Whether this is a mapping.
  func isMapping(_ key: String, _ findings: inout Findings) -> Bool {
    if kind == .mapping { return true }
    if isBroken { return false }
    findings.error(
      isNull ? "'\(key)' has no value" : "'\(key)' is \(kindName)", at: place,
      expected: "a mapping: keys with values, indented below '\(key)'")
    return false
  }

  /// Whether this is a list.
  func isSequence(_ key: String, _ findings: inout Findings) -> Bool {
    if kind == .sequence { return true }
    if isBroken { return false }
    findings.error(
      isNull ? "'\(key)' has no value" : "'\(key)' is \(kindName)", at: place,
      expected: "a list: items that begin with '-', indented below '\(key)'")
    return false
  }

  /// Reports that this key means nothing here.
  func unknownKey(
    among known: [String], in place: String? = nil, _ findings: inout Findings
  ) {
    let near = NearName.of(text, among: known)
    findings.error(
      "unknown key '\(Masking.brief(text))'" + (place.map { " in \($0)" } ?? ""), at: self.place,
      expected: near == nil ? "one of " + known.joined(separator: ", ") : nil, suggestion: near)
  }

  private func wrong(_ key: String, _ shape: ScalarShape, _ findings: inout Findings) {
    var suggestion: String?
    switch shape {
    case .choice(let words): suggestion = NearName.of(text, among: words)
    case .parameter(.duration): suggestion = Self.durationSuggestion(text)
    default: break
    }
    findings.error(
      "'\(shown)' does not fit '\(key)'", at: place, expected: shape.expectation,
      suggestion: flags.contains(.secret) ? nil : suggestion)
  }

  /// A bare number was probably meant in seconds, a unit spelled out in its short form.
  static func durationSuggestion(_ text: String) -> String? {
    let number = text.prefix { $0.isNumber || $0 == "." }
    guard !number.isEmpty, number.count < 12 else { return nil }
    let unit = text.dropFirst(number.count).drop { $0 == " " }.lowercased()
    let names: [(String, [String])] = [
      ("s", ["", "sec", "secs", "second", "seconds"]), ("m", ["min", "mins", "minute", "minutes"]),
      ("h", ["hr", "hrs", "hour", "hours"]), ("d", ["day", "days"]),
      ("ms", ["msec", "millis", "milliseconds"]),
    ]
    return names.first { $0.1.contains(unit) }.map { number + $0.0 }
  }
}
