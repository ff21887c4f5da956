import Isolation
@_spi(Host) import PluginAPI
import Wire

/// One worker process as the supervisor knows it.
final class Worker {
  let serial: Int
  let plugin: HostedPlugin
  let link: any WorkerLink
  var life: WorkerLife
  /// What it said of itself; set by its greeting.
  var description: PluginDescription?
  /// Jobs it was told to keep ready.
  var prepared: Set<UInt32> = []
  /// Runs it was sent that have not ended.
  var openRuns = 0
  /// Questions of its runs that are being served.
  var openCalls = 0
  /// Whether its plugin has already turned away from it.
  var isDetached = false
  /// Who waits for its greeting.
  var greeting: CheckedContinuation<Result<PluginDescription, GreetingFailure>, Never>?
  /// Who waits for jobs to be checked.
  var preparations: [UInt64: (PreparedJobs?) -> Void] = [:]
  /// Orders of the present batch.
  var starts: [StartRun] = []

  init(serial: Int, plugin: HostedPlugin, link: any WorkerLink, life: WorkerLife) {
    self.serial = serial
    self.plugin = plugin
    self.link = link
    self.life = life
  }

  /// What a job declares, when this worker knows it.
  func declared(by job: StagedJob) -> Set<Capability> {
    description?.job(job.kind)?.capabilities ?? []
  }

  /// Sends a message.
  ///
  /// - Returns: Whether it fits a frame; a longer one is not sent.
  @discardableResult func send(_ message: HostMessage) -> Bool {
    var writer = ByteWriter()
    do throws(WireError) {
      try message.write(to: &writer)
      link.send(writer.take())
      return true
    } catch {
      return false
    }
  }
}

/// Why a worker did not come up.
struct GreetingFailure: Error {
  let problem: PluginProblem
  /// Whether trying again with the same library is pointless.
  let isFinal: Bool
}

/// A run that a worker has not ended yet.
struct OpenRun {
  let worker: Worker
  /// The job's name.
  let name: String
  /// The job as it was when the run started; `nil` as long as that one is in force.
  var job: HostedJob?
}

/// Where runs of a job in force go.
struct Seat {
  let plugin: HostedPlugin
  let handle: UInt32
}

/// One plugin with its workers.
final class HostedPlugin {
  let name: String
  var state = WorkerStatus.State.stopped
  var since: Timestamp
  /// The process that takes runs, from its greeting to its end.
  var current: Worker?
  /// Processes that no longer take runs.
  var older: [Worker] = []
  var crashes: CrashHistory
  var restartAt = MonotonicInstant.never
  var restarts = 0
  var lastError: PluginProblem?
  /// The library as it was when `current` was started.
  var stamp: LibraryStamp?
  /// A library that was found wanting, so that it is not tried again and again.
  var refusedStamp: LibraryStamp?
  /// What the library last accepted said of itself.
  var accepted: PluginDescription?
  var pin: String?
  /// Who waits for the worker to come up.
  var waiters: [CheckedContinuation<Result<PluginDescription, PluginProblem>, Never>] = []
  /// Runs that wait for the worker to come up; bounded.
  var held: [WorkerRun] = []
  var isUpgrading = false
  /// How many describe and stage calls need the worker just now.
  var visitors = 0

  static let heldLimit = 1_000

  init(name: String, since: Timestamp, policy: RestartPolicy) {
    self.name = name
    self.since = since
    crashes = CrashHistory(policy: policy)
  }
}
