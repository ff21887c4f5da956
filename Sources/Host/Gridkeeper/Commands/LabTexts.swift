import Glibc
import Lab

/// What the Lab found, for people at a terminal.
enum LabTexts {
  /// The short of a report.
  static func show(_ report: LabReport, _ arguments: Arguments, _ surroundings: Surroundings) {
    let style = surroundings.style(for: arguments)
    let out = surroundings.output
    out.line("\(style.strong(report.setup.scenario)), seed \(report.setup.seed)")
    var table = TextTable(["", "SOL"])
    table.add([cell("result"), cell(signed(report.money.result))])
    table.add([
      cell("against holding"), cell(signed(report.money.equityEnd - report.money.heldEquityEnd)),
    ])
    table.add([cell("realised"), cell(signed(report.money.realisedFIFO))])
    table.add([cell("costs"), cell(signed(-report.money.costSum))])
    table.add([cell("deepest drawdown"), cell(signed(-report.money.drawdown))])
    out.line(table.text(style: style))
    out.line(activity(report))
    for invariant in report.invariants {
      let mark = invariant.holds ? style.good("holds") : style.bad("BROKEN")
      out.line("\(mark)  \(invariant.name): \(invariant.detail)")
    }
  }

  private static func activity(_ report: LabReport) -> String {
    let rebuilds = report.grid.rebuilds.values.reduce(0, +)
    let refused = report.refusals.values.reduce(0, +)
    let quoted = Int((report.grid.quotedShare * 100).rounded())
    return "\(rebuilds) rebuilds, \(report.grid.placed) orders placed, "
      + "\(report.trading.fills) fills, \(refused) refusals, quoted \(quoted)% of the time"
  }

  /// Two reports side by side; figures that do not differ are left out.
  static func show(
    _ comparison: LabComparison, _ arguments: Arguments, _ surroundings: Surroundings
  ) {
    let style = surroundings.style(for: arguments)
    for caution in comparison.cautions { surroundings.output.line("differs in \(caution)") }
    let rows = comparison.rows.filter { $0.difference != 0 }
    guard !rows.isEmpty else {
      return surroundings.output.line("no figure differs")
    }
    var table = TextTable(["FIGURE", "A", "B", "DIFFERENCE", "UNIT"])
    for row in rows {
      table.add([
        TextTable.Cell(row.name, style.strong), cell(number(row.first)), cell(number(row.second)),
        cell(number(row.difference, isSigned: true)), cell(row.unit),
      ])
    }
    surroundings.output.line(table.text(style: style))
  }

  private static func cell(_ text: String) -> TextTable.Cell { TextTable.Cell(text) }

  private static func signed(_ lamports: Int64) -> String {
    number(Double(lamports) / 1e9, isSigned: true)
  }

  private static func number(_ value: Double?, isSigned: Bool = false) -> String {
    guard let value else { return "-" }
    let sign = isSigned && value > 0 ? "+" : ""
    let rounded = (value * 1e6).rounded() / 1e6
    return sign + (rounded == rounded.rounded() ? "\(Int64(rounded))" : "\(rounded)")
  }
}
