import PluginAPI

/// Builds a table from a document, collecting everything that does not fit.
struct TableBuilder {
  var findings: Findings
  let zoneExists: @Sendable (String) -> Bool
  private(set) var table = JobTable()
  /// The index of each job's key.
  private(set) var jobElements: [String: UInt32] = [:]
  /// What texts of durations, cron expressions and zones meant: most jobs say the same.
  var durations: [String: Duration] = [:]
  var zones: [String: Bool] = [:]
  var expressions: [String: CronFields] = [:]
  var backoffs: [String: ClosedRange<Duration>] = [:]
  var knownTerms: Set<SharedTerms> = []
  var lastTerms: SharedTerms?
  static let cacheLimit = 1_024

  private static let sections = ["version"] + SectionSettings.all.map(\.name) + ["groups", "jobs"]

  init(findings: Findings, zoneExists: @escaping @Sendable (String) -> Bool) {
    self.findings = findings
    self.zoneExists = zoneExists
  }

  mutating func build(_ tree: DocumentTree) {
    guard let root = tree.root, !root.isNull else {
      return findings.error(
        "the table is empty", at: .wholeFile, expected: "'version: 1' and 'jobs:'")
    }
    guard root.kind == .mapping else {
      return findings.error(
        "the table is \(root.kindName)", at: root.place, expected: "'version: 1' and 'jobs:'")
    }
    checkVersion(root)
    // Groups first: jobs name them.
    if let groups = root.value("groups") { readGroups(groups) }
    for (key, value) in root.pairs { readSection(key, value) }
    if root.value("jobs") == nil {
      findings.error(
        "the table has no 'jobs'", at: .wholeFile, expected: "'jobs:' with one entry a job")
    }
  }

  private mutating func checkVersion(_ root: Element) {
    guard let version = root.value("version") else {
      return findings.error(
        "the table has no version", at: Findings.Place(line: 1, column: 1, length: 1),
        expected: "'version: 1'")
    }
    guard version.isScalar("version", "1", &findings), version.text != "1" else { return }
    findings.error(
      "version '\(version.shown)' of the table is not supported", at: version.place, expected: "1")
  }

  private mutating func readSection(_ key: Element, _ value: Element) {
    switch key.text {
    case "version", "groups": return
    case "jobs": readJobs(value)
    default:
      guard let section = SectionSettings.all.first(where: { $0.name == key.text }) else {
        return key.unknownKey(among: Self.sections, &findings)
      }
      section.read(value, &table, &findings)
    }
  }

  private mutating func readGroups(_ element: Element) {
    guard element.isMapping("groups", &findings) else { return }
    for (key, value) in element.pairs {
      table.groups[key.text] = 1
      guard checkName(key, "group") else { continue }
      table.groups[key.text] = value.scalar(key.text, .standard, in: 1...100_000, &findings) ?? 1
    }
  }

  private mutating func readJobs(_ element: Element) {
    guard element.isMapping("jobs", &findings) else { return }
    let capacity = (element.end - element.index) / 6
    table.jobs.reserveCapacity(capacity)
    jobElements.reserveCapacity(capacity)
    for (key, value) in element.pairs {
      jobElements[key.text] = UInt32(key.index)
      guard checkName(key, "job"), value.isMapping(key.text, &findings) else { continue }
      table.jobs[key.text] = readJob(key, value)
    }
  }

  /// Names become file names, metric labels and keys in the store.
  private mutating func checkName(_ key: Element, _ what: String) -> Bool {
    let isPlain = key.text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
        UInt8(ascii: "."):
        true
      default: false
      }
    }
    if isPlain, (1...100).contains(key.text.utf8.count) { return true }
    findings.error(
      "'\(key.shown)' cannot name a \(what)", at: key.place,
      expected: "1 to 100 letters, digits, '-', '_' or '.'")
    return false
  }
}
