import Bundles
import Isolation
import JobTable
import Network
import PluginAPI
import Scheduler
import Storage
import Supervisor
import Telemetry

/// Carries out what clients of the control socket ask.
struct ControlDesk: Sendable {
  let host: Host

  /// What a request may carry; each verb reads what it needs.
  struct Words: Codable, Sendable {
    var job: String?
    var note: String?
    var plan: String?
    var limit: Int?
    var after: Int64?
    var force: Bool?
    var follow: Bool?
  }

  func handle(_ request: ControlRequest, _ replies: ControlReplies) async throws {
    let words: Words
    do { words = try JSONText.decode(request.arguments) } catch {
      throw ControlError(ControlError.malformed, "the arguments cannot be read: \(error)")
    }
    if request.verb == "events" { return try await events(words, replies) }
    try await replies.send(try await answer(request, words))
  }

  private func answer(_ request: ControlRequest, _ words: Words) async throws -> String {
    switch request.verb {
    case "status": try JSONText.encode(await host.answer())
    case "runs": try JSONText.encode(try await runs(words))
    case "why": try JSONText.encode(try await why(words))
    case "metrics": try JSONText.encode(SentenceAnswer(text: await host.exposition()))
    case "audit": try JSONText.encode(try await audit(words))
    case "plan": try JSONText.encode(try await audited(request, words, \.id) { try await plan() })
    case "reload":
      try JSONText.encode(try await audited(request, words, \.summary) { try await reload(words) })
    case let verb where Self.audited.contains(verb):
      try JSONText.encode(
        SentenceAnswer(
          text: try await audited(request, words, \.self) { try await act(verb, words) })
      )
    case let verb: throw ControlError("unknown-verb", "this host does not know '\(verb)'")
    }
  }

  // MARK: Questions

  private func runs(_ words: Words) async throws -> [RunRow] {
    let limit = min(max(words.limit ?? 20, 1), 1_000)
    return try await host.parts.store.runs(job: words.job, limit: limit, before: nil)
      .map(RunRow.init)
  }

  private func audit(_ words: Words) async throws -> [AuditRow] {
    try await host.parts.store.audit(limit: min(max(words.limit ?? 20, 1), 1_000))
      .map(AuditRow.init)
  }

  private func why(_ words: Words) async throws -> WhyReport {
    let job = try job(words)
    guard var report = await host.parts.scheduler.why(job) else { throw await unknown(job) }
    let trading = await host.trading()
    if trading.mode != .active {
      report.findings.append(
        WhyReport.Finding(
          topic: .halt, text: "trading is \(trading.mode.rawValue): \(trading.reason)",
          isBlocking: false))
    }
    return report
  }

  private func events(_ words: Words, _ replies: ControlReplies) async throws {
    let bus = host.parts.events
    let limit = min(max(words.limit ?? 20, 0), 1_000)
    let recent = bus.recent(limit: limit)
    for event in recent { try await replies.send(try JSONText.encode(EventRow(event))) }
    guard words.follow == true else { return }
    for await item in bus.subscribe(after: recent.last?.sequence ?? bus.last) {
      if case .event(let event) = item {
        try await replies.send(try JSONText.encode(EventRow(event)))
      }
    }
  }

  private func plan() async throws -> PlanAnswer {
    do throws(PlanFailure) { return try await host.plan() } catch {
      throw ControlError("bad-table", error.description)
    }
  }

  // MARK: Actions

  private func reload(_ words: Words) async throws -> ReloadReport {
    guard let plan = words.plan else { return await host.reload() }
    do throws(PlanFailure) { return try await host.reload(plan: plan) } catch {
      throw ControlError("stale-plan", error.description)
    }
  }

  private func act(_ verb: String, _ words: Words) async throws -> String {
    switch verb {
    case "trigger": try await trigger(words)
    case "pause": try await pause(words)
    case "resume": try await resume(words)
    case "enable": try await host.setEnabled(try job(words), true)
    case "disable": try await host.setEnabled(try job(words), false)
    case "kill":
      await host.kill(reason: words.note ?? "operator").text
    default: try await clear(words)
    }
  }

  private func trigger(_ words: Words) async throws -> String {
    let job = try job(words)
    let slot = try await refusing {
      try await host.parts.scheduler.trigger(job, isForced: words.force == true)
    }
    return "\(job) runs as slot \(slot)"
  }

  private func pause(_ words: Words) async throws -> String {
    let job = try job(words)
    try await refusing {
      try await host.parts.scheduler.pause(job, note: words.note ?? "by an operator")
    }
    return "\(job) is paused"
  }

  private func resume(_ words: Words) async throws -> String {
    let job = try job(words)
    try await refusing { try await host.parts.scheduler.resume(job) }
    if let plugin = await host.force.table.jobs[job]?.plugin {
      await host.parts.supervisor.resume(plugin)
    }
    return "\(job) runs again"
  }

  private func clear(_ words: Words) async throws -> String {
    do {
      try await host.clearKill(reason: words.note ?? "operator")
    } catch let failure as CommandFailure {
      throw ControlError(ControlError.failed, failure.description)
    }
    return "trading goes on"
  }

  // MARK: Words

  private func job(_ words: Words) throws(ControlError) -> String {
    guard let job = words.job else { throw ControlError("missing-job", "which job?") }
    return job
  }

  private func refusing<Result: Sendable>(
    _ body: () async throws -> Result
  ) async throws -> Result {
    do {
      return try await body()
    } catch SchedulerError.unknownJob(let job) {
      throw await unknown(job)
    } catch let error as SchedulerError {
      throw ControlError("refused", error.description)
    }
  }

  private func unknown(_ job: String) async -> ControlError {
    let names = await host.parts.scheduler.status().map(\.name)
    return ControlError("unknown-job", "there is no job '\(job)'\(near(job, names))")
  }
}

extension EventRow {
  init(_ event: Event) {
    self.init(
      sequence: event.sequence, time: event.time, name: event.name, job: event.job, run: event.run,
      fields: event.fields)
  }
}
