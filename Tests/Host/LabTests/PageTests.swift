import FoundationEssentials
import Testing

@testable import Lab

@Suite struct PageTests {
  @Test(
    "ticks are round, rise and lie inside",
    arguments: [(0.0, 1.0), (0.0098, 0.0124), (-7.2, 13.9), (1e6, 3.4e6), (5, 5)])
  func ticks(_ low: Double, _ high: Double) {
    let scale = Scale(low, high, to: 0, 100)
    let ticks = scale.ticks(5)
    #expect((2...11).contains(ticks.count))
    #expect(ticks == ticks.sorted())
    #expect(ticks.allSatisfy { $0 >= scale.low - 1e-12 && $0 <= scale.high + 1e-12 })
  }

  @Test("a scale maps its ends to the ends of the axis")
  func ends() {
    let scale = Scale(10, 30, to: 300, 0)
    #expect(scale(10) == 300)
    #expect(scale(30) == 0)
    #expect(scale(20) == 150)
  }

  @Test(
    "times are told in their largest units",
    arguments: zip(
      [0.0, 45, 60, 5_400, 7_200, 86_400, 90_000],
      ["0 s", "45 s", "1 min", "90 min", "2 h", "1 d", "25 h"]))
  func times(_ seconds: Double, _ text: String) { #expect(Scale.timeText(seconds) == text) }

  @Test("numbers are grouped and rounded")
  func numbers() {
    #expect(NumberText.fixed(1_234_567.891, 2) == "1\u{202F}234\u{202F}567.89")
    #expect(NumberText.fixed(-0.004, 2) == "0.00")
    #expect(NumberText.fixed(-12.5, 0) == "−13")
    #expect(NumberText.significant(0.000_123_456, 3) == "0.000123")
    #expect(NumberText.significant(25) == "25")
    #expect(NumberText.signedSOL(1_500_000_000) == "+1.5000")
    #expect(NumberText.fixed(.nan, 2) == "–")
  }

  @Test("the page holds all it needs: no request goes elsewhere")
  func selfContained() {
    let html = ReportPage(.example).html
    for word in ["http:", "https:", "src=", "href=", "url(", "@import", "<script"] {
      #expect(!html.contains(word), "\(word)")
    }
    #expect(html.contains("prefers-color-scheme: dark"))
    #expect(html.contains("@media print"))
  }

  @Test("what comes from outside is text on the page, never markup")
  func escaped() {
    var report = LabReport.example
    report.warnings.count = 1
    report.warnings.newest = ["<script>alert(1)</script> & more"]
    report.trading.reasons = ["<b>job</b>: x": 1]
    report.setup.replay = "\"><img>"
    let html = ReportPage(report).html
    #expect(!html.contains("<script>"))
    #expect(!html.contains("<b>job"))
    #expect(!html.contains("\"><img>"))
    #expect(html.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; more"))
  }

  @Test("tags of the page close in the order in which they open")
  func wellFormed() {
    let html = ReportPage(.example).html
    var open: [Substring] = []
    for tag in html.matches(of: /<(\/?)([a-z][a-z0-9]*)([^>]*?)(\/?)>/) {
      let (closing, name, alone) = (!tag.1.isEmpty, tag.2, !tag.4.isEmpty)
      if alone || ["meta", "br"].contains(name) { continue }
      if closing { #expect(open.popLast() == name) } else { open.append(name) }
    }
    #expect(open.isEmpty)
  }

  @Test("an empty run makes a page, too")
  func empty() {
    var report = LabReport.example
    report.series = []
    report.trading = TradingFacts()
    #expect(ReportPage(report).html.contains("</html>"))
  }
}

extension LabReport {
  /// A small report.
  static var example: LabReport {
    var money = MoneyFacts()
    money.equityStart = 300_000_000_000
    money.equityEnd = 301_000_000_000
    money.heldEquityEnd = 300_500_000_000
    money.costs = ["fee": 10_000, "tip": 300_000]
    var trading = TradingFacts()
    trading.fills = 2
    trading.reasons = ["grid-rebalancer: grid": 2]
    trading.sample = [
      FillFacts(
        time: 20, wallet: "wallet-1", side: "bid", isMaker: true, price: 0.0099, lots: 10,
        isSynthetic: false, reason: "grid-rebalancer: grid")
    ]
    let values = (0..<50).map { 0.01 + 0.0001 * Double($0 % 7) }
    let series = Sampler.Course.allCases.map {
      SeriesFacts(
        name: $0.rawValue, unit: $0.unit, times: (0..<50).map { Double($0 * 2) }, values: values)
    }
    return LabReport(
      setup: SetupFacts(
        scenario: "flat", summary: "Quiet.", seed: 7, seconds: 100, start: 1_767_225_600,
        tableDigest: "abc", plugins: ["GridRebalancer": "00"], replay: nil, slots: 250),
      money: money, trading: trading, grid: GridFacts(),
      jobs: [JobFacts(job: "grid-rebalancer", outcomes: ["done": 3], failures: [])],
      refusals: [:], bundles: ["landed": 3],
      invariants: [InvariantFacts("funds are conserved", true, "all")],
      warnings: WarningFacts(), series: series)
  }
}
