/// How bundles are handed over and followed.
package struct DispatchSettings: Sendable, Hashable, Codable {
  /// Blocks after acceptance within which a bundle may be signed, and signed anew.
  package var deadline: UInt64 = 300
  /// How often a bundle is signed at most, each time after the proof that the last bytes are dead.
  package var attempts = 3
  /// The pause after which the same bytes are handed over again.
  package var resend: Duration = .seconds(2)
  /// How often statuses are asked for while a bundle is on its way.
  package var poll: Duration = .milliseconds(200)
  /// How often statuses are asked for between confirmation and finality.
  package var finalityPoll: Duration = .seconds(2)
  /// How often the chain is compared with what is believed.
  package var compare: Duration = .seconds(3)
  /// How long the node may be silent until a bundle's fate counts as unknown.
  package var patience: Duration = .seconds(10)
  /// How long the node is asked what a bundle did that landed.
  package var verification: Duration = .seconds(120)
  /// How long a cancel waits behind a bundle on the same account that does not land.
  package var cancelPatience: Duration = .seconds(2)
  /// How long a cancel may take until operators are told.
  package var stuckCancel: Duration = .seconds(15)
  /// Handovers in a second, over all jobs, and how many may come at once.
  package var sendsPerSecond: Double = 100
  package var burst = 100
  /// How many slots before the leader a bundle is handed over, where the node tells the leader.
  package var leaderLead: UInt64 = 2

  package init() {}
}
