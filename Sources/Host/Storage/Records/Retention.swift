/// How long finished records are kept; `nil` means for ever. The audit trail is always kept.
package struct Retention: Sendable, Hashable {
  /// Slots and streaks.
  package var slots: Duration?
  /// Runs.
  package var runs: Duration?
  /// Bundles whose fate is known.
  package var bundles: Duration?
  /// Events.
  package var events: Duration?
  /// Trades and bars.
  package var market: Duration?
  /// Job tables.
  package var generations: Duration?

  package init(
    slots: Duration? = nil, runs: Duration? = nil, bundles: Duration? = nil,
    events: Duration? = nil, market: Duration? = nil
  ) {
    self.slots = slots
    self.runs = runs
    self.bundles = bundles
    self.events = events
    self.market = market
    generations = nil
  }

  /// Keeps every kind for as long as `duration`, except the market's history, which is kept.
  package static func all(_ duration: Duration) -> Retention {
    var retention = Retention(
      slots: duration, runs: duration, bundles: duration, events: duration)
    retention.generations = duration
    return retention
  }
}
