/// One job as the table declares it: its name, and its terms.
///
/// Jobs with the same terms share them, so that a job of a large table takes some forty bytes.
@dynamicMemberLookup
package struct JobEntry: Sendable, Hashable {
  /// The key under `jobs`; the job's identity over reloads and restarts.
  package var name: String
  /// Where the entry stands in the table; not part of its identity.
  package var line: Int
  private var shared: SharedTerms

  package init(name: String, plugin: String) {
    self.init(name: name, line: 0, terms: SharedTerms(JobTerms(plugin: plugin)))
  }

  init(name: String, line: Int, terms: SharedTerms) {
    self.name = name
    self.line = line
    shared = terms
  }

  /// What to run, when, and under which policies. Setting it, or one of its members, makes terms of
  /// its own.
  package var terms: JobTerms {
    get { shared.terms }
    set { shared = SharedTerms(newValue) }
  }

  package subscript<Value>(dynamicMember path: KeyPath<JobTerms, Value>) -> Value {
    shared.terms[keyPath: path]
  }

  package subscript<Value>(dynamicMember path: WritableKeyPath<JobTerms, Value>) -> Value {
    get { shared.terms[keyPath: path] }
    set { terms[keyPath: path] = newValue }
  }

  /// Whether two entries would run the same work the same way; their lines, and which parameters
  /// are secret, do not matter.
  package func isSame(as other: JobEntry) -> Bool {
    name == other.name && (shared === other.shared || terms.isSame(as: other.terms))
  }

  /// A hash of the terms, the same as long as the process lives. O(1).
  package var termsHash: Int { shared.hash }
}

/// Terms that any number of jobs have, with their hash.
final class SharedTerms: Sendable, Hashable {
  let terms: JobTerms
  let hash: Int

  init(_ terms: JobTerms) {
    self.terms = terms
    hash = terms.hashValue
  }

  static func == (left: SharedTerms, right: SharedTerms) -> Bool {
    left === right || left.hash == right.hash && left.terms == right.terms
  }

  func hash(into hasher: inout Hasher) { hasher.combine(hash) }
}

// One flat object, whatever is shared inside.
extension JobEntry: Codable {
  private enum CodingKeys: String, CodingKey { case name, line }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      name: try container.decode(String.self, forKey: .name),
      line: try container.decode(Int.self, forKey: .line),
      terms: SharedTerms(try JobTerms(from: decoder)))
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(line, forKey: .line)
    try terms.encode(to: encoder)
  }
}
