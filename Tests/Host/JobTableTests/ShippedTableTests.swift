import Foundation
import Isolation
import PluginAPI
import Testing

@testable import JobTable

/// The table that ships, and what random damage does to it.
@Suite struct ShippedTableTests {
  private let bytes: [UInt8]

  init() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    bytes = Array(try Data(contentsOf: root.appendingPathComponent("jobs.yaml")))
  }

  @Test func itLoadsWithoutAWord() throws {
    let loaded = load(bytes: bytes)
    #expect(loaded.diagnostics.rendered() == "")
    let table = try #require(loaded.table)
    #expect(
      table.jobs.mapValues(\.plugin) == [
        "grid-rebalancer": "GridRebalancer", "flash-volume": "FlashVolume",
        "market-noise": "MarketNoise", "rent-recovery": "RentRecovery",
        "financial-injection": "FinancialInjection", "entropy-refresh": "EntropyRefresh",
        "target-control": "TargetControl", "market-creator": "MarketCreator",
      ])
    #expect(!table.jobs.values.contains { !$0.isEnabled })
    #expect(table.jobs["grid-rebalancer"]?.cadence.every == .seconds(1))
    #expect(table.jobs["grid-rebalancer"]?.cadence.signals == ["rebuild"])
    #expect(table.jobs["grid-rebalancer"]?.onLost == .hold)
    #expect(table.jobs["flash-volume"]?.cadence.every == .seconds(900))
    #expect(table.jobs["market-noise"]?.cadence.idle == .seconds(900))
    #expect(table.jobs["rent-recovery"]?.cadence.every == .seconds(3_600))
    #expect(table.jobs["financial-injection"]?.grants == [.swap, .transfer])
    #expect(table.jobs["entropy-refresh"]?.onLost == .skip)
    #expect(table.jobs["target-control"]?.grants == [])
    #expect(table.jobs["financial-injection"]?.onLost == .retry)
    #expect(table.jobs.values.filter(\.cadence.isManual).map(\.name) == ["market-creator"])
    #expect(table.jobs["market-creator"]?.onLost == .hold)
  }

  @Test func namesOfTheSpecificationWorkAsVariables() throws {
    let environment = [
      "FLASH_VOLUME_ENABLED": "false", "FLASH_VOLUME_INTERVAL_MIN": "20",
      "FLASH_VOLUME_SIZE_SOL": "0.2", "BUY_CHANNEL_WIDTH": "12", "RENT_RECOVERY_TIME": "2h",
      "NOISE_IDLE_INTERVAL_MIN": "5", "HISTORY_WINDOW_DAYS": "30", "JITO_TIP_AMOUNT_SOL": "0.005",
    ]
    let table = try #require(load(bytes: bytes, environment: environment).table)
    #expect(table.jobs["flash-volume"]?.isEnabled == false)
    #expect(table.jobs["flash-volume"]?.cadence.every == .seconds(1_200))
    #expect(table.jobs["flash-volume"]?.parameters["size"] == "0.2")
    #expect(table.jobs["grid-rebalancer"]?.parameters["buy_width"] == "12")
    #expect(table.jobs["grid-rebalancer"]?.parameters["tip"] == "0.005")
    #expect(table.jobs["rent-recovery"]?.cadence.every == .seconds(7_200))
    #expect(table.jobs["market-noise"]?.cadence.idle == .seconds(300))
    #expect(table.market.lookback == .seconds(30 * 86_400))
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func randomDamageIsReportedOrHarmless(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    for _ in 0..<10 {
      var damaged = bytes
      for _ in 0...Int.random(in: 0..<4, using: &random) { Self.damage(&damaged, &random) }
      let loaded = load(bytes: damaged)
      #expect((loaded.table == nil) == loaded.diagnostics.hasErrors)
      for diagnostic in loaded.diagnostics { #expect(!diagnostic.rendered().isEmpty) }
    }
  }

  private static func damage(_ bytes: inout [UInt8], _ random: inout SeededRandom) {
    guard !bytes.isEmpty else { return }
    let start = Int.random(in: 0..<bytes.count, using: &random)
    let end = min(bytes.count, start + Int.random(in: 1..<40, using: &random))
    let tokens = [
      "${", "}", "$$", "{", "[", "]", ": ", "\t", "\n", "*a", "&a ", "!!x ", "'", "\"", "|\n", "- ",
      "\u{0}", "\u{FEFF}", "ä", "\u{2028}", "? ", "@", "%", "9999999999999999999", "-", "~", "<<: ",
    ]
    switch Int.random(in: 0..<5, using: &random) {
    case 0: bytes[start] = UInt8.random(in: .min ... .max, using: &random)
    case 1: bytes.removeSubrange(start..<end)
    case 2: bytes.insert(contentsOf: bytes[start..<end], at: start)
    case 3: bytes.removeLast(bytes.count - start)
    default:
      bytes.insert(contentsOf: Array((tokens.randomElement(using: &random) ?? "").utf8), at: start)
    }
  }
}
