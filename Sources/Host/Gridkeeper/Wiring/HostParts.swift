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
  let trades: BatchBuffer<Trade>
  let bars: BatchBuffer<Bar>
}

/// Tells the scheduler of trades, however many there are, with one message at a time.
final class TradeBell: Sendable {
  private let bell: AsyncStream<Void>
  private let continuation: AsyncStream<Void>.Continuation

  init() {
    (bell, continuation) = AsyncStream.makeStream(
      of: Void.self, bufferingPolicy: .bufferingNewest(1))
  }

  /// A trade happened.
  func ring() { continuation.yield() }

  /// Passes trades on until the task is cancelled.
  func run(_ scheduler: SchedulerLoop) async {
    for await _ in bell { await scheduler.traded() }
  }
}
