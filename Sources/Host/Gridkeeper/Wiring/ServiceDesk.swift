import Bundles
import HotState
import Isolation
import Market
@_spi(Host) import PluginAPI
import Scheduler
import Storage
import Supervisor
import Telemetry

/// Answers what runs ask of the host, and takes what they tell.
struct ServiceDesk: Sendable {
  let venue: any Venue
  let market: MarketService
  let bundles: BundleService
  let store: any Store
  let board: any Board
  let runs: OpenRuns
  let events: EventBus
  let metrics: Metrics
  let log: Log
  let budget: TellingBudget
  let time: any TimeSource
  /// Starts the jobs that listen to a signal.
  let signal: @Sendable (String) async -> Void

  // MARK: Questions

  func serve(_ call: ServiceCall, for context: RunContext) async -> ServiceReply {
    do {
      return try await answer(call, context)
    } catch let refusal as Refusal {
      return .refused(refusal)
    } catch {
      return .failed("\(error)")
    }
  }

  private func answer(_ call: ServiceCall, _ context: RunContext) async throws -> ServiceReply {
    switch call {
    case .market: return .market(try await market.snapshot())
    case .swarm: return .swarm(try await swarm())
    case .submit(let bundle): return try await submit(bundle, context)
    case .outcome(let id): return try await outcome(of: id)
    case .quote(let request): return .quote(try await venue.quote(request))
    case .reclaimable: return .reclaimable(try await venue.reclaimable())
    case .loadState(let key): return .json(try await store.loadState(job: context.job, key: key))
    case .storeState(let key, let json):
      try Self.checkState(key, json)
      try await store.storeState(job: context.job, key: key, json: json, at: time.wall)
      return .ok
    case .readBoard(let key): return .board(try await board.read(key))
    case .publish(let key, let json):
      let entry = BoardEntry(json: json, published: time.wall, publisher: context.job)
      try await board.publish(entry, under: key)
      return .ok
    case .signal(let name): return try await send(name, context)
    @unknown default: return .failed("this host is older than the plugin's question")
    }
  }

  private func swarm() async throws -> Swarm {
    let state = try await venue.read()
    var swarm = state.swarm
    swarm.market = state.market
    swarm.newMarketRent = state.costs.marketRent
    return swarm
  }

  private func submit(_ bundle: Bundle, _ context: RunContext) async throws -> ServiceReply {
    guard
      let submitter = runs.submitter(
        of: context.run, cancels: bundle.isCancelOnly, context.capabilities)
    else { throw Refusal(.runClosed, "run \(context.run) is over") }
    return .receipt(try await bundles.submit(bundle, from: submitter).get())
  }

  /// Bytes of a state's key and of its value.
  private static let (longestKey, longestState) = (256, 1 << 20)

  private static func checkState(_ key: String, _ json: String?) throws(ServiceError) {
    guard !key.isEmpty, key.utf8.count <= longestKey else {
      throw ServiceError("a key of the state has 1 to \(longestKey) bytes, not \(key.utf8.count)")
    }
    guard let count = json?.utf8.count, count > longestState else { return }
    throw ServiceError("\(key): the value has \(count) bytes, \(longestState) are allowed")
  }

  private func outcome(of id: BundleID) async throws -> ServiceReply {
    guard let outcome = try await bundles.outcome(of: id) else {
      return .failed("no bundle \(id) was accepted")
    }
    return .outcome(outcome)
  }

  private func send(_ name: String, _ context: RunContext) async throws -> ServiceReply {
    guard context.capabilities.contains(.signal) else {
      throw Refusal(.capabilityMissing, "\(context.job) may not send signals; grant 'signal'")
    }
    guard budget.allows(.signal, by: context.job) else {
      throw Refusal(
        .rateLimit, "\(context.job) sends signals too often; \(TellingBudget.Matter.signal.bound)")
    }
    await signal(name)
    return .ok
  }

  // MARK: Tellings

  func take(_ telling: Telling, from context: RunContext) {
    switch telling {
    case .log(let level, let message, var fields):
      guard budget.allows(.log, by: context.job) else { return }
      fields["job"] = context.job
      fields["run"] = "\(context.run)"
      log.write(level, message, fields)
    case .event(let name, let fields):
      guard budget.allows(.event, by: context.job) else { return }
      events.emit(name, job: context.job, run: "\(context.run)", fields)
    case .metric(let name, let value, let kind):
      guard budget.allows(metric: name, by: context.job) else { return }
      let key = Metrics.Key("job_\(name)", ["job": context.job])
      if kind == .counter { metrics.add(key, value) } else { metrics.set(key, value) }
    @unknown default: log.warning("this host is older than what a job tells", ["job": context.job])
    }
  }

  /// Tells operators what became of a worker.
  func note(_ status: WorkerStatus) {
    var fields = ["plugin": status.plugin, "state": status.state.rawValue]
    if let pid = status.pid { fields["pid"] = "\(pid)" }
    if let error = status.lastError, status.state == .backoff || status.state == .tripped {
      fields["error"] = error.message
    }
    events.emit("WORKER_STATE", fields)
  }
}
