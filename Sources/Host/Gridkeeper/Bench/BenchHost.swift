import Glibc
import Isolation
import Network
import Scheduler
import Supervisor

/// A whole host on a table of its own: the parts, the wiring and the services of `run`.
struct BenchHost: Sendable {
  let folder: BenchFolder
  let host: Host
  let probe: RunProbe
  /// How long the table took from its first byte to being in force.
  let launchTime: Duration

  /// Runs a host on `table` for as long as `body` takes. The text is made late and let go at once, so
  /// that it is not taken for memory of the host.
  static func measure<Result: Sendable>(
    _ table: @autoclosure () throws -> String, in folder: BenchFolder, _ surroundings: Surroundings,
    isKept: Bool = false,
    _ body: (BenchHost) async throws -> Result
  ) async throws -> Result {
    try folder.write(try table())
    defer { if !isKept { folder.remove() } }
    let probe = RunProbe(surroundings.time)
    var options = HostOptions(
      table: TablePaths(table: folder.table), socket: folder.path + "/host.sock",
      environment: surroundings.environment, executable: try ExecutablePath.own(),
      time: surroundings.time)
    options.observer = probe
    let before = surroundings.time.monotonic
    let host = try await HostLauncher(options: options).launch()
    let bench = BenchHost(
      folder: folder, host: host, probe: probe,
      launchTime: surroundings.time.monotonic - before)
    let desk = ControlDesk(host: host)
    let control = ControlServer(
      path: options.socket, loop: host.parts.loop, log: host.parts.log
    ) { try await desk.handle($0, $1) }
    let life = Task { try await host.run(control: control) }
    do {
      let result = try await body(bench)
      life.cancel()
      try await life.value
      return result
    } catch {
      life.cancel()
      try? await life.value
      throw error
    }
  }

  var scheduler: SchedulerLoop { host.parts.scheduler }
  var supervisor: Supervisor { host.parts.supervisor }

  /// The processes that take runs.
  func workers() async -> [Int32] { await supervisor.statuses().compactMap(\.pid) }

  /// CPU time of the host and its workers in nanoseconds.
  func cpu() async -> Int64 {
    await workers().reduce(ProcessUsage.cpu(of: getpid())) { $0 + ProcessUsage.cpu(of: $1) }
  }

  /// Slots so far that did not come to a good end.
  func lostSlots() async -> UInt64 {
    await scheduler.status().reduce(0) { $0 + $1.failed + $1.skipped + $1.superseded }
  }

  /// Waits so long.
  func pause(_ duration: Duration) async throws { try await host.options.pause(duration) }

  /// Waits until a moment of the monotonic clock.
  func wait(until moment: MonotonicInstant) async throws {
    try await pause(moment - host.options.time.monotonic)
  }

  var now: MonotonicInstant { host.options.time.monotonic }
}
