import Bundles
import Exchange
import FoundationEssentials
import Isolation
import Network
import PluginAPI
import Scheduler
import Storage
import Telemetry

@testable import Gridkeeper

/// The machine's clocks with a wall clock that a test can set.
final class SteppedTime: TimeSource {
  private let step = Guarded(Duration.zero)

  var monotonic: MonotonicInstant { SystemTime().monotonic }
  var wall: Timestamp { SystemTime().wall + step.withLock(\.self) }

  func stepWall(by duration: Duration) { step.withLock { $0 += duration } }
}

/// A host inside the test's process, its workers outside as always: for what no socket tells.
final class InnerHost: Sendable {
  let parts: HostParts
  private let run: Task<Void, any Error>

  init(_ options: HostOptions) async throws {
    let host = try await HostLauncher(options: options).launch()
    parts = await host.parts
    let desk = ControlDesk(host: host)
    let control = ControlServer(path: options.socket, loop: parts.loop, log: parts.log) {
      try await desk.handle($0, $1)
    }
    run = Task { try await host.run(control: control) }
    try await event("HOST_STARTED")
  }

  /// Ends the host as a signal does.
  func stop() async throws {
    run.cancel()
    let run = run
    try await within(.seconds(60), "the end of the host") { try await run.value }
  }

  /// Waits for an event, of those that happened already and those to come.
  @discardableResult func event(
    _ name: String, after: Int64 = 0, limit: Duration = .seconds(60),
    where fits: @escaping @Sendable (Event) -> Bool = { _ in true }
  ) async throws -> Event {
    let events = parts.events
    let event = try await within(limit, "the event \(name)", context: { await self.picture }) {
      for await item in events.subscribe(after: after) {
        if case .event(let event) = item, event.name == name, fits(event) {
          return event as Event?
        }
      }
      return nil
    }
    guard let event else { throw TooLate(description: "no \(name) before the end") }
    return event
  }

  /// Runs a job now, once it is not running already, and waits for the end of that run.
  func runNow(_ job: String) async throws -> String {
    let slot = try await within(.seconds(30), "a run of \(job)", context: { await self.picture }) {
      while true {
        do throws(SchedulerError) { return try await self.parts.scheduler.trigger(job) } catch {
          try await Task.sleep(for: .milliseconds(20))
        }
      }
    }
    return try await within(.seconds(30), "the end of \(slot)", context: { await self.picture }) {
      while true {
        let runs = try await self.parts.store.runs(job: job, limit: 50, before: nil)
        let run = runs.first { $0.slot.slot == slot.time && $0.slot.kind == slot.kind.rawValue }
        if let run, let outcome = run.outcome { return "\(outcome): \(run.text ?? "")" }
        try await Task.sleep(for: .milliseconds(20))
      }
    }
  }

  /// Looks until `value` gives something.
  func until<Value: Sendable>(
    _ what: String, limit: Duration = .seconds(60),
    _ value: @escaping @Sendable () async throws -> Value?
  ) async throws -> Value {
    try await within(limit, what, context: { await self.picture }) {
      while true {
        if let found = try await value() { return found }
        try await Task.sleep(for: .milliseconds(20))
      }
    }
  }

  /// What jobs and events say, for messages.
  private var picture: String {
    get async {
      let jobs = await parts.scheduler.status().map { job in
        "\(job.name) \(job.state) \(job.lastOutcome ?? "-") \(job.lastDetail ?? "")"
      }
      let events = parts.events.recent(limit: 40).map { "\($0.name) \($0.fields)" }
      return (jobs + events).joined(separator: "\n")
    }
  }
}
