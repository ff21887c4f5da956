import Bundles
import Exchange
import Isolation
import Market
import Storage
import Supervisor

/// What a simulation puts in the place of parts of the machine and of the world.
struct Substitutes: Sendable {
  /// The disk.
  let store: any Store
  /// The market. It outlives the host, and somebody else lets its slots pass.
  let exchange: SimulatedExchange
  /// The way to the market.
  let venue: any Venue
  /// News of the market.
  let feed: any MarketFeed
  let loop: EventLoop
  let launcher: any WorkerLauncher
}
