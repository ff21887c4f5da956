import JobTable
import PluginAPI
import Supervisor
import Wire

extension Commands {
  static let plugins = Command(
    name: "plugins", summary: "List the plugins, or show one with its parameters",
    operands: [
      Command.Operand(
        name: "show", help: "show one plugin", isOptional: true, completion: .words(["show"])),
      Command.Operand(name: "NAME", help: "the plugin", isOptional: true),
    ],
    options: [
      Command.Option(
        name: "plugins", value: "DIRECTORY", help: "where the plugins are (.build/release)",
        completion: .file)
    ]
  ) { arguments, surroundings in
    let inspector = try PluginInspector(arguments, surroundings)
    if arguments.operand(0) == nil { return try await list(inspector, arguments, surroundings) }
    guard arguments.operand(0) == "show", let name = arguments.operand(1) else {
      throw UsageError("plugins takes nothing, or 'show NAME'")
    }
    do throws(PluginProblem) {
      try show(try await inspector.supervisor.describe(name), arguments, surroundings)
    } catch {
      let names = await inspector.supervisor.availablePlugins()
      throw CommandFailure(error.description + near(name, names))
    }
    return .success
  }

  private struct PluginRow: Codable {
    var name: String
    var version: String?
    var digest: String?
    var jobs: [String]
    var problem: String?
  }

  private static func list(
    _ inspector: PluginInspector, _ arguments: Arguments, _ surroundings: Surroundings
  ) async throws -> ExitCode {
    var rows: [PluginRow] = []
    for name in await inspector.supervisor.availablePlugins() {
      do throws(PluginProblem) {
        let plugin = try await inspector.supervisor.describe(name)
        rows.append(
          PluginRow(
            name: name, version: plugin.version, digest: plugin.digest,
            jobs: plugin.jobs.map(\.kind.description)))
      } catch {
        rows.append(PluginRow(name: name, jobs: [], problem: error.message))
      }
    }
    if arguments.switches.contains("json") {
      surroundings.output.line(try JSONText.encode(rows))
      return .success
    }
    let style = surroundings.style(for: arguments)
    var table = TextTable(["PLUGIN", "VERSION", "SHA-256", "JOBS"])
    for row in rows {
      let last =
        row.problem.map { TextTable.Cell("cannot be used: \($0)", style.bad) }
        ?? TextTable.Cell(row.jobs.joined(separator: ", "))
      table.add([
        TextTable.Cell(row.name, style.strong), TextTable.Cell(row.version ?? "-"),
        TextTable.Cell(row.digest.map { $0.prefix(12) + "…" } ?? "-"), last,
      ])
    }
    surroundings.output.line(table.text(style: style))
    return .success
  }

  private static func show(
    _ plugin: PluginDescription, _ arguments: Arguments, _ surroundings: Surroundings
  ) throws(PluginProblem) {
    if arguments.switches.contains("json") {
      return surroundings.output.line((try? JSONText.encode(plugin.kinds)) ?? "[]")
    }
    let style = surroundings.style(for: arguments)
    let out = surroundings.output
    out.line("\(style.strong(plugin.name)) \(plugin.version), contract \(plugin.contract)")
    out.line("sha256 \(plugin.digest)")
    for job in plugin.jobs {
      out.line("\n\(style.strong(job.kind.description)): \(job.summary)")
      let capabilities = job.capabilities.sorted().map(\.rawValue).joined(separator: ", ")
      out.line("capabilities: \(capabilities.isEmpty ? "none" : capabilities)")
      if !job.parameters.isEmpty { out.line(parameters(job.parameters, style)) }
    }
  }

  private static func parameters(_ schemas: [ParameterSchema], _ style: TextStyle) -> String {
    var table = TextTable(["PARAMETER", "DEFAULT", "BOUNDS", "MEANING"])
    for schema in schemas {
      let bounds =
        schema.choices.map { $0.joined(separator: " | ") }
        ?? [schema.minimum, schema.maximum].compactMap(\.self).joined(separator: " to ")
      table.add([
        TextTable.Cell(schema.name, style.strong), TextTable.Cell(schema.fallback),
        TextTable.Cell(bounds), TextTable.Cell(schema.help),
      ])
    }
    return table.text(style: style)
  }
}
