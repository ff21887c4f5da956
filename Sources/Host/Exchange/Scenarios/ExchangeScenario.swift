import Isolation
package import PluginAPI

/// A day, or an hour, that a market can have: what happens when, and what goes wrong. A pure
/// description; its times are shares of the whole run.
package struct ExchangeScenario: Sendable, Hashable, Codable {
  package var name: String
  /// What happens, in a sentence.
  package var summary: String
  /// Acts with times from 0 to 1.
  package var acts: [MarketScript.Act]
  /// What else is different from an ordinary day.
  package var outside: OutsideChange
  package var chain: ChainSettings
  package var faults: ExchangeFaults

  /// What outsiders do differently from beginning to end: factors.
  package struct OutsideChange: Sendable, Hashable, Codable {
    package var volatility = 1.0
    package var solVolatility: Percent = 0.5
    package var depth = 1.0
    package var spread = 1.0
    package var takers = 1.0

    package init() {}
  }

  package init(_ name: String, _ summary: String, acts: [MarketScript.Act] = []) {
    self.name = name
    self.summary = summary
    self.acts = acts
    outside = OutsideChange()
    chain = .ordinary
    faults = ExchangeFaults()
  }

  /// The scenario's script for a run of such a length.
  package func script(over length: Duration) -> MarketScript {
    let seconds = length.inSeconds
    return MarketScript(
      acts.map { act in
        MarketScript.Act(from: act.from * seconds, until: act.until * seconds, act.kind)
      })
  }

  /// Sets an exchange up for a run of such a length, counted in the outside market's time.
  package func apply(to settings: inout ExchangeSettings, over length: Duration) {
    settings.chain = chain
    settings.faults = faults
    settings.script = script(over: length)
    settings.outside.apply(outside)
  }
}

extension OutsideSettings {
  fileprivate mutating func apply(_ change: ExchangeScenario.OutsideChange) {
    volatility = volatility.times(change.volatility)
    solVolatility = change.solVolatility
    levelValue = SOL(Int64(Double(levelValue.count) * change.depth))
    halfSpread = halfSpread.times(change.spread)
    levelGap = levelGap.times(change.spread)
    tradesPerMinute *= change.takers
  }
}

extension Percent {
  fileprivate func times(_ factor: Double) -> Percent { Percent(Int64(Double(count) * factor)) }
}
