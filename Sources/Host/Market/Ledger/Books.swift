package import PluginAPI

/// The ledger with what it needs to book each thing once and to tell what is not stored yet.
package struct Books: Sendable {
  /// Sources that are remembered in order not to book one twice.
  package static let identities = 16_384
  /// Entries that may wait to be stored.
  package static let capacity = 100_000

  package private(set) var ledger: Ledger
  package private(set) var peak: EquityPeak?
  /// Entries whose record was given up because the store took none for too long; the balances have
  /// them.
  package private(set) var unrecorded = 0
  private var sources = RecentSet<String>(capacity: identities)
  private var waiting: [NumberedBooking] = []

  package init(_ ledger: Ledger = Ledger(), sources: [String] = [], peak: EquityPeak? = nil) {
    self.ledger = ledger
    self.peak = peak
    for source in sources { _ = self.sources.insert(source) }
  }

  /// Books an entry and returns what it gained; `nil` when it moves nothing or its source is booked
  /// already.
  @discardableResult package mutating func post(_ entry: Booking) -> ByMethod? {
    guard sources.insert(entry.source), let posted = ledger.post(entry) else { return nil }
    if waiting.count < Self.capacity {
      waiting.append(
        NumberedBooking(number: ledger.count, entry: entry, lines: posted.lines))
    } else {
      unrecorded += 1
    }
    return posted.gain
  }

  /// Values the books and remembers a new peak.
  package mutating func mark(at valuation: Valuation, time: Timestamp) {
    guard ledger.count > 0, let equity = ledger.equity(at: valuation) else { return }
    let gain = equity - ledger.contributed
    if peak == nil { peak = EquityPeak(gain: gain, time: time) }
    peak?.note(gain: gain, time: time)
  }

  /// The entries since the last call.
  package mutating func takeWaiting() -> [NumberedBooking] {
    defer { waiting = [] }
    return waiting
  }
}
