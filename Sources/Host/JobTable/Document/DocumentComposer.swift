/// Builds a tree from bytes, replacing variables on the way, and finds everything that makes a
/// document unfit before anyone asks what it means.
struct DocumentComposer {
  static let maximumBytes = 64 << 20
  static let maximumDepth = 32
  static let maximumNodes = 8_000_000

  private let source: SourceText
  private let variables: Variables
  private var tree = DocumentTree()
  private var open: [Frame] = []
  private var secretKeys: [String: Bool] = [:]
  private var expansions: [String: Variables.Expansion] = [:]
  private(set) var findings = Findings()
  private var isComplete = false
  /// Whether the document could be read to its end, so that its meaning can be judged.
  private(set) var isWhole = false

  /// A container whose end has not come yet.
  private struct Frame {
    var index: Int
    var isMapping: Bool
    var expectsKey: Bool
    var key = ""
  }

  init(_ source: SourceText, variables: Variables) {
    self.source = source
    self.variables = variables
  }

  /// Parses the whole source; what cannot be parsed is in `findings`.
  mutating func compose() -> DocumentTree {
    guard let bytes = parseable() else { return tree }
    tree.nodes.reserveCapacity(min(bytes.count / 8, Self.maximumNodes))
    unsafe bytes.withUnsafeBufferPointer { buffer in
      var events = unsafe YAMLEvents(buffer)
      do throws(YAMLEvents.Failure) {
        while !isComplete { take(try events.next(), from: events) }
      } catch { report(error) }
    }
    closeAll()
    return tree
  }

  // MARK: Before the parser

  private mutating func parseable() -> [UInt8]? {
    guard source.bytes.count <= Self.maximumBytes else {
      findings.error(
        "the table has \(source.bytes.count >> 20) MiB", at: .wholeFile,
        expected: "at most \(Self.maximumBytes >> 20) MiB")
      return nil
    }
    do throws(UTF8.ValidationError) { _ = try UTF8Span(validating: source.bytes.span) } catch {
      findings.error(
        "this byte is not UTF-8", at: source.place(ofByte: error.byteOffsets.lowerBound),
        expected: "a text file in UTF-8")
      return nil
    }
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let text = source.bytes.starts(with: mark) ? Array(source.bytes.dropFirst(3)) : source.bytes
    return VariableBraces.hidden(in: text)
  }

  private mutating func report(_ failure: YAMLEvents.Failure) {
    guard !failure.isReader else {
      return findings.error(
        "a control character is not allowed here", at: source.firstControlCharacter())
    }
    let place = Findings.Place(
      line: failure.mark.line + 1, column: failure.mark.column + 1, length: 1)
    let message = VariableBraces.shown(in: failure.message)
    let isTab = source.byte(at: place) == 9
    findings.error(
      isTab ? "a tab cannot indent" : message, at: place, expected: isTab ? "spaces" : nil)
  }

  // MARK: Events

  private mutating func take(_ event: YAMLEvents.Event, from events: borrowing YAMLEvents) {
    let place = Self.place(events)
    if events.isTagged { findings.error("tags are not supported", at: place) }
    switch event {
    case .scalar(let text, let isPlain, let isBlock):
      scalar(text, isPlain: isPlain, isBlock: isBlock, at: place)
    case .mapping: begin(.mapping, at: place)
    case .sequence: begin(.sequence, at: place)
    case .end: finish()
    case .alias(let name): alias(name, at: place)
    case .documentStart where !tree.nodes.isEmpty:
      findings.error("a table is one document", at: place, expected: "nothing more")
      isComplete = true
    case .streamEnd:
      isComplete = true
      isWhole = true
    case .documentStart, .other: break
    }
  }

  private static func place(_ events: borrowing YAMLEvents) -> Findings.Place {
    let isOneLine = events.start.line == events.finish.line
    return Findings.Place(
      line: events.start.line + 1, column: events.start.column + 1,
      length: isOneLine ? max(1, events.finish.column - events.start.column) : 1)
  }

  private mutating func scalar(
    _ text: String, isPlain: Bool, isBlock: Bool, at place: Findings.Place
  ) {
    let isKey = open.last?.expectsKey == true && open.last?.isMapping == true
    var flags: DocumentTree.Flags = isPlain || isBlock ? [] : .quoted
    if isPlain, text.isEmpty || text == "~" || text == "null" { flags.insert(.null) }
    var value = text
    if isKey {
      if value.utf8.count > 128 { findings.error("this key is too long", at: place) }
      open[open.count - 1].key = value
    } else {
      if text.utf8.contains(UInt8(ascii: "$")) { value = expand(text, &flags, at: place) }
      if let key = open.last?.key, isSecret(key) { flags.insert(.secret) }
    }
    append(.scalar, value, flags, at: place)
  }

