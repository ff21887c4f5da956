import PluginAPI

/// Where everything in a loaded table stands.
///
/// Keeps the file and its tree in memory (about 40 bytes a value); drop it when checking is done.
package struct TablePositions: Sendable {
  let source: SourceText
  let tree: DocumentTree
  /// The index of each job's key.
  let jobs: [String: UInt32]

  /// A diagnostic about a job: at one of its parameters, at one of its keys, or at its name.
  ///
  /// Falls back to the next wider place when the table does not write the narrower one.
  package func diagnostic(
    _ severity: Diagnostic.Severity = .error, _ message: String, job: String, key: String? = nil,
    parameter: String? = nil, expected: String? = nil, suggestion: String? = nil
  ) -> Diagnostic {
    let place = place(job: job, key: key, parameter: parameter)
    var findings = Findings()
    findings.add(
      Findings.Finding(
        severity: severity, place: place, message: message, expected: expected,
        suggestion: suggestion))
    return diagnostics(findings).first
      ?? Diagnostic(severity, file: source.file, message: message)
  }

  /// The line of a job's name, or of one of its keys; `nil` for an unknown job.
  package func line(job: String, key: String? = nil) -> Int? {
    guard jobs[job] != nil else { return nil }
    return place(job: job, key: key, parameter: nil).line
  }

  func element(job: String) -> (key: Element, value: Element)? {
    guard let index = jobs[job] else { return nil }
    return (tree.element(Int(index)), tree.element(Int(index) + 1))
  }

  private func place(job: String, key: String?, parameter: String?) -> Findings.Place {
    guard let pair = element(job: job) else { return .wholeFile }
    if let parameter, let value = pair.value.value("parameters")?.value(parameter) {
      return value.place
    }
    let wanted = parameter == nil ? key : "parameters"
    return wanted.flatMap { pair.value.pair($0)?.key.place } ?? pair.key.place
  }

  /// The findings with the lines they speak of, in the order of the file; `secrets` are the indices
  /// of further values to mask.
  func diagnostics(_ findings: Findings, secrets: Set<Int> = []) -> [Diagnostic] {
    guard !findings.all.isEmpty else { return [] }
    let starts = source.lineStarts()
    let masks = masks(on: Set(findings.all.map(\.place.line)), secrets: secrets)
    var all = findings.all.sorted {
      ($0.place.line, $0.place.column) < ($1.place.line, $1.place.column)
    }
    .map { diagnostic($0, starts: starts, masks: masks[$0.place.line] ?? []) }
    if findings.dropped > 0 {
      all.append(
        Diagnostic(.note, file: source.file, message: "and \(findings.dropped) more findings"))
    }
    return all
  }

  private func diagnostic(
    _ finding: Findings.Finding, starts: [Int], masks: [Findings.Place]
  ) -> Diagnostic {
    let place = finding.place
    var diagnostic = Diagnostic(
      finding.severity, file: source.file, line: place.line, column: place.column,
      length: max(1, place.length), message: finding.message)
    diagnostic.expected = finding.expected
    diagnostic.suggestion = finding.suggestion
    guard let line = source.line(place.line, starts: starts) else { return diagnostic }
    let excerpt = Excerpt(line, around: place.column, masks: masks)
    diagnostic.excerpt = excerpt.text
    diagnostic.excerptColumn = excerpt.column
    return diagnostic
  }

  /// Places of secret values on the given lines. A pass over the tree, made only when something is
  /// wrong.
  private func masks(on lines: Set<Int>, secrets: Set<Int>) -> [Int: [Findings.Place]] {
    var masks: [Int: [Findings.Place]] = [:]
    for index in tree.nodes.indices {
      let node = tree.nodes[index]
      guard node.flags.contains(.secret) || secrets.contains(index) else { continue }
      let place = tree.element(index).place
      if lines.contains(place.line) { masks[place.line, default: []].append(place) }
    }
    return masks
  }
}

/// The part of a line that a diagnostic shows.
struct Excerpt {
  private static let width = 160

  let text: String
  /// Where the place begins, in characters from 0.
  let column: Int

  init(_ line: String, around column: Int, masks: [Findings.Place]) {
    var scalars = Array(line.unicodeScalars.map { $0.properties.isWhitespace ? " " : $0 })
    for mask in masks where mask.column <= scalars.count {
      // A value that goes on over further lines is masked to the end of this one.
      let end = mask.length > 1 ? min(mask.column - 1 + mask.length, scalars.count) : scalars.count
      for index in (mask.column - 1)..<end { scalars[index] = "•" }
    }
    let position = max(0, column - 1)
    let start = max(0, min(position - Self.width / 2, scalars.count - Self.width))
    let shown = scalars[start..<min(scalars.count, start + Self.width)]
    text = Self.string(shown)
    self.column = min(position - start, shown.count)
  }

  private static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }
}
