import Bundles
import Exchange
import Glibc
import Isolation
import JobTable
import Market
import PluginAPI
import Scheduler
import Storage
import Supervisor
import Telemetry

// What operators ask.
extension Host {
  func answer() async -> HostAnswer {
    let trading = await trading()
    let venue = await parts.exchange.identity
    return HostAnswer(
      version: Program.version, pid: getpid(), started: started, now: options.time.wall,
      table: options.table.table, generation: force.generation, inForceSince: force.since,
      lastReload: lastReload, degradation: degradation,
      storeTrouble: await storeTrouble, trading: trading.mode.rawValue,
      tradingReason: trading.reason, venue: "\(venue.kind) (\(venue.cluster))",
      workers: await parts.supervisor.statuses().map(WorkerRow.init),
      jobs: await parts.scheduler.status().map(JobRow.init))
  }

  private var storeTrouble: String? {
    get async {
      let waits = await backlog.trouble?.message
      let fails = await parts.scheduler.ledgerTrouble
      return waits ?? fails
    }
  }

  /// All metrics in the Prometheus text format.
  func exposition() async -> String {
    for worker in await parts.supervisor.statuses() {
      parts.metrics.set(
        .init("worker_resident_bytes", ["plugin": worker.plugin]),
        Double(worker.residentMemory ?? 0))
      parts.metrics.set(
        .init("worker_up", ["plugin": worker.plugin]), worker.state == .ready ? 1 : 0)
    }
    await parts.market.publish(now: options.time.wall)
    return parts.metrics.exposition()
  }
}
