import FoundationEssentials

/// Runs a job without a host: set what it shall see, call `run`, look at what it did.
///
///     let test = TestRun(market: market, swarm: swarm)
///     let outcome = try await test.run(FlashVolume())
///     #expect(await test.bundles.count == 1)
///
/// State, board and records last from one `run` to the next, so a test can tell a story of several
/// runs. Refused bundles are kept apart in `refused`. As in a host, a second attempt of a slot gets
/// the receipts of what the first one submitted, and bundles that only cancel always go.
public actor TestRun {
  /// What the job sees as the market.
  public var market: MarketSnapshot?
  /// What the job sees as its wallets.
  public var swarm: Swarm?
  /// Accounts that the job may reclaim.
  public var reclaimable: [ReclaimableAccount]
  /// The time that the job reads unless `run` is given another.
  public nonisolated let now: Timestamp
  /// Decides about each bundle; the default lets every one land and do all it says.
  public var decide: @Sendable (Bundle) throws -> BundleOutcome

  /// The price of SOL at which swaps are quoted; the oracle's when it is `nil`.
  public var quotePrice: USD?
  /// What the job sees as its wallets at each further read, before `swarm` again.
  public var nextSwarms: [Swarm] = []

  /// Bundles the job submitted, in order.
  public private(set) var bundles: [Bundle] = []
  /// Bundles that `decide` refused, in order.
  public private(set) var refused: [Bundle] = []
  /// Signals the job sent, in order.
  public private(set) var signals: [String] = []
  /// What the job logged, in order.
  public private(set) var logs: [String] = []
  /// Events the job published, in order.
  public private(set) var events: [(name: String, fields: [String: String])] = []
  /// The newest value of each metric.
  public private(set) var metrics: [String: Double] = [:]

  private var outcomes: [BundleOutcome] = []
  private var state: [String: String] = [:]
  private var board: [String: BoardEntry] = [:]
  private var clock: Timestamp
  private var planned: Timestamp
  private var slot = 0
  private var submissions = 0
  private var accepted: [String: BundleReceipt] = [:]
  private var calls = 0
  private var loss: (call: Int, isDone: Bool)?

  /// Makes a test with what the job shall see.
  public init(
    market: MarketSnapshot? = nil, swarm: Swarm? = nil, reclaimable: [ReclaimableAccount] = [],
    now: Timestamp = Timestamp(seconds: 1_750_000_000),
    decide: @escaping @Sendable (Bundle) throws -> BundleOutcome = TestRun.lands
  ) {
    self.market = market
    self.swarm = swarm
    self.reclaimable = reclaimable
    self.now = now
    self.decide = decide
    clock = now
    planned = now
  }

  /// Lets a bundle land and do all it says.
  public static let lands: @Sendable (Bundle) throws -> BundleOutcome = { bundle in
    .landed(slot: 1, results: bundle.intents.map { _ in .done })
  }

  /// Changes what the job sees as the market.
  public func set(market: MarketSnapshot) { self.market = market }

  /// Changes what the job sees as its wallets.
  public func set(swarm: Swarm) { self.swarm = swarm }

  /// Changes which accounts the job may reclaim.
  public func set(reclaimable: [ReclaimableAccount]) { self.reclaimable = reclaimable }

  /// Changes what becomes of the bundles that follow.
  public func set(decide: @escaping @Sendable (Bundle) throws -> BundleOutcome) {
    self.decide = decide
  }

  /// Changes how the bundle with that `number`, counted from 1, ended: a fate that becomes known.
  public func set(fate: BundleOutcome, of number: Int) {
    if outcomes.indices.contains(number - 1) { outcomes[number - 1] = fate }
  }

  /// Changes the price of SOL at which swaps are quoted.
  public func set(quotePrice: USD?) { self.quotePrice = quotePrice }

  /// Changes what the job sees as its wallets at each further read, before `swarm` again.
  public func set(nextSwarms: [Swarm]) { self.nextSwarms = nextSwarms }

  /// Loses the next run at the call of the given number, counted from 0, as when its worker dies:
  /// every answer from there on is an error.
  ///
  /// - Parameters:
  ///   - call: How many calls are answered before.
  ///   - isDone: Whether that call still has its effect.
  public func loseNextRun(atCall call: Int, isDone: Bool) { loss = (call, isDone) }

  /// Publishes a value as another job would.
  ///
  /// - Throws: Whatever encoding `value` throws.
  public func publish(_ key: String, _ value: some Encodable & Sendable) throws {
    let json = String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
    board[key] = BoardEntry(json: json, published: clock, publisher: "test")
  }

  /// The value that stands on the board under `key`, or `nil` when there is none of this type.
  public func published<Value: Decodable & Sendable>(
    _ key: String, as type: Value.Type = Value.self
  ) -> Value? {
    board[key].flatMap { try? JSONDecoder().decode(type, from: Data($0.json.utf8)) }
  }

  /// Stores a value as an earlier run of the job would have.
  ///
  /// - Throws: Whatever encoding `value` throws.
  public func remember(_ key: String, _ value: some Encodable & Sendable) throws {
    state[key] = String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
  }

  /// What the job remembers under `key`, or `nil` when there is nothing of this type.
  public func remembered<Value: Decodable & Sendable>(
    _ key: String, as type: Value.Type = Value.self
  ) -> Value? {
    state[key].flatMap { try? JSONDecoder().decode(type, from: Data($0.utf8)) }
  }

  /// Runs `job` once.
  ///
  /// - Parameters:
  ///   - job: The job, with the parameters it shall have.
  ///   - cause: Why the run is started.
  ///   - attempt: Which attempt of the slot it is; those after the first belong to the slot of the
  ///     run before.
  ///   - time: The time that the job reads; by default `now`.
  ///   - seed: The run's seed.
  /// - Returns: How the run ended.
  /// - Throws: Whatever the job throws. What it told before is recorded nonetheless.
  public func run(
    _ job: some Job, cause: Cause = .cadence, attempt: Int = 1, at time: Timestamp? = nil,
    seed: UInt64 = 1
  ) async throws -> Outcome {
    begin(attempt, at: time ?? now)
    let services = TestServices(test: self, now: clock)
    let run = Run(
      id: "test", job: "test", plannedAt: planned, cause: cause, attempt: attempt, seed: seed,
      services: services)
    defer {
      for telling in services.drain() { take(telling) }
      loss = nil
    }
    return try await job.run(run)
  }

  private func begin(_ attempt: Int, at time: Timestamp) {
    clock = time
    submissions = 0
    calls = 0
    guard attempt == 1 else { return }
    planned = time
    slot += 1
  }

  func answer(_ call: ServiceCall) -> ServiceReply {
    defer { calls += 1 }
    guard let loss, calls >= loss.call else { return serve(call) }
    if calls == loss.call, loss.isDone { _ = serve(call) }
    return .failed("the run is lost")
  }

  private func serve(_ call: ServiceCall) -> ServiceReply {
    switch call {
    case .market: market.map(ServiceReply.market) ?? .failed("the test set no market")
    case .swarm: wallets.map(ServiceReply.swarm) ?? .failed("the test set no swarm")
    case .submit(let bundle): submit(bundle)
    case .outcome(let id): outcome(of: id)
    case .quote(let request): quote(request)
    case .reclaimable: .reclaimable(reclaimable)
    case .loadState(let key): .json(state[key])
    case .storeState(let key, let json): store(json, under: key)
    case .readBoard(let key): .board(board[key])
    case .publish(let key, let json): publish(json, under: key)
    case .signal(let name): send(name)
    }
  }

  private var wallets: Swarm? { nextSwarms.isEmpty ? swarm : nextSwarms.removeFirst() }

  private func submit(_ bundle: Bundle) -> ServiceReply {
    let identity = bundle.intents.allSatisfy(\.onlyCancels) ? nil : "\(slot)/\(submissions)"
    if let identity {
      submissions += 1
      if let receipt = accepted[identity] { return .receipt(receipt) }
    }
    let reply = decided(bundle)
    if case .receipt(let receipt) = reply, let identity { accepted[identity] = receipt }
    return reply
  }

  private func decided(_ bundle: Bundle) -> ServiceReply {
    do {
      outcomes.append(try decide(bundle))
    } catch {
      refused.append(bundle)
      return (error as? Refusal).map(ServiceReply.refused) ?? .failed("\(error)")
    }
    bundles.append(bundle)
    return .receipt(BundleReceipt(id: BundleID("\(bundles.count)")))
  }

  private func outcome(of id: BundleID) -> ServiceReply {
    guard let number = Int(id.description), outcomes.indices.contains(number - 1) else {
      return .failed("no bundle \(id)")
    }
    return .outcome(outcomes[number - 1])
  }

  private func quote(_ request: SwapRequest) -> ServiceReply {
    guard let price = quotePrice ?? market?.oracle?.price, price.count > 0 else {
      return .failed("the test set no oracle price")
    }
    switch request {
    case .buySOL(let usdc, _):
      let sol = Lamports(Int64(Int128(usdc.count) * 1_000_000_000 / Int128(price.count)))
      return .quote(SwapQuote(sol: sol, usdc: usdc, time: clock))
    case .sellSOL(let sol, _):
      let usdc = USD(Int64(Int128(sol.count) * Int128(price.count) / 1_000_000_000))
      return .quote(SwapQuote(sol: sol, usdc: usdc, time: clock))
    }
  }

  private func store(_ json: String?, under key: String) -> ServiceReply {
    state[key] = json
    return .ok
  }

  private func publish(_ json: String, under key: String) -> ServiceReply {
    board[key] = BoardEntry(json: json, published: clock, publisher: "test")
    return .ok
  }

  private func send(_ name: String) -> ServiceReply {
    signals.append(name)
    return .ok
  }

  private func take(_ telling: Telling) {
    switch telling {
    case .log(let level, let message, _): logs.append("\(level.rawValue): \(message)")
    case .event(let name, let fields): events.append((name, fields))
    case .metric(let name, let value, .counter): metrics[name, default: 0] += value
    case .metric(let name, let value, .gauge): metrics[name] = value
    }
  }
}

extension Intent {
  /// Whether it takes orders off the book and does nothing else.
  fileprivate var onlyCancels: Bool {
    switch self {
    case .cancel, .cancelAll, .consumeEvents: true
    default: false
    }
  }
}
