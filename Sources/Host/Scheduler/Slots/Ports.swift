/// Whoever runs the runs. Called on the scheduler's loop, in batches; must not block.
///
/// Every started run is answered with exactly one report; a run that was killed too.
package protocol RunDispatcher: Sendable {
  /// Starts runs, in this order where they share a worker.
  func start(_ orders: [RunOrder])

  /// Asks a run to end; it may still end in any way.
  func cancel(_ run: RunID, because reason: CancelReason)

  /// Ends a run by force, with its worker when it must be.
  func kill(_ run: RunID)
}

/// Where the scheduler's records go. One call is under way at a time, in the order of the entries.
package protocol SlotLedger: Sendable {
  /// Writes the entries; they are durable when the call returns.
  func record(_ entries: [LedgerEntry]) async throws

  /// Writes the entries; a crash of the machine, not of the host, may lose the newest.
  func append(_ entries: [LedgerEntry]) async throws
}
