import FoundationEssentials
import Isolation
import JobTable
import PluginAPI
import Scheduler
import Supervisor

// What can be asked of a table without a running host.
extension Commands {
  static let check = Command(
    name: "check", summary: "Check a job table with the plugins that it names",
    operands: [tableOperand]
  ) { arguments, surroundings in
    let inspector = try TableInspector(arguments, surroundings)
    do throws(TableRejection) {
      let candidate = try await inspector.examine()
      let jobs = candidate.table.jobs.count
      report(candidate.warnings, arguments, surroundings)
      if !arguments.switches.contains("json") {
        surroundings.output.line("\(inspector.path): \(jobs) job\(jobs == 1 ? "" : "s"), no errors")
      }
      return .success
    } catch {
      report(error.diagnostics, arguments, surroundings)
      return .badTable
    }
  }

  static let diff = Command(
    name: "diff", summary: "Show what differs between two job tables",
    operands: [
      Command.Operand(name: "OLD", help: "the table before", completion: .file),
      Command.Operand(name: "NEW", help: "the table after", completion: .file),
    ]
  ) { arguments, surroundings in
    let tables = try arguments.operands.map { try load($0, arguments, surroundings) }
    let diff = TableDiff(from: tables[0], to: tables[1])
    let isJSON = arguments.switches.contains("json")
    surroundings.output.line(isJSON ? try JSONText.encode(diff) : diff.text)
    return .success
  }

  static let next = Command(
    name: "next", summary: "Show when jobs will run",
    discussion: """
      Intervals are shown from now, as on a first start; a running host counts them from the anchor
      that it stored.
      """,
    operands: [
      Command.Operand(
        name: "JOB", help: "one job instead of all", isOptional: true, completion: .jobs)
    ],
    options: [
      Command.Option(
        name: "table", value: "FILE", help: "the job table (jobs.yaml)", completion: .file),
      Command.Option(name: "count", value: "N", help: "how many slots of each job (3)"),
      Command.Option(
        name: "around-dst", help: "the odd slots of the coming year, at daylight-saving changes"),
    ]
  ) { arguments, surroundings in
    let path = arguments.values["table"] ?? "jobs.yaml"
    let table = try load(path, arguments, surroundings)
    let count = try arguments.number("count", in: 1...1_000, default: 3)
    let slots = try forecast(table, arguments, count, surroundings.time.wall)
    if arguments.switches.contains("json") {
      surroundings.output.line(try JSONText.encode(slots))
    } else {
      show(slots, arguments, surroundings)
      for name in manual(table, arguments.operand(0)) {
        surroundings.output.line("\(name) runs only when an operator triggers it")
      }
    }
    return .success
  }

  static let schema = Command(
    name: "schema", summary: "Print a JSON Schema of the job table, for editors",
    discussion: "With it an editor completes and checks jobs.yaml, parameters of plugins included.",
    options: [
      Command.Option(
        name: "plugins", value: "DIRECTORY", help: "where the plugins are (.build/release)",
        completion: .file)
    ]
  ) { arguments, surroundings in
    let inspector = try PluginInspector(arguments, surroundings)
    let catalog = await inspector.catalog()
    surroundings.output.line(TableSchema(catalog).text)
    return .success
  }

  // MARK: Pieces

  static func report(
    _ diagnostics: [Diagnostic], _ arguments: Arguments, _ surroundings: Surroundings
  ) {
    if arguments.switches.contains("json") {
      surroundings.output.line((try? JSONText.encode(diagnostics)) ?? "[]")
    } else if !diagnostics.isEmpty {
      let isColoured =
        surroundings.errors.isTerminal && surroundings.style(for: arguments).isColoured
      surroundings.errors.line(diagnostics.rendered(colored: isColoured))
    }
  }

  /// Loads a table by its text alone, without plugins.
  static func load(_ path: String, _ arguments: Arguments, _ surroundings: Surroundings) throws
    -> JobTable
  {
    let loaded = TableLoader(environment: surroundings.environment, fileName: path)
      .load(try TableInspector.read(path))
    guard let table = loaded.table else {
      report(loaded.diagnostics, arguments, surroundings)
      throw CommandFailure("\(path) has errors", code: .badTable)
    }
    return table
  }

  private static func forecast(
    _ table: JobTable, _ arguments: Arguments, _ count: Int, _ now: Timestamp
  ) throws -> [UpcomingSlot] {
    let wanted = arguments.operand(0)
    if let wanted, table.jobs[wanted] == nil {
      throw CommandFailure("there is no job '\(wanted)'\(near(wanted, Array(table.jobs.keys)))")
    }
    let jobs = table.jobs.values.filter { job in
      wanted.map { $0 == job.name } ?? job.isEnabled
    }
    let slots = try jobs.flatMap { job in
      let zone = try job.cadence.cron.map { try ZoneFiles().load($0.zone) }
      let forecast = Forecast(job, zone: zone)
      return arguments.switches.contains("around-dst")
        ? forecast.aroundDST(after: now) : forecast.next(count, after: now)
    }
    return slots.sorted { ($0.time, $0.job) < ($1.time, $1.job) }
  }

  /// Jobs that never come up by themselves.
  private static func manual(_ table: JobTable, _ wanted: String?) -> [String] {
    table.jobs.values.filter { job in
      (wanted.map { $0 == job.name } ?? true) && job.isEnabled && job.cadence.isManual
    }.map(\.name).sorted()
  }

  private static func show(
    _ slots: [UpcomingSlot], _ arguments: Arguments, _ surroundings: Surroundings
  ) {
    var table = TextTable(["TIME (UTC)", "IN", "JOB", "CADENCE", "LOCAL", "NOTE"])
    for slot in slots {
      table.add(
        [
          TimeText.clock(slot.time), TimeText.relative(slot.time, to: surroundings.time.wall),
          slot.job, slot.kind.rawValue, slot.local ?? "", slot.note ?? "",
        ].map { TextTable.Cell($0) })
    }
    surroundings.output.line(table.text(style: surroundings.style(for: arguments)))
  }
}
