@_spi(Host) package import PluginAPI

/// Checks a loaded table against what the plugins offer.
package struct TableChecker: Sendable {
  private let catalog: PluginCatalog

  package init(_ catalog: PluginCatalog) { self.catalog = catalog }

  /// Everything in the table's jobs that the plugins do not offer or accept.
  ///
  /// - Parameters:
  ///   - loaded: A table that loaded without errors; any other gives nothing.
  ///   - jobs: Limits the check to these jobs; `nil` checks all.
  /// - Returns: Errors and warnings, in the order of the file.
  package func check(_ loaded: LoadedTable, jobs: Set<String>? = nil) -> [Diagnostic] {
    guard let table = loaded.table else { return [] }
    var check = JobCheck(catalog: catalog)
    for (name, job) in table.jobs where jobs?.contains(name) != false {
      guard let (key, body) = loaded.positions.element(job: name) else { continue }
      check.check(job, key, body)
    }
    return loaded.positions.diagnostics(check.findings, secrets: check.secrets)
  }

  /// What a plugin's own validation found, at the lines that it speaks of.
  package func diagnostics(
    for problems: ParameterProblems, job name: String, in loaded: LoadedTable
  ) -> [Diagnostic] {
    guard let (key, body) = loaded.positions.element(job: name) else {
      return problems.problems.map {
        loaded.positions.diagnostic(.error, "job '\(name)': \($0.description)", job: name)
      }
    }
    var check = JobCheck(catalog: catalog)
    if let job = loaded.table?.jobs[name] { check.collectSecrets(job, body) }
    for problem in problems.problems { check.report(problem, key, body) }
    return loaded.positions.diagnostics(check.findings, secrets: check.secrets)
  }
}

/// The check of one job after another.
private struct JobCheck {
  let catalog: PluginCatalog
  var findings = Findings()
  /// Indices of values that schemas call secret.
  var secrets: Set<Int> = []

  mutating func check(_ job: JobEntry, _ key: Element, _ body: Element) {
    guard let kinds = catalog.plugins[job.plugin] else {
      let near = NearName.of(job.plugin, among: catalog.plugins.keys.sorted())
      return findings.error(
        "no plugin '\(job.plugin)'", at: (body.value("plugin") ?? key).place,
        expected: near == nil ? known : nil, suggestion: near)
    }
    guard let kind = catalog.kind(of: job) else { return reportKind(job, kinds, key, body) }
    checkGrants(job, kind, key, body)
    collectSecrets(job, body)
    guard let parameters = body.value("parameters") else { return }
    for (name, value) in parameters.pairs { check(name, value, kind) }
  }

  private var known: String {
    let names = catalog.plugins.keys.sorted()
    return names.isEmpty ? "a library in host.plugins" : "one of " + names.joined(separator: ", ")
  }

  private mutating func reportKind(
    _ job: JobEntry, _ kinds: [PluginCatalog.Kind], _ key: Element, _ body: Element
  ) {
    let names = kinds.map(\.kind.description)
    let list = "one of " + names.joined(separator: ", ")
    guard let written = body.value("job") else {
      return findings.error(
        "plugin '\(job.plugin)' offers \(kinds.count) kinds of jobs",
        at: (body.value("plugin") ?? key).place, expected: "'job:' with " + list)
    }
    let near = NearName.of(written.text, among: names)
    findings.error(
      "plugin '\(job.plugin)' has no job '\(written.shown)'", at: written.place,
      expected: near == nil ? list : nil, suggestion: near)
  }

  /// Neither is an error: a grant too many opens nothing, one too few is refused when it matters.
  private mutating func checkGrants(
    _ job: JobEntry, _ kind: PluginCatalog.Kind, _ key: Element, _ body: Element
  ) {
    let written = body.value("grant")
    for capability in job.grants.subtracting(kind.capabilities).sorted() {
      let element = written?.children.first { $0.text == capability.rawValue } ?? written ?? key
      findings.warning(
        "'\(kind.kind)' does not ask for '\(capability.rawValue)'", at: element.place)
    }
    let missing = kind.capabilities.subtracting(job.grants).sorted()
    guard !missing.isEmpty else { return }
    let names = missing.map { "'\($0.rawValue)'" }.joined(separator: ", ")
    findings.warning(
      "'\(kind.kind)' asks for \(names), which the table does not grant: such bundles are refused",
      at: (body.pair("grant")?.key ?? key).place)
  }

  mutating func collectSecrets(_ job: JobEntry, _ body: Element) {
    guard let kind = catalog.kind(of: job), kind.parameters.contains(where: \.isSecret) else {
      return
    }
    for (name, value) in body.value("parameters")?.pairs ?? body.noPairs
    where kind.parameters.contains(where: { $0.isSecret && $0.name == name.text }) {
      secrets.insert(value.index)
    }
  }

  private mutating func check(_ name: Element, _ value: Element, _ kind: PluginCatalog.Kind) {
    guard let schema = kind.parameters.first(where: { $0.name == name.text }) else {
      let names = kind.parameters.map(\.name)
      let near = NearName.of(name.text, among: names)
      let list = names.isEmpty ? "no parameters" : "one of " + names.joined(separator: ", ")
      return findings.error(
        "'\(kind.kind)' has no parameter '\(Masking.brief(name.text))'", at: name.place,
        expected: near == nil ? list : nil, suggestion: near)
    }
    guard let problem = ParameterRule(schema).problem(with: value.text) else { return }
    let isSecret = schema.isSecret || value.flags.contains(.secret)
    let shown = isSecret ? Masking.mask : value.shown
    findings.error(
      "'\(shown)' \(problem.message) '\(schema.name)'", at: value.place,
      expected: problem.expected, suggestion: isSecret ? nil : problem.suggestion)
  }

  mutating func report(_ problem: ParameterProblem, _ key: Element, _ body: Element) {
    let parameters = body.pair("parameters")
    guard let name = problem.parameter else {
      return findings.error(problem.message, at: (parameters?.key ?? key).place)
    }
    let value = parameters?.value.value(name)
    findings.error("'\(name)': \(problem.message)", at: (value ?? parameters?.key ?? key).place)
  }
}

extension Element {
  /// Pairs of nothing.
  fileprivate var noPairs: Pairs {
    Pairs(children: Children(tree: tree, position: 0, end: 0))
  }
}
