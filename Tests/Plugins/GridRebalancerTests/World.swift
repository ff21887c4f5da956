import PluginAPI
import Testing

@testable import GridRebalancer

/// A swarm that lives through random days: a market that leaps, fills, orders that expire, and
/// bundles that are refused, lost, undone, cut in half, or whose fate comes to light later.
struct World {
  let job: GridRebalancer
  let test: TestRun
  private var random: Seeded
  private var time = Scene.start
  private var mid: Int64 = 10_000
  /// Bundles whose fate is unknown, by number.
  private var open: [Int] = []

  init(seed: UInt64) {
    random = Seeded(state: seed)
    var job = GridRebalancer()
    job.rotation = seed % 2 == 0 ? .fixed : .tick
    job.gammaMode = seed % 3 == 0 ? .volatility : .fixed
    self.job = job
    test = TestRun(market: Scene.market(), swarm: Scene.swarm(3), now: Scene.start)
  }

  mutating func step() async throws {
    time = time + .seconds(Int64.random(in: 1...120, using: &random))
    mid = max(1_000, mid * Int64.random(in: 900...1_100, using: &random) / 1_000)
    var market = Scene.market(mid: mid)
    market.volatility = Double.random(in: 0...0.2, using: &random)
    await test.set(market: market)
    if Bool.random(using: &random) { try await comeToLight() }
    let fate = Int.random(in: 0..<7, using: &random)
    await test.set(decide: { try Self.fate(fate, of: $0) })
    let cause: Cause = Int.random(in: 0..<8, using: &random) == 0 ? .signal : .cadence
    try await act(cause)
    try await wear()
  }

  private static func fate(_ fate: Int, of bundle: Bundle) throws -> BundleOutcome {
    switch fate {
    case 0: return .expired
    case 1: return .reverted(reason: "no room")
    case 2: throw Refusal(.reducingOnly, "no new orders")
    case 3:
      let half = bundle.intents.count / 2
      return .partial(slot: 1, results: bundle.intents.indices.map { $0 < half ? .done : nil })
    case 4: return .unknown
    default: return try TestRun.lands(bundle)
    }
  }

  /// Runs the job and lets its bundles happen as far as their fates say.
  private mutating func act(_ cause: Cause) async throws {
    let first = await test.bundles.count
    let blocked = Set(try await accounts(of: open))
    _ = try await test.run(job, cause: cause, at: time)
    let bundles = await test.bundles
    for number in bundles.indices.dropFirst(first) {
      let touched = bundles[number].intents.compactMap(\.account)
      #expect(blocked.isDisjoint(with: touched), "two bundles under way on an account")
      switch try await test.decide(bundles[number]) {
      case .landed: try await happen(bundles[number])
      case .partial(_, let results):
        try await happen(bundles[number], upTo: results.count { $0 != nil })
      case .unknown: open.append(number)
      default: continue
      }
    }
  }

  private func accounts(of numbers: [Int]) async throws -> [AccountID] {
    let bundles = await test.bundles
    return numbers.flatMap { bundles[$0].intents.compactMap(\.account) }
  }

  private func happen(_ bundle: Bundle, upTo count: Int = .max) async throws {
    var bundle = bundle
    bundle.intents = Array(bundle.intents.prefix(count))
    await test.set(swarm: Scene.apply([bundle], to: try #require(await test.swarm), at: time))
  }

  /// The fates of all open bundles become known.
  private mutating func comeToLight() async throws {
    for number in open {
      let bundle = await test.bundles[number]
      if Bool.random(using: &random) {
        await test.set(fate: try TestRun.lands(bundle), of: number + 1)
        try await happen(bundle)
      } else {
        await test.set(fate: .expired, of: number + 1)
      }
    }
    open = []
  }

  /// Lets orders expire and fills a few.
  private mutating func wear() async throws {
    var swarm = try #require(await test.swarm)
    for wallet in swarm.wallets.indices {
      for account in swarm.wallets[wallet].accounts.indices {
        var orders = swarm.wallets[wallet].accounts[account].orders
        orders.removeAll { ($0.expires ?? time) <= time }
        #expect(orders.count <= OpenOrdersAccount.capacity)
        if !orders.isEmpty, Int.random(in: 0..<4, using: &random) == 0 { orders.removeFirst() }
        swarm.wallets[wallet].accounts[account].orders = orders
      }
    }
    await test.set(swarm: swarm)
  }

  /// With nothing going wrong any more, a few runs make the book what it should be.
  mutating func calmDown() async throws {
    try await comeToLight()
    await test.set(decide: TestRun.lands)
    for _ in 0..<4 {
      time = time + .seconds(6)
      try await act(.cadence)
    }
    let state = try #require(await test.remembered("grid", as: GridState.self))
    let swarm = try #require(await test.swarm)
    let standing = Standing(swarm.wallets, state.expected, busy: [], refill: 100)
    #expect(standing.missing == 0 && standing.astray == 0 && state.pending.isEmpty)
    #expect(standing.orders == state.orders && state.orders > 0 && state.failures == 0)
  }
}
