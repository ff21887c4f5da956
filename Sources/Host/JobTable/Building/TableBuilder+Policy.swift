import PluginAPI

/// Under which policies a job runs.
extension TableBuilder {
  /// How many missed slots `misfire: all` catches up when the table gives no number.
  static let catchUpLimit = 100

  mutating func readMisfire(_ value: Element) -> Misfire? {
    let expected = "skip, latest, all or {all: 10}"
    if value.kind == .mapping {
      guard let (key, count) = value.pairs.first(where: { _ in true }), key.text == "all",
        value.value("all")?.end == value.end
      else {
        findings.error("'misfire' is a mapping", at: value.place, expected: expected)
        return nil
      }
      let limit = count.scalar("all", ScalarCodec<Int>.standard, in: 1...10_000, &findings)
      return limit.map { .all(max: $0) }
    }
    guard value.isScalar("misfire", expected, &findings) else { return nil }
    switch value.text {
    case "skip": return .skip
    case "latest": return .latest
    case "all": return .all(max: Self.catchUpLimit)
    default:
      findings.error(
        "'\(value.shown)' does not fit 'misfire'", at: value.place, expected: expected,
        suggestion: NearName.of(value.text, among: ["skip", "latest", "all"]))
      return nil
    }
  }

  mutating func readRetry(_ value: Element) -> Retry? {
    guard value.isMapping("retry", &findings) else { return nil }
    var retry = Retry()
    for (key, value) in value.pairs {
      switch key.text {
      case "attempts":
        let attempts = value.scalar("attempts", .standard, in: 1...100, &findings)
        retry.attempts = attempts ?? retry.attempts
      case "backoff":
        guard let backoff = readBackoff(value) else { continue }
        retry.firstPause = backoff.lowerBound
        retry.longestPause = backoff.upperBound
      default: key.unknownKey(among: ["attempts", "backoff"], in: "'retry'", &findings)
      }
    }
    return retry
  }

  /// `1s..1m`, or one duration when the pause does not grow.
  private mutating func readBackoff(_ value: Element) -> ClosedRange<Duration>? {
    let expected = "a range of durations such as 1s..1m"
    guard value.isScalar("backoff", expected, &findings) else { return nil }
    if let known = backoffs[value.text] { return known }
    let bounds = Self.durationBounds["backoff"] ?? .zero ... .seconds(86_400)
    let ends = value.text.split(separator: "..", omittingEmptySubsequences: false)
    let pauses = ends.compactMap { Duration(parameterText: String($0)) }
    guard pauses.count == ends.count, let first = pauses.first, let last = pauses.last,
      pauses.count <= 2
    else {
      findings.error(
        "'\(value.shown)' does not fit 'backoff'", at: value.place, expected: expected)
      return nil
    }
    guard first <= last, bounds.contains(first), bounds.contains(last) else {
      let range = "\(bounds.lowerBound.parameterText) to \(bounds.upperBound.parameterText)"
      findings.error(
        "'\(value.shown)' is out of range for 'backoff'", at: value.place,
        expected: "\(range), the shorter first")
      return nil
    }
    if backoffs.count < Self.cacheLimit { backoffs[value.text] = first...last }
    return first...last
  }

  mutating func readGrants(_ value: Element) -> Set<Capability> {
    guard value.kind == .sequence else {
      if !value.isBroken {
        findings.error(
          "'grant' is \(value.kindName)", at: value.place,
          expected: "a list such as [trade, signal]")
      }
      return []
    }
    let names = Capability.allCases.map(\.rawValue)
    var grants: Set<Capability> = []
    for element in value.children
    where element.isScalar("grant", "a capability such as trade", &findings) {
      guard let capability = Capability(rawValue: element.text) else {
        let near = NearName.of(element.text, among: names)
        findings.error(
          "unknown capability '\(element.shown)'", at: element.place,
          expected: near == nil ? "one of " + names.joined(separator: ", ") : nil, suggestion: near)
        continue
      }
      grants.insert(capability)
    }
    return grants
  }
}
