import Bundles
import Exchange
import HotState
import Isolation
import Market
import PluginAPI
import Scheduler
import Storage
import Supervisor
import Telemetry

/// Everything that a running host is made of.
struct HostParts: Sendable {
  let time: any TimeSource
  let loop: EventLoop
  let hostLog: HostLog
  let log: Log
  let metrics: Metrics
  let events: EventBus
  let store: any Store
  let board: MemoryBoard
  let exchange: SimulatedExchange
  let market: MarketService
  let bundles: BundleService
  let killFile: KillFile
  let supervisor: Supervisor
  let scheduler: SchedulerLoop
  let bridge: RunBridge
  let budget: TellingBudget
  let tradeBell: TradeBell
  let marketBell: Bell
  let latencies: LatencyLog
}

/// Wakes one listener, however often it rings meanwhile.
final class Bell: Sendable {
  let rings: AsyncStream<Void>
  private let continuation: AsyncStream<Void>.Continuation

  init() {
    (rings, continuation) = AsyncStream.makeStream(
      of: Void.self, bufferingPolicy: .bufferingNewest(1))
  }

  func ring() { continuation.yield() }
}

/// Tells the scheduler of trades, however many there are, with one message at a time.
final class TradeBell: Sendable {
  private let bell = Bell()

  /// A trade happened.
  func ring() { bell.ring() }

  /// Passes trades on until the task is cancelled.
  func run(_ scheduler: SchedulerLoop) async {
    for await _ in bell.rings { await scheduler.traded() }
  }
}
