import Isolation
import PluginAPI

/// The host's state for people.
struct StatusText {
  let answer: HostAnswer

  func head(_ style: TextStyle) -> String {
    let up = TimeText.brief(answer.now - answer.started)
    let trading =
      answer.trading == "ACTIVE"
      ? style.good(answer.trading) : style.bad("\(answer.trading): \(answer.tradingReason)")
    var lines = [
      "\(style.strong("gridkeeper")) \(answer.version), process \(answer.pid), up \(up)",
      "table    \(answer.table), generation \(answer.generation)"
        + ", in force since \(TimeText.clock(answer.inForceSince))",
      "venue    \(answer.venue)", "trading  \(trading)",
    ]
    if let trouble = answer.storeTrouble {
      lines.append(
        style.bad("store    takes no records, jobs that move money do not run: \(trouble)"))
    }
    if let reload = answer.lastReload, reload.result == .rejected {
      lines.append(
        style.bad(
          "the table on disk was rejected \(TimeText.relative(reload.time, to: answer.now)):"))
      lines.append(reload.text)
    }
    if answer.degradation != nil {
      lines.append(style.bad("the host runs by the last good table; see 'gridkeeper check'"))
    }
    return lines.joined(separator: "\n")
  }

  func workers(_ style: TextStyle, columns: Int) -> String {
    var table = TextTable(
      [
        "WORKER", "STATE", "PROCESS", "VERSION", "MEMORY", "RESTARTS", "SINCE", "",
      ], expendable: ["VERSION", "PROCESS", "MEMORY"])
    for worker in answer.workers {
      let paint = worker.state == "ready" ? style.good : style.warning
      table.add([
        TextTable.Cell(worker.plugin, style.strong), TextTable.Cell(worker.state, paint),
        TextTable.Cell(worker.pid.map { "\($0)" } ?? "-"), TextTable.Cell(worker.version ?? "-"),
        TextTable.Cell(worker.residentBytes.map { "\($0 >> 20) MiB" } ?? "-"),
        TextTable.Cell("\(worker.restarts)"),
        TextTable.Cell(TimeText.relative(worker.since, to: answer.now)),
        TextTable.Cell(Self.firstLine(worker.error), style.bad),
      ])
    }
    return table.text(style: style, columns: columns)
  }

  func jobs(_ style: TextStyle, columns: Int) -> String {
    var table = TextTable(
      [
        "JOB", "STATE", "NEXT", "LAST", "ENDED", "LATE p50", "LATE p99", "RAN", "FAILED", "SKIPPED",
        "",
      ], expendable: ["LATE p50", "SKIPPED", "RAN", "ENDED", "FAILED"])
    for job in answer.jobs { table.add(row(job, style)) }
    return table.text(style: style, columns: columns)
  }

  private func row(_ job: JobRow, _ style: TextStyle) -> [TextTable.Cell] {
    [
      TextTable.Cell(job.name, style.strong), TextTable.Cell(job.state, paint(job.state, style)),
      TextTable.Cell(job.next.map { TimeText.relative($0, to: answer.now) } ?? "-"),
      TextTable.Cell(job.lastOutcome ?? "-", paint(job.lastOutcome ?? "", style)),
      TextTable.Cell(job.lastEnd.map { TimeText.relative($0, to: answer.now) } ?? "-"),
      TextTable.Cell(TimeText.milliseconds(job.latenessMedianMs)),
      lateness(job, style), TextTable.Cell("\(job.ran)"),
      TextTable.Cell("\(job.failed)") { job.failed > 0 ? style.bad($0) : $0 },
      TextTable.Cell("\(job.skipped)"),
      TextTable.Cell(Self.firstLine(job.lastDetail), style.faint),
    ]
  }

  /// With a `!` when it is more than the table wants.
  private func lateness(_ job: JobRow, _ style: TextStyle) -> TextTable.Cell {
    let text = TimeText.milliseconds(job.lateness99Ms)
    guard let late = job.lateness99Ms, let most = job.maxLatenessMs, late > most else {
      return TextTable.Cell(text)
    }
    return TextTable.Cell(text + "!", style.bad)
  }

  private func paint(_ word: String, _ style: TextStyle) -> (String) -> String {
    switch word {
    case "done", "running", "idle": style.good
    case "failed", "timed_out", "lost", "quarantined", "held", "worker_down": style.bad
    case "paused", "halted", "waiting", "draining", "cancelled": style.warning
    default: { $0 }
    }
  }

  static func firstLine(_ text: String?) -> String {
    text.map { String($0.prefix { $0 != "\n" }) } ?? ""
  }
}
