import PluginAPI

/// One key of a section: how it is read into the table, shown and described.
///
/// Loading, the diff and the JSON Schema all come from these.
struct Setting<Section: Sendable>: Sendable {
  let field: SettingField
  let read: @Sendable (Element, inout Section, inout Findings) -> Void
  let show: @Sendable (Section) -> String

  /// A scalar without bounds.
  init<Value>(
    _ key: String, _ path: any WritableKeyPath<Section, Value> & Sendable,
    _ codec: ScalarCodec<Value>,
    _ help: String, restart: Bool = false
  ) {
    field = SettingField(key: key, help: help, shape: codec.shape, needsRestart: restart)
    read = { element, section, findings in
      guard let value = element.scalar(key, codec, &findings) else { return }
      section[keyPath: path] = value
    }
    show = { codec.show($0[keyPath: path]) }
  }

  /// A scalar that must lie in `range`.
  init<Value: Comparable>(
    _ key: String, _ path: any WritableKeyPath<Section, Value> & Sendable,
    _ codec: ScalarCodec<Value>,
    in range: ClosedRange<Value>, _ help: String, restart: Bool = false
  ) {
    var field = SettingField(key: key, help: help, shape: codec.shape, needsRestart: restart)
    field.minimum = codec.show(range.lowerBound)
    field.maximum = codec.show(range.upperBound)
    self.field = field
    read = { element, section, findings in
      guard let value = element.scalar(key, codec, in: range, &findings) else { return }
      section[keyPath: path] = value
    }
    show = { codec.show($0[keyPath: path]) }
  }

  /// A mapping of names to scalars.
  init<Value: Comparable>(
    _ key: String, map path: any WritableKeyPath<Section, [String: Value]> & Sendable,
    _ codec: ScalarCodec<Value>, in range: ClosedRange<Value>?, _ help: String
  ) {
    var field = SettingField(key: key, help: help, shape: codec.shape, needsRestart: false)
    field.isMap = true
    self.field = field
    read = { element, section, findings in
      guard element.isMapping(key, &findings) else { return }
      for (name, value) in element.pairs {
        section[keyPath: path][name.text] = value.scalar(name.text, codec, in: range, &findings)
      }
    }
    show = { section in
      let pairs = section[keyPath: path].sorted { $0.key < $1.key }
      return pairs.map { "\($0.key): \(codec.show($0.value))" }.joined(separator: ", ")
    }
  }

  /// A list of mappings, each read by settings of its own. `fault` says what is wrong with an item
  /// although each of its values fits: the key to point at, and what was expected of it.
  init<Item: Sendable>(
    _ key: String, each path: any WritableKeyPath<Section, [Item]> & Sendable, _ empty: Item,
    _ settings: [Setting<Item>], _ help: String,
    fault: @escaping @Sendable (Item) -> (key: String, expected: String)? = { _ in nil }
  ) {
    var field = SettingField(
      key: key, help: help, shape: .parameter(.string), needsRestart: false)
    field.items = settings.map(\.field)
    self.field = field
    read = { element, section, findings in
      guard element.isSequence(key, &findings) else { return }
      for child in element.children {
        var item = empty
        guard child.isMapping(key, &findings) else { continue }
        readMapping(child, by: settings, into: &item, named: "'\(key)'", &findings)
        if let fault = fault(item) { child.fault(fault, &findings) }
        section[keyPath: path].append(item)
      }
    }
    show = { section in
      let items = section[keyPath: path].map { item in
        "{" + settings.map { "\($0.field.key): \($0.show(item))" }.joined(separator: ", ") + "}"
      }
      return "[" + items.joined(separator: ", ") + "]"
    }
  }
}

/// Reads a mapping, key by key.
private func readMapping<Section>(
  _ element: Element, by settings: [Setting<Section>], into section: inout Section,
  named name: String, _ findings: inout Findings
) {
  for (key, value) in element.pairs {
    guard let setting = settings.first(where: { $0.field.key == key.text }) else {
      key.unknownKey(among: settings.map(\.field.key), in: name, &findings)
      continue
    }
    setting.read(value, &section, &findings)
  }
}

extension Element {
  /// Reports a value that fits by itself and not to the others of its mapping.
  fileprivate func fault(_ fault: (key: String, expected: String), _ findings: inout Findings) {
    guard let value = value(fault.key) else {
      return findings.error("'\(fault.key)' is missing", at: place, expected: fault.expected)
    }
    guard !value.isBroken else { return }
    findings.error(
      "'\(value.shown)' does not fit '\(fault.key)'", at: value.place, expected: fault.expected)
  }
}

/// What is known of a key without its section's type.
struct SettingField: Sendable, Hashable {
  let key: String
  let help: String
  let shape: ScalarShape
  let needsRestart: Bool
  var minimum: String?
  var maximum: String?
  var isMap = false
  /// The keys of each item, for a list of mappings.
  var items: [SettingField] = []

  init(key: String, help: String, shape: ScalarShape, needsRestart: Bool) {
    self.key = key
    self.help = help
    self.shape = shape
    self.needsRestart = needsRestart
  }
}

/// A top-level section of settings.
struct SectionSettings: Sendable {
  let name: String
  let help: String
  let fields: [SettingField]
  let read: @Sendable (Element, inout JobTable, inout Findings) -> Void
  /// The settings as text, in the order of `fields`.
  let show: @Sendable (JobTable) -> [String]

  init<Section: Sendable>(
    _ name: String, _ path: any WritableKeyPath<JobTable, Section> & Sendable, _ help: String,
    _ settings: [Setting<Section>]
  ) {
    self.name = name
    self.help = help
    let fields = settings.map(\.field)
    self.fields = fields
    show = { table in settings.map { $0.show(table[keyPath: path]) } }
    read = { element, table, findings in
      guard element.isMapping(name, &findings) else { return }
      readMapping(element, by: settings, into: &table[keyPath: path], named: "'\(name)'", &findings)
    }
  }
}
