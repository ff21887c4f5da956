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
      for (key, value) in element.pairs {
        guard let setting = settings.first(where: { $0.field.key == key.text }) else {
          key.unknownKey(among: fields.map(\.key), in: "'\(name)'", &findings)
          continue
        }
        setting.read(value, &table[keyPath: path], &findings)
      }
    }
  }
}
