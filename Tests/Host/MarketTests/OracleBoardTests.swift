import PluginAPI
import Testing

@testable import Market

@Suite struct OracleBoardTests {
  private func price(_ usd: USD, _ seconds: Int64 = 0, confidence: USD = 0) -> OraclePrice {
    OraclePrice(price: usd, time: start + .seconds(seconds), confidence: confidence)
  }

  @Test func `one source is the price`() {
    var board = OracleBoard()
    #expect(board.reading(at: start) == nil)
    board.set(price(150, confidence: 0.1), from: "a")
    let reading = board.reading(at: start)
    #expect(reading?.price == price(150, confidence: 0.1))
    #expect(reading?.deviation == 0)
  }

  @Test func `of three sources one may lie, and it shows`() {
    var board = OracleBoard()
    board.set(price(150), from: "a")
    board.set(price(151), from: "b")
    board.set(price(300), from: "c")
    let reading = board.reading(at: start)
    #expect(reading?.price.price == 151)
    #expect(reading?.price.confidence == 75)
    #expect(reading.map { abs($0.deviation - 150.0 / 151) < 1e-12 } == true)
  }

  @Test func `a stale source does not count, unless all are`() {
    var board = OracleBoard(maxAge: .seconds(60))
    board.set(price(150), from: "a")
    board.set(price(160, 50), from: "b")
    #expect(board.reading(at: start + .seconds(61))?.price.price == 160)
    #expect(board.reading(at: start + .seconds(61))?.fresh == 1)
    let stale = board.reading(at: start + .seconds(500))
    #expect(stale?.price == price(160, 50))
    #expect(stale?.fresh == 0)
  }

  @Test func `an older price, one of nothing, and too many sources are refused`() {
    var board = OracleBoard()
    board.set(price(150, 10), from: "a")
    let refused = [board.set(price(140, 5), from: "a"), board.set(price(0, 20), from: "a")]
    #expect(refused == [false, false])
    let taken = (1..<OracleBoard.capacity).map { board.set(price(150), from: "\($0)") }
    #expect(taken.allSatisfy { $0 })
    let last = board.set(price(150), from: "one too many")
    #expect(!last)
  }
}
