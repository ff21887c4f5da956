import Bundles
import Isolation
import PluginAPI
import Scheduler
import Storage
import Supervisor

// What the control socket answers. These types are the interface of `--json`; they change only by
// growing.

/// The host as a whole.
struct HostAnswer: Codable, Sendable {
  var version: String
  var pid: Int32
  var started: Timestamp
  var now: Timestamp
  var table: String
  var generation: Int64
  var inForceSince: Timestamp
  var lastReload: ReloadReport?
  /// Why the host runs by an older table than the one on disk.
  var degradation: String?
  /// Why the store takes no records, if it does not.
  var storeTrouble: String?
  var trading: String
  var tradingReason: String
  var venue: String
  var workers: [WorkerRow]
  var jobs: [JobRow]
}

/// One worker.
struct WorkerRow: Codable, Sendable {
  var plugin: String
  var state: String
  var pid: Int32?
  var version: String?
  var digest: String?
  var since: Timestamp
  var restarts: Int
  var residentBytes: Int64?
  var openRuns: Int
  var error: String?

  init(_ status: WorkerStatus) {
    plugin = status.plugin
    state = status.state.rawValue
    pid = status.pid
    version = status.version
    digest = status.digest
    since = status.since
    restarts = status.restarts
    residentBytes = status.residentMemory
    openRuns = status.openRuns
    error = status.lastError?.message
  }
}

/// One job.
struct JobRow: Codable, Sendable {
  var name: String
  var plugin: String
  var isEnabled: Bool
  var state: String
  var next: Timestamp?
  var lastOutcome: String?
  var lastDetail: String?
  var lastEnd: Timestamp?
  var latenessMedianMs: Double?
  var lateness99Ms: Double?
  /// What the table says should not be exceeded.
  var maxLatenessMs: Double?
  var ran: UInt64
  var failed: UInt64
  var skipped: UInt64
  var superseded: UInt64

  init(_ status: JobStatus) {
    name = status.name
    plugin = status.plugin
    isEnabled = status.isEnabled
    state = status.state.rawValue
    next = status.next
    lastOutcome = status.lastOutcome
    lastDetail = status.lastDetail
    lastEnd = status.lastEnd
    latenessMedianMs = status.latenessMedian.map { $0.inSeconds * 1_000 }
    lateness99Ms = status.lateness99.map { $0.inSeconds * 1_000 }
    maxLatenessMs = status.latenessObjective.map { $0.inSeconds * 1_000 }
    ran = status.ran
    failed = status.failed
    skipped = status.skipped
    superseded = status.superseded
  }
}

/// One run.
struct RunRow: Codable, Sendable {
  var id: String
  var job: String
  var slot: Timestamp
  var kind: String
  var attempt: Int
  var cause: String
  var started: Timestamp?
  var ended: Timestamp?
  var outcome: String?
  var text: String?
  var generation: Int64
  var latenessMs: Double

  init(_ record: Storage.RunRecord) {
    id = record.id
    job = record.slot.job
    slot = record.slot.slot
    kind = record.slot.kind
    attempt = record.slot.attempt
    cause = record.cause.rawValue
    started = record.started
    ended = record.ended
    outcome = record.outcome
    text = record.text
    generation = record.generation
    let late = record.lateness
    latenessMs = Double(late.timer + late.queue + late.wake + late.start) / 1e6
  }
}

/// What somebody asked of the host, and what came of it.
struct AuditRow: Codable, Sendable {
  var time: Timestamp
  var who: String
  var action: String
  var job: String
  var before: String
  var after: String
  var detail: String

  init(_ record: AuditRecord) {
    time = record.time
    who = record.who
    action = record.action
    job = record.job
    before = record.before
    after = record.after
    detail = record.detail
  }
}

/// One event.
struct EventRow: Codable, Sendable {
  var sequence: Int64
  var time: Timestamp
  var name: String
  var job: String?
  var run: String?
  var fields: [String: String]
}

/// What a table would change, and the name under which exactly that can be put into force.
struct PlanAnswer: Codable, Sendable {
  var id: String
  var generation: Int64
  var diff: String
  var starts: [PlannedChange]
  var warnings: String
}

/// A sentence.
struct SentenceAnswer: Codable, Sendable {
  var text: String
}
