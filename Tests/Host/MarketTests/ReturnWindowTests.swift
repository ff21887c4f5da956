import PluginAPI
import Testing

@testable import Market

private func bar(_ minute: Int64, _ close: Int64, sol: USD? = nil) -> Bar {
  var bar = Bar(start: start + .seconds(minute * 60), opening: PriceLots(close))
  bar.sol = sol
  return bar
}

@Suite struct ReturnWindowTests {
  @Test func `volatility is a day's, from returns of a minute`() throws {
    var window = ReturnWindow()
    for minute in 0...40 { window.add(bar(Int64(minute), minute % 2 == 0 ? 10_000 : 11_000)) }
    // Twenty returns of 0.1 and twenty of -1/11: sqrt(1440 * (0.01 + 1/121) / 2)
    let volatility = try #require(window.volatility)
    #expect(abs(volatility - 3.6263_8) < 1e-4, "\(volatility)")
  }

  @Test func `a return over many minutes counts for all of them`() throws {
    var window = ReturnWindow()
    for number in 0...30 { window.add(bar(Int64(number) * 10, number % 2 == 0 ? 10_000 : 11_000)) }
    let volatility = try #require(window.volatility)
    #expect(abs(volatility - 3.6263_8 / 10.0.squareRoot()) < 1e-4, "\(volatility)")
  }

  @Test func `too few returns say nothing, and a still market has none`() {
    var window = ReturnWindow()
    for minute in 0..<30 { window.add(bar(Int64(minute), 10, sol: 150)) }
    #expect(window.volatility == nil)
    window.add(bar(30, 10, sol: 150))
    #expect(window.volatility == 0)
    #expect(window.haven == nil)
  }

  @Test func `a token with a fixed price in SOL moves with SOL, a steady dollar does not`() throws {
    let prices: [USD] = (0...60).map { USD(100_000_000 + ($0 * 7_919 % 13) * 1_000_000) }
    var (tied, steady, contrary) = (ReturnWindow(), ReturnWindow(), ReturnWindow())
    for (minute, sol) in prices.enumerated() {
      let minute = Int64(minute)
      tied.add(bar(minute, 1_000_000, sol: sol))
      // The same dollars for a token whatever SOL does, but for its last digits.
      steady.add(bar(minute, 1_000_000_000_000_000 / sol.count + minute % 2, sol: sol))
      let inverse = Int64(1_000_000_000_000_000 / sol.count)
      contrary.add(bar(minute, inverse * 100_000_000 / sol.count, sol: sol))
    }
    #expect(try #require(tied.haven).value == 1)
    #expect(try #require(tied.haven).samples == 60)
    #expect(try #require(tied.haven).minutes == 60)
    #expect(abs(try #require(steady.haven).value) < 0.3)
    #expect(try #require(contrary.haven).value < -0.9)
  }

  @Test func `what left the window left nothing behind`() {
    var long = ReturnWindow(capacity: 50)
    var draws = Draws(3)
    let bars = (0..<400).map {
      bar(Int64($0), draws.next(1...9_000), sol: USD(draws.next(1...300)))
    }
    for bar in bars { long.add(bar) }
    #expect(long == ReturnWindow(capacity: 50, bars: Array(bars.suffix(51))))
  }
}
