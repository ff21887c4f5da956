import Bundles
import Exchange
import HotState
import Isolation
import Market
@_spi(Host) import PluginAPI
import Scheduler

/// One run's way to the services of the Lab: a call is a call, nothing is encoded.
final class LabRunServices: RunServices {
  private struct Counts {
    var bundles = 0
    var cancels = 0
    var isOver = false
  }

  private let order: RunOrder
  private let job: LabPlugins.Ready
  private let desk: LabDesk
  private let counts = Guarded(Counts())

  init(order: RunOrder, job: LabPlugins.Ready, desk: LabDesk) {
    self.order = order
    self.job = job
    self.desk = desk
  }

  var now: Timestamp { desk.time.wall }

  func call(_ call: ServiceCall) async throws -> ServiceReply {
    CrashNote.set(nil)
    defer { CrashNote.set(job.blame) }
    do {
      return try await answer(call)
    } catch let refusal as Refusal {
      return .refused(refusal)
    }
  }

  func decode<Value: Decodable>(_ type: Value.Type, from json: String) throws -> Value {
    try desk.decoded.decode(type, from: json)
  }

  func tell(_ telling: Telling) { desk.take(telling, from: order.job) }

  /// The run is over: what it left behind can submit nothing more.
  func close() { counts.withLock { $0.isOver = true } }

  private func answer(_ call: ServiceCall) async throws -> ServiceReply {
    switch call {
    case .market: return .market(try await desk.market.snapshot())
    case .swarm: return .swarm(try await desk.exchange.swarm())
    case .submit(let bundle):
      return .receipt(
        try await desk.bundles.submit(bundle, from: try submitter(bundle.isCancelOnly)))
    case .outcome(let id): return try await outcome(of: id)
    case .quote(let request): return .quote(try await desk.exchange.quote(request))
    case .reclaimable: return .reclaimable(try await desk.exchange.reclaimable())
    case .loadState(let key): return .json(desk.memory.load(key, of: order.job))
    case .storeState(let key, let json):
      desk.memory.store(json, under: key, of: order.job)
      return .ok
    case .readBoard(let key): return .board(try await desk.board.read(key))
    case .publish(let key, let json):
      let entry = BoardEntry(json: json, published: now, publisher: order.job)
      try await desk.board.publish(entry, under: key)
      return .ok
    case .signal(let name): return try await send(name)
    @unknown default: return .failed("this host is older than the plugin's question")
    }
  }

  private func outcome(of id: BundleID) async throws -> ServiceReply {
    guard let outcome = try await desk.bundles.outcome(of: id) else {
      return .failed("no bundle \(id) was accepted")
    }
    return .outcome(outcome)
  }

  private func send(_ name: String) async throws -> ServiceReply {
    guard job.capabilities.contains(.signal) else {
      throw Refusal(.capabilityMissing, "\(order.job) may not send signals; grant 'signal'")
    }
    await desk.signal(name)
    return .ok
  }

  /// The identity of the run's next bundle: the same in every attempt of the slot, except for those
  /// that only cancel.
  private func submitter(_ isCancel: Bool) throws -> Submitter {
    let (before, isOver) = counts.withLock { counts in
      defer { if isCancel { counts.cancels += 1 } else { counts.bundles += 1 } }
      return (isCancel ? counts.cancels : counts.bundles, counts.isOver)
    }
    guard !isOver else { throw Refusal(.runClosed, "run \(order.id) is over") }
    let slot = order.slot.description
    return Submitter(
      job: order.job, run: order.id.description,
      slot: isCancel ? "\(slot)/cancels/\(order.id)" : slot, effect: before,
      capabilities: job.capabilities)
  }
}
