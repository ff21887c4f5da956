extension TablePositions {
  /// The table's bytes with one key of a job set; all else, comments included, stays as it is.
  ///
  /// - Returns: `nil` when the job's entry has a form that cannot be edited in place.
  package func setting(_ key: String, to text: String, of job: String) -> [UInt8]? {
    guard let entry = element(job: job)?.value, entry.kind == .mapping,
      let first = entry.pairs.first(where: { _ in true })?.key
    else { return nil }
    if let value = entry.value(key) { return replacing(value, with: text) }
    guard let start = offset(of: first.place) else { return nil }
    let isFlow = source.byte(at: entry.place) == UInt8(ascii: "{")
    let indent = String(repeating: " ", count: first.place.column - 1)
    let separator = isFlow ? ", " : "\n" + indent
    return inserting("\(key): \(text)" + separator, at: start)
  }

  private func replacing(_ value: Element, with text: String) -> [UInt8]? {
    guard value.kind == .scalar, !value.flags.contains(.quoted), !value.isNull,
      let start = offset(of: value.place)
    else { return nil }
    let end = start + value.place.length
    guard end <= source.bytes.count else { return nil }
    return Array(source.bytes[..<start]) + Array(text.utf8) + Array(source.bytes[end...])
  }

  private func inserting(_ text: String, at offset: Int) -> [UInt8] {
    Array(source.bytes[..<offset]) + Array(text.utf8) + Array(source.bytes[offset...])
  }

  /// The byte at which a place begins.
  private func offset(of place: Findings.Place) -> Int? {
    let starts = source.lineStarts()
    guard starts.indices.contains(place.line - 1),
      let line = source.line(place.line, starts: starts)
    else { return nil }
    let characters = line.unicodeScalars.prefix(place.column - 1)
    return starts[place.line - 1] + characters.reduce(0) { $0 + UTF8.width($1) }
  }
}
