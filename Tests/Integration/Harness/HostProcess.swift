import Glibc
import Isolation
import Network
import PluginAPI
import Scheduler

@testable import Gridkeeper

/// A host that a test started: the real executable on a table of the test's own.
final class HostProcess: Sendable {
  let folder: HostFolder
  let child: ChildProcess

  /// Starts a host and waits until it says that it started.
  ///
  /// - Throws: `TooLate` with what it wrote when it ends instead.
  convenience init(
    _ folder: HostFolder, options: [String] = [], variables: [String: String] = [:]
  ) async throws {
    let child = try ChildProcess(
      HostFolder.executable, ["run", folder.table] + options,
      environment: folder.environment.merging(variables) { $1 })
    try await self.init(folder, child)
  }

  /// Waits until a host that was started in another way says so.
  init(_ folder: HostFolder, _ child: ChildProcess) async throws {
    self.folder = folder
    self.child = child
    let errors = child.errors
    let line = try await within(.seconds(60), "the start of the host", context: { errors.text }) {
      await errors.first { $0.contains("\"host started\"") }
    }
    guard line != nil else { throw TooLate(description: "the host ended:\n\(errors.text)") }
  }

  /// Whether the process is there.
  var isAlive: Bool { isRunning(child.pid) }

  /// Tells the host to end and returns its exit code.
  func terminate() async throws -> ProcessEnd {
    child.signal(SIGTERM)
    return try await child.waitForEnd()
  }

  /// Ends the host without a chance to say goodbye.
  func kill() async throws {
    child.signal(SIGKILL)
    _ = try await child.waitForEnd()
  }

  /// Calls the command line against this host.
  func call(_ words: String...) async throws -> CommandCall {
    try await CommandCall.run(words, in: folder)
  }

  // MARK: Over the socket

  /// Asks and decodes the one answer.
  func ask<Answer: Decodable & Sendable>(
    _ verb: String, _ words: ControlDesk.Words = ControlDesk.Words(), as: Answer.Type = Answer.self
  ) async throws -> Answer {
    let client = try ControlClient(path: folder.socket)
    let arguments = try JSONText.encode(words)
    let json = try await within(.seconds(60), "an answer to \(verb)", context: { self.log }) {
      try await client.ask(verb, arguments: arguments).first ?? "{}"
    }
    return try JSONText.decode(json)
  }

  func status() async throws -> HostAnswer { try await ask("status") }

  func job(_ name: String) async throws -> JobRow? {
    try await status().jobs.first { $0.name == name }
  }

  func worker(_ plugin: String) async throws -> WorkerRow? { try await status().worker(plugin) }

  func runs(_ job: String? = nil, limit: Int = 1_000) async throws -> [RunRow] {
    try await ask("runs", ControlDesk.Words(job: job, limit: limit))
  }

  func why(_ job: String) async throws -> WhyReport {
    try await ask("why", ControlDesk.Words(job: job))
  }

  func reload() async throws -> ReloadReport { try await ask("reload") }

  /// Asks for a change and returns the sentence that says what was done.
  @discardableResult func act(_ verb: String, _ job: String? = nil, note: String? = nil)
    async throws -> String
  {
    let answer: SentenceAnswer = try await ask(verb, ControlDesk.Words(job: job, note: note))
    return answer.text
  }

  // MARK: Waiting

  /// Waits for an event, of those that happened already and those to come.
  @discardableResult func event(
    _ name: String, limit: Duration = .seconds(30), after: Int64 = 0,
    where fits: @escaping @Sendable (EventRow) -> Bool = { _ in true }
  ) async throws -> EventRow {
    let client = try ControlClient(path: folder.socket)
    let words = try JSONText.encode(ControlDesk.Words(limit: 1_000, follow: true))
    let event = try await within(limit, "the event \(name)", context: { self.log }) {
      for try await json in try await client.call("events", arguments: words) {
        let event: EventRow = try JSONText.decode(json)
        if event.name == name, event.sequence > after, fits(event) { return event as EventRow? }
      }
      return nil
    }
    guard let event else { throw TooLate(description: "no \(name) before the end\n\(log)") }
    return event
  }

  /// The number of the newest event.
  func lastEvent() async throws -> Int64 {
    let client = try ControlClient(path: folder.socket)
    let words = try JSONText.encode(ControlDesk.Words(limit: 1))
    let last = try await client.ask("events", arguments: words).last
    return try last.map { try JSONText.decode($0, as: EventRow.self).sequence } ?? 0
  }

  /// Asks for the status, at most fifty times a second, until it fits.
  @discardableResult func until(
    _ what: String, limit: Duration = .seconds(30),
    _ fits: @escaping @Sendable (HostAnswer) -> Bool
  ) async throws -> HostAnswer {
    try await within(limit, what, context: { await self.picture }) {
      while true {
        let answer = try await self.status()
        if fits(answer) { return answer }
        try await Task.sleep(for: .milliseconds(20))
      }
    }
  }

  /// Asks for a job's runs until they fit.
  @discardableResult func untilRuns(
    of job: String, _ what: String, limit: Duration = .seconds(30),
    _ fits: @escaping @Sendable ([RunRow]) -> Bool
  ) async throws -> [RunRow] {
    try await within(limit, what, context: { await self.picture }) {
      while true {
        let runs = try await self.runs(job)
        if fits(runs) { return runs }
        try await Task.sleep(for: .milliseconds(20))
      }
    }
  }

  // MARK: For messages

  var log: String { child.errors.text }

  private var picture: String {
    get async {
      let status = try? await status()
      let jobs = status?.jobs.map { "\($0.name) \($0.state) ran \($0.ran) failed \($0.failed)" }
      let workers = status?.workers.map { "\($0.plugin) \($0.state) \($0.error ?? "")" }
      return ((jobs ?? ["no answer"]) + (workers ?? []) + [log]).joined(separator: "\n")
    }
  }
}

extension HostAnswer {
  func job(_ name: String) -> JobRow? { jobs.first { $0.name == name } }
  func worker(_ plugin: String) -> WorkerRow? { workers.first { $0.plugin == plugin } }
}
