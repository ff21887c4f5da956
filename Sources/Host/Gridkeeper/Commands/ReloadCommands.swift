import PluginAPI
import Scheduler

extension Commands {
  static let plan = Command(
    name: "plan", summary: "Show what a reload would do, without doing it",
    discussion: "'reload --plan ID' then does exactly that, or nothing."
  ) { arguments, surroundings in
    let json = try await HostClient(arguments, surroundings).ask("plan")
    if arguments.switches.contains("json") {
      surroundings.output.line(json)
      return .success
    }
    let plan: PlanAnswer = try JSONText.decode(json)
    if !plan.warnings.isEmpty { surroundings.errors.line(plan.warnings) }
    surroundings.output.line("plan \(plan.id) on generation \(plan.generation)\n\(plan.diff)")
    guard !plan.starts.isEmpty else { return .success }
    var table = TextTable(["JOB", "CHANGE", "NEXT START BEFORE", "AND AFTER", "RUNNING RUN"])
    for start in plan.starts {
      table.add(
        [
          start.job, start.change.rawValue, start.before.map(TimeText.clock) ?? "-",
          start.after.map(TimeText.clock) ?? "-", start.drains ? "ends under its old rules" : "",
        ].map { TextTable.Cell($0) })
    }
    surroundings.output.line("\n" + table.text(style: surroundings.style(for: arguments)))
    return .success
  }

  static let reload = Command(
    name: "reload", summary: "Read the job table now and put it into force",
    discussion: """
      The host watches the table and reloads by itself; this asks for it and tells what became of it.
      """,
    options: [
      Command.Option(name: "plan", value: "ID", help: "only if 'plan' showed exactly this change"),
      Command.Option(
        name: "wait", help: "end with 0 only when the table on disk is in force"),
    ]
  ) { arguments, surroundings in
    let words = ControlDesk.Words(plan: arguments.values["plan"])
    let json = try await HostClient(arguments, surroundings).ask("reload", words)
    let report: ReloadReport = try JSONText.decode(json)
    let isRejected = report.result == .rejected
    if arguments.switches.contains("json") {
      surroundings.output.line(json)
    } else {
      (isRejected ? surroundings.errors : surroundings.output).line(report.text)
    }
    return isRejected ? .badTable : .success
  }
}
