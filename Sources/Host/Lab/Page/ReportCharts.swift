/// The charts of a report: price, inventory, money, depth, spread.
struct ReportCharts: Sendable {
  private let report: LabReport

  init(_ report: LabReport) { self.report = report }

  var html: String {
    [price, top, inventory, money, drawdown, depth, spread].map(\.html).joined()
  }

  private func series(_ course: Sampler.Course) -> SeriesFacts {
    report.series.first { $0.name == course.rawValue }
      ?? SeriesFacts(name: course.rawValue, unit: course.unit, times: [], values: [])
  }

  private func chart(_ title: String, _ unit: String) -> Chart {
    Chart(title: title, unit: unit, seconds: report.setup.seconds)
  }

  private func line(_ course: Sampler.Course, _ label: String, _ style: String) -> Chart.Line {
    Chart.Line(series: series(course), label: label, style: style)
  }

  private var price: Chart {
    var chart = chart("Price, pivot, zones and fills", "SOL per token")
    chart.bands = [
      Chart.Band(
        lower: series(.lower), upper: series(.pivot), label: "BUY zone", style: "c"),
      Chart.Band(
        lower: series(.pivot), upper: series(.upper), label: "SELL zone", style: "d"),
    ].filter { !$0.lower.values.isEmpty && !$0.upper.values.isEmpty }
    chart.lines = [
      line(.lowestBid, "outermost bid", "f"), line(.highestAsk, "outermost ask", "f"),
      line(.pivot, "pivot", "b"), line(.mid, "mid", "a"),
    ]
    markFills(on: &chart)
    return chart
  }

  private var top: Chart {
    var chart = chart("Price and the top of the grid", "SOL per token")
    chart.lines = [
      line(.bestBid, "own best bid", "c"), line(.bestAsk, "own best ask", "d"),
      line(.mid, "mid", "a"),
    ]
    markFills(on: &chart)
    return chart
  }

  private func markFills(on chart: inout Chart) {
    chart.marks = report.trading.sample.map { fill in
      let verb = fill.side == "bid" ? "bought" : "sold"
      return Chart.Mark(
        time: fill.time, value: fill.price, style: fill.side == "bid" ? "c" : "d",
        title: "\(verb) \(fill.lots) lots at \(NumberText.significant(fill.price, 6)): "
          + fill.reason)
    }
    chart.markLabels = [("c", "bought"), ("d", "sold")]
  }

  private var inventory: Chart {
    var chart = chart("Inventory", "share of equity held in tokens")
    chart.lines = [line(.tokenShare, "tokens", "a")]
    chart.showsZero = true
    return chart
  }

  private var money: Chart {
    var chart = chart("Equity", "SOL")
    chart.lines = [line(.equity, "equity", "a")]
    return chart
  }

  private var drawdown: Chart {
    var chart = chart("Drawdown", "SOL below the peak")
    chart.lines = [line(.drawdown, "drawdown", "d")]
    chart.lines[0].isArea = true
    return chart
  }

  private var depth: Chart {
    var chart = chart("Depth of the grid", "SOL")
    chart.lines = [line(.bidDepth, "bids", "c"), line(.askDepth, "asks", "d")]
    chart.showsZero = true
    return chart
  }

  private var spread: Chart {
    var chart = chart("Spread", "basis points")
    chart.lines = [line(.spread, "own", "a"), line(.outsideSpread, "everybody else's", "f")]
    chart.showsZero = true
    return chart
  }
}
