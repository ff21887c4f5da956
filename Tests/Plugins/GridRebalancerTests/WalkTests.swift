import PluginAPI
import Testing

@testable import GridRebalancer

/// Whole stories: a market that moves, and a grid that follows it.
@Suite struct WalkTests {
  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func theGridFollowsAndNeverMeetsItself(seed: UInt64) async throws {
    var random = Seeded(state: seed)
    let job = GridRebalancer()
    let test = TestRun(market: Scene.market(), swarm: Scene.swarm(3), now: Scene.start)
    var mid: Int64 = 10_000
    for step in 1...60 {
      mid = max(2_000, mid * Int64.random(in: 960...1_040, using: &random) / 1_000)
      let time = Scene.start + .seconds(Int64(step) * 10)
      await test.set(market: Scene.market(mid: mid))
      let before = await test.bundles.count
      _ = try await test.run(job, at: time)
      try await settle(test, from: before, at: time)
      let again = try await test.run(job, at: time + .seconds(9))
      guard case .nothingToDo = again else {
        Issue.record("rebuilt twice in a market that stood still: \(again)")
        return
      }
    }
    #expect(await test.metrics["grid_rebuilds"] ?? 0 > 20)
  }

  /// Lets the new bundles happen one after the other, as wallets refresh one after the other.
  func settle(_ test: TestRun, from first: Int, at time: Timestamp) async throws {
    var swarm = try #require(await test.swarm)
    for bundle in await test.bundles.dropFirst(first) {
      let rest = Scene.apply([cancels(of: bundle)], to: swarm)
      let standing = rest.wallets.flatMap(\.accounts).flatMap(\.orders)
      for order in bundle.orders {
        let meets = standing.contains {
          $0.side != order.side
            && (order.side == .bid ? $0.price <= order.price : $0.price >= order.price)
        }
        #expect(!meets, "a new \(order.side) at \(order.price) meets an order of one's own")
      }
      swarm = Scene.apply([bundle], to: swarm, at: time)
      for wallet in swarm.wallets {
        #expect(wallet.accounts.allSatisfy { $0.orders.count <= OpenOrdersAccount.capacity })
        #expect(wallet.accounts.flatMap(\.orders).count <= 32)
      }
    }
    await test.set(swarm: swarm)
  }

  func cancels(of bundle: Bundle) -> Bundle {
    Bundle("", intents: bundle.intents.filter { $0.order == nil })
  }

  @Test func aBookOfOnesOwnOrdersDoesNotDrift() async throws {
    let job = GridRebalancer()
    let test = TestRun(market: Scene.market(), swarm: Scene.swarm(2), now: Scene.start)
    for step in 0..<50 {
      let time = Scene.start + .seconds(Int64(step) * 10)
      let before = await test.bundles.count
      _ = try await test.run(job, cause: .signal, at: time)
      try await settle(test, from: before, at: time)
      await test.set(market: ownBook(try #require(await test.swarm)))
    }
    let state = try #require(await test.remembered("grid", as: GridState.self))
    #expect(state.generation == 50)
    #expect((9_800...10_200).contains(state.reference.count), "drifted to \(state.reference)")
  }

  func ownBook(_ swarm: Swarm) -> MarketSnapshot {
    let orders = swarm.wallets.flatMap(\.accounts).flatMap(\.orders)
    func levels(_ side: Side) -> [BookLevel] {
      orders.filter { $0.side == side }.map {
        BookLevel(price: $0.price, size: $0.size, own: $0.size)
      }
      .sorted { side == .bid ? $0.price > $1.price : $0.price < $1.price }
    }
    return Scene.market(bids: levels(.bid), asks: levels(.ask))
  }
}
