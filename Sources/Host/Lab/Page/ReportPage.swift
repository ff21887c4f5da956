/// A report as one HTML page that needs nothing from anywhere else.
package struct ReportPage: Sendable {
  private let report: LabReport

  package init(_ report: LabReport) { self.report = report }

  /// The whole page.
  package var html: String {
    let setup = report.setup
    let title = "Lab: \(setup.scenario), seed \(setup.seed)"
    return """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(Markup.text(title))</title>
      <style>
      \(Stylesheet.text)
      </style></head><body>
      <header><h1>\(Markup.text(title))</h1>
      <p>\(Markup.text(setup.summary))</p>
      <p class="faint">\(Markup.text(circumstances))</p></header>
      \(tiles)
      <h2>What must hold</h2>
      \(invariants)
      <h2>Course</h2>
      \(ReportCharts(report).html)
      <h2>Money</h2>
      \(money)
      <div class="columns"><section><h2>Rebuilds</h2>\(counts(report.grid.rebuilds, "trigger"))
      </section><section><h2>Bundles</h2>\(counts(report.bundles, "end"))</section>
      <section><h2>Refusals</h2>\(counts(report.refusals, "code"))</section></div>
      <h2>Fills by reason</h2>
      \(counts(report.trading.reasons, "reason"))
      \(fills)
      <h2>Jobs</h2>
      \(jobs)
      \(warnings)
      </body></html>

      """
  }

  private var circumstances: String {
    let setup = report.setup
    let replay = setup.replay.map { ", replaying \($0)" } ?? ""
    let slots = NumberText.count(Int(setup.slots))
    return "\(Scale.timeText(setup.seconds))\(replay), \(slots) slots, table \(setup.tableDigest)"
  }

  private var tiles: String {
    let (money, grid, trading) = (report.money, report.grid, report.trading)
    let tiles = [
      ("Result", NumberText.signedSOL(money.result) + " SOL"),
      ("Against holding", NumberText.signedSOL(money.equityEnd - money.heldEquityEnd) + " SOL"),
      ("Realised (FIFO)", NumberText.signedSOL(money.realisedFIFO) + " SOL"),
      ("Costs", NumberText.sol(money.costSum) + " SOL"),
      ("Deepest drawdown", NumberText.percent(money.drawdownShare)),
      ("Fills", NumberText.count(trading.fills)),
      ("Volume", NumberText.sol(trading.volume, 1) + " SOL"),
      ("Rebuilds", NumberText.count(grid.rebuilds.values.reduce(0, +))),
      ("Quoted", NumberText.percent(grid.quotedShare)),
      ("Own spread", NumberText.fixed(grid.meanSpread, 1) + " bp"),
    ]
    let items = tiles.map { "<div><dt>\($0.0)</dt><dd>\($0.1)</dd></div>" }
    return "<dl>\(items.joined(separator: "\n"))</dl>"
  }

  private var invariants: String {
    Markup.table(
      ["Invariant", "Found"],
      report.invariants.map { invariant in
        let kind = invariant.holds ? "good" : "bad"
        return [
          "<span class=\"\(kind)\">\(Markup.text(invariant.name))</span>",
          Markup.text(invariant.detail),
        ]
      }, isText: true)
  }

  private var money: String {
    let money = report.money
    var rows = [
      ("Equity at the start", money.equityStart), ("Equity at the end", money.equityEnd),
      ("Realised, first in first out", money.realisedFIFO),
      ("Realised, average cost", money.realisedAverage),
      ("Unrealised at the start", money.unrealisedStart),
      ("Unrealised at the end", money.unrealisedEnd),
    ]
    rows += money.costs.sorted { $0.key < $1.key }.map { ("Cost: \($0.key)", $0.value) }
    return Markup.table(
      ["", "SOL"], rows.map { [Markup.text($0.0), NumberText.sol($0.1, 9)] })
  }

  private func counts(_ counts: [String: Int], _ head: String) -> String {
    guard !counts.isEmpty else { return "<p class=\"faint\">none</p>" }
    let rows = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    return Markup.table(
      [head, "count"], rows.map { [Markup.text($0.key), NumberText.count($0.value)] })
  }

  private var fills: String {
    let sample = report.trading.sample
    guard !sample.isEmpty else { return "" }
    let rows = sample.map { fill in
      [
        NumberText.fixed(fill.time, 1), Markup.text(fill.wallet), fill.side,
        fill.isMaker ? "maker" : "taker", NumberText.significant(fill.price, 6),
        NumberText.count(Int(fill.lots)), Markup.text(fill.reason),
      ]
    }
    let table = Markup.table(
      ["seconds", "wallet", "side", "role", "price", "lots", "reason"], rows, isText: true)
    return "<details><summary>\(sample.count) of \(NumberText.count(report.trading.fills)) fills, "
      + "evenly spread</summary>\(table)</details>"
  }

  private var jobs: String {
    let rows = report.jobs.map { job in
      let ends = job.outcomes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        .map { "\(NumberText.count($0.value)) \($0.key)" }
      return [
        Markup.text(job.job), Markup.text(ends.joined(separator: ", ")),
        Markup.text(job.failures.joined(separator: "; ")),
      ]
    }
    return Markup.table(["Job", "Slots", "Newest failures"], rows, isText: true)
  }

  private var warnings: String {
    guard report.warnings.count > 0 else { return "" }
    let lines = report.warnings.newest.map { "<li>\(Markup.text($0))</li>" }
    return "<h2>Warnings</h2><p>\(NumberText.count(report.warnings.count)) in all; the newest:</p>"
      + "<ul>\(lines.joined(separator: "\n"))</ul>"
  }
}
