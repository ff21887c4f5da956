import Isolation
import PluginAPI
import Scheduler

/// Runs for people, the newest first.
struct RunTable {
  let rows: [RunRow]

  func text(_ style: TextStyle, columns: Int) -> String {
    var table = TextTable(
      ["SLOT (UTC)", "JOB", "CAUSE", "TRY", "OUTCOME", "TOOK", "LATE", "GEN", ""],
      expendable: ["GEN", "TRY", "CAUSE"] + (Set(rows.map(\.job)).count == 1 ? ["JOB"] : []))
    for run in rows {
      let took = run.started.flatMap { started in run.ended.map { $0 - started } }
      let isBad = ["failed", "timed_out", "lost"].contains(run.outcome ?? "")
      table.add([
        TextTable.Cell(TimeText.clock(run.slot)), TextTable.Cell(run.job, style.strong),
        TextTable.Cell(run.cause), TextTable.Cell("\(run.attempt)"),
        TextTable.Cell(run.outcome ?? "running", { isBad ? style.bad($0) : style.good($0) }),
        TextTable.Cell(took.map { TimeText.milliseconds($0.inSeconds * 1_000) } ?? "-"),
        TextTable.Cell(TimeText.milliseconds(run.latenessMs)),
        TextTable.Cell("\(run.generation)"), TextTable.Cell(StatusText.firstLine(run.text)),
      ])
    }
    return table.text(style: style, columns: columns)
  }
}

/// Why a job runs or not, for people.
struct WhyText {
  let report: WhyReport
  let now: Timestamp

  func text(_ style: TextStyle) -> String {
    let verdict =
      report.isBlocked ? style.bad("does not run") : style.good("nothing keeps it from running")
    let head =
      "\(style.strong(report.job)) (line \(report.line), generation \(report.generation)): "
    let lines = report.findings.map { finding in
      let mark = finding.isBlocking ? style.bad("✗") : style.faint("·")
      let time = finding.time.map { " (\(TimeText.relative($0, to: now)))" } ?? ""
      return "  \(mark) \(finding.text)\(time)"
    }
    return ([head + verdict] + lines).joined(separator: "\n")
  }
}

/// An event for people.
struct EventText {
  private let event: EventRow

  /// - Throws: Whatever decoding throws.
  init(_ json: String) throws { event = try JSONText.decode(json) }

  func text(_ style: TextStyle) -> String {
    let fields = event.fields.filter { $0.key != "job" && $0.key != "run" && !$0.value.isEmpty }
      .sorted { $0.key < $1.key }
    let isShort = { (text: String) in !text.contains("\n") }
    let head = [style.faint(TimeText.clock(event.time)), style.strong(event.name)]
    let short = fields.filter { isShort($0.value) }.map { "\($0.key)=\(Self.word($0.value))" }
    let long = fields.filter { !isShort($0.value) }.map { Self.block($0.value) }
    return ([(head + [event.job].compactMap(\.self) + short).joined(separator: " ")] + long)
      .joined(separator: "\n")
  }

  /// In quotes where a reader would not see its end.
  private static func word(_ text: String) -> String {
    text.contains(" ") ? "\"\(text)\"" : text
  }

  private static func block(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { "    \($0)" }
      .joined(separator: "\n")
  }
}

/// What operators did, for people, the newest first.
struct AuditTable {
  let rows: [AuditRow]

  func text(_ style: TextStyle, columns: Int) -> String {
    var table = TextTable(
      ["TIME (UTC)", "WHO", "ACTION", "JOB", "BEFORE", "AFTER", ""], expendable: ["BEFORE"])
    for row in rows {
      table.add([
        TextTable.Cell(TimeText.clock(row.time)), TextTable.Cell(row.who),
        TextTable.Cell(row.action, style.strong), TextTable.Cell(row.job),
        TextTable.Cell(row.before), TextTable.Cell(row.after),
        TextTable.Cell(StatusText.firstLine(row.detail)),
      ])
    }
    return table.text(style: style, columns: columns)
  }
}
