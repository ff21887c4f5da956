import Exchange
import FoundationEssentials
import Glibc
import Lab

extension Commands {
  /// The Simulation Lab.
  static let lab = Command(
    name: "lab", summary: "Run the jobs of a table on virtual time, and compare such runs",
    discussion: """
      run            runs a scenario; equal words give equal reports, byte for byte
      list           shows the scenarios
      compare A B    shows two reports of 'run --json' side by side

      The jobs run inside this process, against the built-in exchange; no host is needed and no
      money moves. A run ends with code 1 when something that must hold did not.
      """,
    operands: [
      Command.Operand(
        name: "ACTION", help: "run, list or compare", completion: .words(labActions)),
      Command.Operand(name: "A", help: "a report to compare", isOptional: true, completion: .file),
      Command.Operand(name: "B", help: "another report", isOptional: true, completion: .file),
    ],
    options: labOptions
  ) { arguments, surroundings in
    switch arguments.operands[0] {
    case "run": return try await LabRunner(arguments, surroundings).run()
    case "list": return try listScenarios(arguments, surroundings)
    case "compare": return try compareReports(arguments, surroundings)
    case let other:
      throw UsageError("lab does not know '\(other)'\(near(other, labActions))")
    }
  }

  private static let labActions = ["run", "list", "compare"]

  private static let labOptions = [
    Command.Option(
      name: "scenario", value: "NAME", help: "what happens (flat)",
      completion: .words(ExchangeScenario.all.map(\.name))),
    Command.Option(name: "seed", value: "N", help: "the seed of everything random (7)"),
    Command.Option(
      name: "jobs", value: "FILE", help: "the job table (jobs.yaml)", completion: .file),
    Command.Option(name: "days", value: "D", help: "virtual days (the scenario's own length)"),
    Command.Option(
      name: "replay", value: "FILE", help: "bars or trades for the scenario 'replay'",
      completion: .file),
    Command.Option(
      name: "plugins", value: "DIRECTORY", help: "where the plugins are (as the table says)",
      completion: .file),
    Command.Option(
      name: "json", value: "FILE", help: "write the report as JSON; '-' is standard output",
      completion: .file),
    Command.Option(
      name: "html", value: "FILE", help: "write the report as a page", completion: .file),
    Command.Option(name: "quiet", help: "show no progress"),
  ]

  private struct ScenarioRow: Codable {
    var name: String
    var summary: String
    var hours: Double?
  }

  private static func listScenarios(_ arguments: Arguments, _ surroundings: Surroundings) throws
    -> ExitCode
  {
    guard arguments.operand(1) == nil else { throw UsageError("lab list takes nothing") }
    let rows = ExchangeScenario.all.map { scenario in
      ScenarioRow(
        name: scenario.name, summary: scenario.summary,
        hours: scenario.usualLength.map { Double($0.components.seconds) / 3_600 })
    }
    if let path = arguments.values["json"] {
      try LabFiles.write(Data((try JSONText.encode(rows) + "\n").utf8), to: path, surroundings)
      return .success
    }
    let style = surroundings.style(for: arguments)
    var table = TextTable(["SCENARIO", "HOURS", "WHAT HAPPENS"])
    for row in rows {
      table.add([
        TextTable.Cell(row.name, style.strong),
        TextTable.Cell(row.hours.map { "\(Int($0))" } ?? "the file's"), TextTable.Cell(row.summary),
      ])
    }
    surroundings.output.line(table.text(style: style))
    return .success
  }

  private static func compareReports(_ arguments: Arguments, _ surroundings: Surroundings) throws
    -> ExitCode
  {
    guard let first = arguments.operand(1), let second = arguments.operand(2) else {
      throw UsageError("lab compare needs two reports, A and B")
    }
    let comparison = LabComparison(try LabFiles.report(first), try LabFiles.report(second))
    if let path = arguments.values["json"] {
      try LabFiles.write(
        Data((try JSONText.encode(comparison) + "\n").utf8), to: path, surroundings)
      return .success
    }
    LabTexts.show(comparison, arguments, surroundings)
    return .success
  }
}
