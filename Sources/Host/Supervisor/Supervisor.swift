package import Isolation
import PluginAPI
package import Telemetry
import Wire

/// Hosts plugins: one worker process for each, started ahead of need, watched, restarted, replaced.
///
/// It lives on the event loop's thread. Calls from that thread that must not wait go through
/// `assumeIsolated`. Every run handed to `start` comes back to the delegate exactly once.
package actor Supervisor {
  package nonisolated let loop: EventLoop
  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe loop.asUnownedSerialExecutor()
  }

  let time: any TimeSource
  let settings: SupervisorSettings
  let launcher: any WorkerLauncher
  let log: Log
  let metrics: Metrics
  let folder: PluginFolder
  let files = WorkQueue(name: "plugin-files")
  weak var delegate: (any SupervisorDelegate)?

  var plugins: [String: HostedPlugin] = [:]
  var workers: [Int: Worker] = [:]
  var jobs: [String: HostedJob] = [:]
  /// Plugins that have jobs in force.
  var used: Set<String> = []
  /// Digests that libraries must have by the table in force.
  var pins: [String: String]
  /// Workers that may take over together with a new table.
  var replacing: [Int: [Worker]] = [:]
  var runs = NumberMap<OpenRun>()
  /// Jobs in force by the numbers of whoever starts runs, as far as they were asked for.
  var seats: [Seat?] = []
  var random: SeededRandom
  var isShutDown = false
  private var lastSerial = 0
  private var lastHandle: UInt32 = 0
  private var lastRequest: UInt64 = 0

  /// Makes a supervisor that hosts nothing yet.
  ///
  /// The delegate is not kept alive. Workers come to life through `launcher`, by default as processes
  /// of `settings.executable`; `seed` decides the jitter of restarts.
  package init(
    loop: EventLoop, time: any TimeSource, settings: SupervisorSettings,
    delegate: any SupervisorDelegate, log: Log, metrics: Metrics,
    launcher: (any WorkerLauncher)? = nil, seed: UInt64 = 1
  ) {
    self.loop = loop
    self.time = time
    self.settings = settings
    pins = settings.pins
    self.delegate = delegate
    self.log = log
    self.metrics = metrics
    self.launcher =
      launcher ?? ProcessLauncher(loop: loop, time: time, executable: settings.executable)
    folder = PluginFolder(path: settings.pluginDirectory)
    random = SeededRandom(seed: seed)
  }

  /// Every plugin that has or had a worker, sorted by name. Reads one small file for each process.
  package func statuses() -> [WorkerStatus] {
    plugins.values.sorted { $0.name < $1.name }.map(status)
  }

  /// Stops every worker and waits until all are gone; their open runs are lost.
  package func shutDown() async {
    isShutDown = true
    for plugin in plugins.values {
      plugin.restartAt = .never
      reject(held: plugin, .notReady, "the host stops")
    }
    for worker in workers.values { perform(worker.life.stop(at: time.monotonic), on: worker) }
    rearm()
    while !workers.isEmpty || launches > 0 {
      await withCheckedContinuation { departures.append($0) }
    }
    loop.clearAlarm(Self.alarm)
  }

  /// Workers that are being spawned just now.
  var launches = 0
  /// Who waits for any worker to be gone.
  var departures: [CheckedContinuation<Void, Never>] = []

  func hosted(_ name: String) -> HostedPlugin {
    if let plugin = plugins[name] { return plugin }
    let plugin = HostedPlugin(name: name, since: time.wall, policy: settings.restart)
    plugin.pin = pins[name]
    plugins[name] = plugin
    return plugin
  }

  func change(_ plugin: HostedPlugin, to state: WorkerStatus.State) {
    guard plugin.state != state else { return }
    plugin.state = state
    plugin.since = time.wall
    delegateChange(plugin)
  }

  func delegateChange(_ plugin: HostedPlugin) { delegate?.workerChanged(status(plugin)) }

  func nextSerial() -> Int {
    lastSerial += 1
    return lastSerial
  }

  func nextHandle() -> UInt32 {
    lastHandle += 1
    return lastHandle
  }

  func nextRequest() -> UInt64 {
    lastRequest += 1
    return lastRequest
  }

  func jobs(of plugin: String) -> [HostedJob] { jobs.values.filter { $0.job.plugin == plugin } }

  private func status(_ plugin: HostedPlugin) -> WorkerStatus {
    let processes = plugin.older + (plugin.current.map { [$0] } ?? [])
    return WorkerStatus(
      plugin: plugin.name, state: plugin.state, pid: plugin.current?.link.pid, since: plugin.since,
      restarts: plugin.restarts, residentMemory: plugin.current?.link.residentMemory,
      digest: plugin.accepted?.digest, version: plugin.accepted?.version,
      openRuns: processes.reduce(0) { $0 + $1.openRuns }, draining: plugin.older.count,
      lastError: plugin.lastError)
  }

  // MARK: Time

  static let alarm = "supervisor"

  /// Sets the one alarm to the earliest deadline of all workers and restarts.
  func rearm() {
    let lives = workers.values.map(\.life.nextDeadline)
    let restarts = plugins.values.map(\.restartAt)
    let next = (lives + restarts).min() ?? .never
    guard next != .never else { return loop.clearAlarm(Self.alarm) }
    loop.setAlarm(Self.alarm, at: next) { [weak self] in self?.assumeIsolated { $0.tick() } }
  }

  private func tick() {
    let now = time.monotonic
    for worker in workers.values {
      worker.link.poll()
      perform(worker.life.tick(at: now), on: worker)
    }
    for plugin in plugins.values where plugin.restartAt <= now {
      plugin.restartAt = .never
      plugin.restarts += 1
      plugin.pin = pins[plugin.name]
      bringUp(plugin)
    }
    rearm()
  }
}
