import PluginAPI

/// The schema of an entry under `jobs`.
struct JobSchema {
  private let catalog: PluginCatalog

  init(_ catalog: PluginCatalog) { self.catalog = catalog }

  var schema: JSONText {
    var pairs: [(String, JSONText)] = [
      ("type", .string("object")),
      ("properties", .object(keys)),
      ("required", .strings(["plugin"])),
      ("additionalProperties", .bool(false)),
    ]
    let rules = catalog.plugins.sorted { $0.key < $1.key }.flatMap { plugin, kinds in
      kinds.map { rule(plugin, $0, isOnly: kinds.count == 1) }
    }
    if !rules.isEmpty { pairs.append(("allOf", .array(rules))) }
    return .object(pairs)
  }

  private var keys: [(String, JSONText)] {
    let plugin = JSONText.object([
      ("description", .string("The library that holds the job.")),
      ("anyOf", .array([.object([("enum", .strings(catalog.plugins.keys.sorted()))]), text])),
    ])
    return [("plugin", plugin), ("job", describe("The kind, when the plugin has several.", text))]
      + cadence + policies + [
        (
          "grant",
          .object([
            ("description", .string("What the job may do on chain.")),
            ("type", .string("array")),
            ("items", .object([("enum", .strings(Capability.allCases.map(\.rawValue)))])),
          ])
        ),
        ("parameters", .object([("type", .string("object"))])),
      ]
  }

  private var cadence: [(String, JSONText)] {
    [
      ("enabled", ScalarSchema.of(.parameter(.boolean), fallback: "true")),
      ("every", duration("A fixed grid.")),
      ("cron", describe("Five or six fields, or a name such as @hourly.", text)),
      ("timezone", describe("The zone of 'cron', such as Europe/Berlin.", text)),
      (
        "dst",
        object([
          ("gap", choice(CronSchedule.Gap.self, "A time that the clock jumps over.")),
          ("fold", choice(CronSchedule.Fold.self, "A time that the clock shows twice.")),
        ])
      ),
      ("at", ScalarSchema.of(.time, help: "Once, at this time.")),
      ("idle", duration("When the market had no trade for so long.")),
      (
        "on",
        .object([
          ("description", .string("Signals such as signal.rebuild.")),
          ("type", .strings(["array", "string"])),
          ("items", .object([("type", .string("string")), ("pattern", .string("^signal\\..+"))])),
        ])
      ),
      ("manual", ScalarSchema.of(.parameter(.boolean), help: "Runs only when it is triggered.")),
      ("jitter", duration("Each slot starts up to this much later.")),
      (
        "phase",
        describe(
          "The offset of the grid: auto, 0 or a duration.",
          .object([
            ("type", .strings(["string", "number"]))
          ]))
      ),
    ]
  }

  private var policies: [(String, JSONText)] {
    [
      ("overlap", choice(Overlap.self, "When a slot comes while the job still runs.")),
      (
        "misfire",
        .object([
          ("description", .string("What happens to slots that were missed.")),
          (
            "anyOf",
            .array([
              .object([("enum", .strings(["skip", "latest", "all"]))]),
              object([("all", ScalarSchema.of(.parameter(.integer)))]),
              ScalarSchema.reference("variable"),
            ])
          ),
        ])
      ),
      ("timeout", duration("How long a run may take.")),
      (
        "retry",
        object([
          ("attempts", ScalarSchema.of(.parameter(.integer), fallback: "1")),
          ("backoff", describe("The first and the longest pause, such as 1s..1m.", text)),
        ])
      ),
      (
        "priority", ScalarSchema.of(.parameter(.integer), help: "Higher goes first.", fallback: "0")
      ),
      ("group", describe("A name under 'groups:'.", text)),
      ("precision", choice(Precision.self, "How exactly slots are met.")),
      ("on_lost", choice(OnLost.self, "What happens to a run that was lost with its host.")),
      (
        "failure_budget",
        ScalarSchema.of(
          .parameter(.integer), help: "Failures in a row until quarantine; 0 means never.",
          fallback: "10")
      ),
      ("max_lateness", duration("The lateness never to be exceeded.")),
    ]
  }

  /// Once the plugin is written, its parameters are known.
  private func rule(_ plugin: String, _ kind: PluginCatalog.Kind, isOnly: Bool) -> JSONText {
    var conditions: [(String, JSONText)] = [("plugin", .object([("const", .string(plugin))]))]
    if !isOnly { conditions.append(("job", .object([("const", .string(kind.kind.description))]))) }
    let parameters = object(kind.parameters.map { ($0.name, Self.parameter($0)) })
    return .object([
      (
        "if",
        .object([
          ("properties", .object(conditions)), ("required", .strings(conditions.map(\.0))),
        ])
      ),
      (
        "then",
        .object([
          ("description", .string(kind.summary)),
          ("properties", .object([("parameters", parameters)])),
        ])
      ),
    ])
  }

  private static func parameter(_ schema: ParameterSchema) -> JSONText {
    let range = schema.minimum.flatMap { low in schema.maximum.map { " From \(low) to \($0)." } }
    return ScalarSchema.of(
      schema.choices.map { .choice($0) } ?? .parameter(schema.type),
      help: schema.help + (range ?? ""), fallback: schema.fallback, secret: schema.isSecret)
  }

  private var text: JSONText { .object([("type", .string("string"))]) }

  private func duration(_ help: String) -> JSONText {
    ScalarSchema.of(.parameter(.duration), help: help)
  }

  private func choice<Choice: RawRepresentable & CaseIterable>(
    _ type: Choice.Type, _ help: String
  ) -> JSONText where Choice.RawValue == String {
    ScalarSchema.of(.choice(type.allCases.map(\.rawValue)), help: help)
  }

  private func describe(_ help: String, _ schema: JSONText) -> JSONText {
    guard case .object(let pairs) = schema else { return schema }
    return .object([("description", .string(help))] + pairs)
  }

  private func object(_ properties: [(String, JSONText)]) -> JSONText {
    .object([
      ("type", .string("object")), ("properties", .object(properties)),
      ("additionalProperties", .bool(false)),
    ])
  }
}
