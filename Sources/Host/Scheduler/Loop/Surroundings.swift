package import Isolation
package import Telemetry

extension SchedulerLoop {
  /// Everything the scheduler talks to.
  package struct Surroundings: Sendable {
    package var loop: EventLoop
    package var time: any TimeSource
    package var dispatcher: any RunDispatcher
    package var ledger: any SlotLedger
    package var metrics = Metrics()
    package var log = Log.silent
    /// Where compiled time-zone files are.
    package var zones = ZoneFiles()
    /// Whether the owner calls `tick` and `keepHouse`, as with virtual time, and no alarm is set.
    package var isDriven = false

    package init(
      loop: EventLoop, time: any TimeSource, dispatcher: any RunDispatcher,
      ledger: any SlotLedger
    ) {
      self.loop = loop
      self.time = time
      self.dispatcher = dispatcher
      self.ledger = ledger
    }
  }
}