  /// Keys repeat from job to job, so what their names say is kept.
  private mutating func isSecret(_ key: String) -> Bool {
    if let known = secretKeys[key] { return known }
    let isSecret = Secrets.isSecretName(key)
    if secretKeys.count < 1_000 { secretKeys[key] = isSecret }
    return isSecret
  }

  private mutating func expand(
    _ text: String, _ flags: inout DocumentTree.Flags, at place: Findings.Place
  ) -> String {
    let result = expansion(of: text)
    if result.isSecret { flags.insert(.secret) }
    let shift = flags.contains(.quoted) ? 1 : 0
    for problem in result.problems {
      flags.insert(.broken)
      var spot = place
      if place.length > 1 {
        spot.column += problem.offset + shift
        spot.length = problem.length
      }
      findings.error(
        problem.message, at: spot, expected: problem.expected, suggestion: problem.suggestion)
    }
    return result.text
  }

  /// The same texts with variables come in job after job.
  private mutating func expansion(of text: String) -> Variables.Expansion {
    if let known = expansions[text] { return known }
    let result = variables.expand(text)
    if expansions.count < 1_000, text.utf8.count < 256 { expansions[text] = result }
    return result
  }

  private mutating func alias(_ name: String, at place: Findings.Place) {
    findings.error("aliases are not supported", at: place, expected: "the value of &\(name) itself")
    append(.scalar, "", [.broken], at: place)
  }

  private mutating func begin(_ kind: DocumentTree.Kind, at place: Findings.Place) {
    guard open.last?.expectsKey != true || open.last?.isMapping != true else {
      findings.error("a key must be a word", at: place)
      return isComplete = true
    }
    guard open.count < Self.maximumDepth else {
      findings.error("nested more than \(Self.maximumDepth) levels deep", at: place)
      return isComplete = true
    }
    let index = tree.nodes.count
    append(kind, "", [], at: place)
    guard index < tree.nodes.count else { return }
    open.append(Frame(index: index, isMapping: kind == .mapping, expectsKey: true))
  }

  private mutating func append(
    _ kind: DocumentTree.Kind, _ text: String, _ flags: DocumentTree.Flags,
    at place: Findings.Place
  ) {
    guard tree.nodes.count < Self.maximumNodes else {
      findings.error("more than \(Self.maximumNodes) values", at: place)
      return isComplete = true
    }
    tree.nodes.append(
      DocumentTree.Node(
        text: text, line: UInt32(place.line), column: UInt32(place.column),
        length: UInt32(place.length), end: UInt32(tree.nodes.count + 1), kind: kind, flags: flags))
    if kind == .scalar { turn() }
  }

  /// A key is followed by its value, a value by the next key.
  private mutating func turn() {
    guard !open.isEmpty else { return }
    open[open.count - 1].expectsKey.toggle()
  }

  private mutating func finish() {
    guard let frame = open.popLast() else { return }
    tree.nodes[frame.index].end = UInt32(tree.nodes.count)
    if frame.isMapping { refuseDuplicates(in: frame.index) }
    turn()
  }

  /// Gives containers that the document broke off an end; a key without value is dropped.
  private mutating func closeAll() {
    while let frame = open.popLast() {
      tree.nodes[frame.index].end = UInt32(tree.nodes.count)
    }
  }

  private mutating func refuseDuplicates(in mapping: Int) {
    let pairs = tree.element(mapping).pairs
    var few: [Element] = []
    var many: [String: Element] = [:]
    for (key, _) in pairs {
      if few.count < 16 {
        if let first = few.first(where: { $0.text == key.text }) { duplicate(key, of: first) }
        few.append(key)
        continue
      }
      if many.isEmpty { for key in few { many[key.text] = key } }
      if let first = many.updateValue(key, forKey: key.text) { duplicate(key, of: first) }
    }
  }

  private mutating func duplicate(_ key: Element, of first: Element) {
    let isJob = open.count == 1 && open[0].key == "jobs"
    findings.error(
      "duplicate \(isJob ? "job" : "key") '\(Masking.brief(key.text))'", at: key.place,
      expected: "one; the first is on line \(first.line)")
  }
}
