import PluginAPI

/// The channel that the grid spans, for other jobs.
struct Channel: Sendable, Hashable, Codable {
  var lower: PriceLots
  var upper: PriceLots
  var pivot: PriceLots?
}

/// What the grid tells other jobs on the board.
struct Announcement: Sendable, Hashable {
  var channel: Channel
  var generation: Int
  /// The accounts that the grid uses.
  var accounts: [AccountID]

  init(_ state: GridState, _ market: MarketSnapshot, _ wallets: [Wallet]) {
    channel = Channel(
      lower: state.zones[.bid], upper: state.zones[.ask], pivot: market.soundPivot)
    generation = state.generation
    accounts = wallets.flatMap { $0.accounts.prefix(2).map(\.id) }
  }

  func publish(_ run: Run) async throws {
    try await run.board.publish("grid.channel", channel)
    try await run.board.publish("grid.generation", generation)
    try await run.board.publish("grid.accounts", accounts)
  }

  /// Publishes when the board forgot, as it does when the host starts.
  func publishIfMissing(_ run: Run) async throws {
    guard try await run.board.value("grid.generation", as: Int.self) == nil else { return }
    try await publish(run)
  }
}
