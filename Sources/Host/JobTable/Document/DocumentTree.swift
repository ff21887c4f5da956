/// A parsed document: one flat array of nodes, parents before children, so that a table of 100,000
/// jobs is a handful of allocations.
struct DocumentTree: Sendable {
  enum Kind: UInt8 {
    case scalar
    case sequence
    case mapping
  }

  struct Flags: OptionSet {
    let rawValue: UInt8
    /// Written with nothing, `~` or `null`.
    static let null = Flags(rawValue: 1)
    /// Must never be shown.
    static let secret = Flags(rawValue: 2)
    /// Its text could not be made; whoever reads it stays silent.
    static let broken = Flags(rawValue: 4)
    /// Written with quotes, so that the text begins one column later.
    static let quoted = Flags(rawValue: 8)
  }

  struct Node {
    /// The text of a scalar, variables replaced.
    var text: String
    var line: UInt32
    var column: UInt32
    var length: UInt32
    /// The index behind the node and all that it holds.
    var end: UInt32
    var kind: Kind
    var flags: Flags
  }

  var nodes: [Node] = []

  /// The whole document; `nil` when there is none.
  var root: Element? { nodes.isEmpty ? nil : Element(tree: self, index: 0) }

  func element(_ index: Int) -> Element { Element(tree: self, index: index) }
}

/// A node of a document together with its tree.
struct Element: Sendable {
  let tree: DocumentTree
  let index: Int

  private var node: DocumentTree.Node { tree.nodes[index] }

  var text: String { tree.nodes[index].text }
  var kind: DocumentTree.Kind { tree.nodes[index].kind }
  var flags: DocumentTree.Flags { tree.nodes[index].flags }
  var isNull: Bool { flags.contains(.null) }
  var isBroken: Bool { flags.contains(.broken) }
  /// The index behind this and all that it holds.
  var end: Int { Int(tree.nodes[index].end) }
  var line: Int { Int(tree.nodes[index].line) }

  var place: Findings.Place {
    Findings.Place(line: line, column: Int(node.column), length: Int(node.length))
  }

  /// The text for messages: masked when it is secret, shortened when it is long.
  var shown: String { flags.contains(.secret) ? Masking.mask : Masking.brief(text) }

  /// What this is, for messages.
  var kindName: String {
    switch kind {
    case .scalar: isNull ? "nothing" : "'\(shown)'"
    case .sequence: "a list"
    case .mapping: "a mapping"
    }
  }

  /// The members of a sequence, or the keys and values of a mapping by turns.
  var children: Children { Children(tree: tree, position: index + 1, end: Int(node.end)) }

  /// The keys and values of a mapping.
  var pairs: Pairs { Pairs(children: children) }

  /// The value of `key` in a mapping.
  func value(_ key: String) -> Element? { pair(key)?.value }

  /// The pair of `key` in a mapping.
  func pair(_ key: String) -> (key: Element, value: Element)? {
    guard kind == .mapping else { return nil }
    return pairs.first { $0.key.text == key }
  }

  struct Children: Sequence, IteratorProtocol {
    let tree: DocumentTree
    var position: Int
    let end: Int

    mutating func next() -> Element? {
      guard position < end else { return nil }
      defer { position = Int(tree.nodes[position].end) }
      return Element(tree: tree, index: position)
    }
  }

  struct Pairs: Sequence, IteratorProtocol {
    var children: Children

    mutating func next() -> (key: Element, value: Element)? {
      guard let key = children.next(), let value = children.next() else { return nil }
      return (key, value)
    }
  }
}
