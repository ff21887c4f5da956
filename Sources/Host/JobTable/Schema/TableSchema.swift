import PluginAPI

/// The JSON Schema (draft 2020-12) of a job table, so that editors complete and check it.
package struct TableSchema: Sendable {
  private let catalog: PluginCatalog

  /// Describes tables whose jobs come from the plugins of `catalog`.
  package init(_ catalog: PluginCatalog) { self.catalog = catalog }

  /// The schema as JSON text.
  package var text: String {
    JSONText.object([
      ("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
      ("title", .string("Gridkeeper job table")),
      ("type", .string("object")),
      ("properties", .object(sections)),
      ("required", .strings(["version", "jobs"])),
      ("additionalProperties", .bool(false)),
      ("$defs", .object([("job", JobSchema(catalog).schema)] + ScalarSchema.definitions)),
    ]).rendered() + "\n"
  }

  private var sections: [(String, JSONText)] {
    let version = JSONText.object([("const", .number("1"))])
    let settings = SectionSettings.all.map { ($0.name, Self.section($0)) }
    let groups = JSONText.object([
      ("description", .string("Limits of runs at the same time, by group.")),
      ("type", .string("object")),
      ("additionalProperties", ScalarSchema.of(.parameter(.integer))),
    ])
    let jobs = JSONText.object([
      ("description", .string("The jobs, by name.")),
      ("type", .string("object")),
      ("propertyNames", .object([("pattern", .string("^[A-Za-z0-9._-]{1,100}$"))])),
      ("additionalProperties", .object([("$ref", .string("#/$defs/job"))])),
    ])
    return [("version", version)] + settings + [("groups", groups), ("jobs", jobs)]
  }

  private static func section(_ section: SectionSettings) -> JSONText {
    let defaults = section.show(JobTable())
    let fields = zip(section.fields, defaults).map { field, fallback in
      (field.key, Self.field(field, fallback: fallback))
    }
    return .object([
      ("description", .string(section.help)),
      ("type", .string("object")),
      ("properties", .object(fields)),
      ("additionalProperties", .bool(false)),
    ])
  }

  private static func field(_ field: SettingField, fallback: String) -> JSONText {
    guard field.items.isEmpty else { return list(field) }
    guard !field.isMap else {
      return .object([
        ("description", .string(field.help)), ("type", .string("object")),
        ("additionalProperties", ScalarSchema.of(field.shape)),
      ])
    }
    let range = field.minimum.flatMap { low in field.maximum.map { " From \(low) to \($0)." } }
    let help = field.help + (range ?? "") + (field.needsRestart ? " Needs a restart." : "")
    return ScalarSchema.of(field.shape, help: help, fallback: fallback == "none" ? nil : fallback)
  }

  private static func list(_ field: SettingField) -> JSONText {
    let properties = field.items.map { ($0.key, Self.field($0, fallback: "none")) }
    return .object([
      ("description", .string(field.help)), ("type", .string("array")),
      (
        "items",
        .object([
          ("type", .string("object")), ("properties", .object(properties)),
          ("additionalProperties", .bool(false)),
        ])
      ),
    ])
  }
}
