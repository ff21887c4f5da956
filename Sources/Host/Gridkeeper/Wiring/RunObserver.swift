import Scheduler
import Supervisor

/// Looks on as runs end; measurements do.
protocol RunObserver: Sendable {
  /// Runs ended that were started with these orders, in the same places; called on the event loop.
  func runsEnded(_ ends: [RunEnd], of orders: [RunOrder?])
}
