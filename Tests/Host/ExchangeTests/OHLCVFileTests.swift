import Bundles
import FoundationEssentials
import PluginAPI
import Testing

@testable import Exchange

private let header = "open_time,open,high,low,close,volume\n"

private func parse(_ text: String) throws -> [OHLCVBar] {
  try OHLCVFile.parse(Array(text.utf8), name: "bars.csv")
}

@Suite struct OHLCVFileTests {
  @Test func `bars are read whatever the order of columns and the line ends`() throws {
    let bars = try parse(
      "close,open_time,open,high,low,volume,more\r\n2,60,1,3,0.5,9,x\r\n\r\n1,120,2,2,1,9,y")
    #expect(bars.map(\.time) == [60, 120])
    #expect(bars[0] == OHLCVBar(time: 60, open: 1, high: 3, low: 0.5, close: 2))
  }

  @Test(
    arguments: [
      ("", "bars.csv:1:1: expected a header with the columns"),
      ("1,2,3,4,5,6\n", "bars.csv:1:1: expected a header"),
      ("open_time,open,high,low,close\n", "volume is missing"),
      ("HEAD", "bars.csv: has no bars below its header"),
      ("HEAD60,1,3\n", "bars.csv:2:7: low is missing"),
      ("HEAD60,1,3,1,x2,0\n", "bars.csv:2:10: expected close as a positive number"),
      ("HEAD60,1,3,1,2,0\n6x,1,1,1,1,0", "bars.csv:3:1: expected open_time in whole Unix"),
      ("HEAD60,1,3,1,2,0\n60,1,1,1,1,0", "bars.csv:3:1: open_time must rise"),
      ("HEAD60,1,1.5,1,2,0\n", "bars.csv:2:6: high and low must enclose open and close"),
      ("HEAD60,-1,3,1,2,0\n", "bars.csv:2:4: expected open as a positive number"),
      ("HEAD60,nan,3,1,2,0\n", "bars.csv:2:4: expected open"),
    ] as [(String, String)])
  func `a bad file is described by line and column`(text: String, message: String) throws {
    let error = #expect(throws: MarketFileError.self) {
      try parse(text.replacing("HEAD", with: header))
    }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }

  @Test func `a missing file is named`() {
    let error = #expect(throws: MarketFileError.self) { try OHLCVFile.read(path: "/nowhere/x.csv") }
    #expect(error?.description == "/nowhere/x.csv: cannot be read: No such file or directory")
  }
}

@Suite struct ReplayPathTests {
  private func bar(_ time: Int64, _ open: Double, _ high: Double, _ low: Double, _ close: Double)
    -> OHLCVBar
  {
    OHLCVBar(time: time, open: open, high: high, low: low, close: close)
  }

  @Test func `a price goes from open over both extremes to close`() {
    var path = ReplayPath([bar(0, 100, 130, 90, 120), bar(300, 120, 125, 60, 80)])
    let times: [Double] = [0, 50, 100, 200, 300, 400, 500, 600, 9_999]
    #expect(
      times.map { (path.factor(after: $0) * 100).rounded() }
        == [100, 95, 90, 130, 120, 125, 60, 80, 80])
  }

  @Test func `a gap in the file is waited out at the last close`() {
    var path = ReplayPath([
      bar(0, 100, 100, 100, 100), bar(300, 100, 110, 100, 110), bar(3000, 200, 200, 200, 200),
    ])
    #expect(path.factor(after: 650) == 1.1)
    #expect(path.factor(after: 2999) == 1.1)
    #expect(path.factor(after: 3000) == 2)
  }
}

/// Ninety days of SOL/USDT that lie beside the checkout, when they do.
private enum RealData {
  static let path: String? = {
    let folder = #filePath.split(separator: "/").dropLast(4)
    let direct = "/" + folder.joined(separator: "/") + "/../shared/data/sol-usdt-5m.csv"
    return FileManager.default.isReadableFile(atPath: direct) ? direct : nil
  }()
}

@Suite struct ReplayTests {
  @Test(
    .enabled(
      if: RealData.path != nil, "../shared/data/sol-usdt-5m.csv is not beside this checkout"))
  func `real data moves the book's middle as the file says`() throws {
    let bars = try OHLCVFile.read(path: try #require(RealData.path))
    #expect(bars.count == 25_920)
    var settings = ExchangeSettings()
    settings.speed = 300
    settings.outside.tradesPerMinute = 0.1
    settings.startPrice = 1
    var core = ExchangeCore(settings, start: ExchangeFixture.start, replay: .bars(ReplayPath(bars)))
    let total = core.audit()
    let first = try #require(core.read().mid?.count)
    #expect(abs(Double(first) / Double(settings.startPriceLots.count) - 1) < 0.003)
    for hour in [10, 100, 400] {
      let second = hour * 3600 / 300
      core.advance(to: ExchangeFixture.start + .seconds(second))
      let bar = bars[hour * 12]
      let mid = Double(try #require(core.read().mid?.count)) / Double(first) * bars[0].open
      #expect(mid > bar.low * 0.995 && mid < bar.high * 1.005, "hour \(hour): \(mid), \(bar)")
    }
    #expect(core.audit() == total)
  }
}
