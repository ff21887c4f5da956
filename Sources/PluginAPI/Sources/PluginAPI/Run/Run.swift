/// One run of a job: why it was started, and everything it may use.
public struct Run: Sendable {
  /// Names the run in records and logs.
  public let id: String
  /// The job's name in the table.
  public let job: String
  /// The slot's time; a late start does not change it.
  public let plannedAt: Timestamp
  /// Why the run was started.
  public let cause: Cause
  /// 1 for the first attempt of the slot.
  public let attempt: Int
  /// A number that is the same whenever the same run is replayed.
  public let seed: UInt64

  let services: any RunServices

  /// Makes a run that talks to `services`.
  @_spi(Host) public init(
    id: String, job: String, plannedAt: Timestamp, cause: Cause, attempt: Int, seed: UInt64,
    services: any RunServices
  ) {
    self.id = id
    self.job = job
    self.plannedAt = plannedAt
    self.cause = cause
    self.attempt = attempt
    self.seed = seed
    self.services = services
  }

  /// The present time. Jobs read no other clock, so that tests and replays can set it.
  public var now: Timestamp { services.now }

  /// The market at one moment; each read is a new snapshot.
  ///
  /// - Throws: `ServiceError` when the market cannot be read.
  public var market: MarketSnapshot {
    get async throws {
      guard case .market(let snapshot) = try await services.answer(.market) else {
        throw ServiceError("unexpected answer to market")
      }
      return snapshot
    }
  }

  /// One's own wallets at one moment; each read is a new snapshot.
  ///
  /// - Throws: `ServiceError` when the wallets cannot be read.
  public var swarm: Swarm {
    get async throws {
      guard case .swarm(let swarm) = try await services.answer(.swarm) else {
        throw ServiceError("unexpected answer to swarm")
      }
      return swarm
    }
  }

  /// The one way to the chain.
  public var bundles: RunBundles { RunBundles(services: services) }
  /// Prices for swaps between SOL and USDC.
  public var swaps: RunSwaps { RunSwaps(services: services) }
  /// Accounts that hold rent.
  public var accounts: RunAccounts { RunAccounts(services: services) }
  /// What the job remembers between runs.
  public var state: RunState { RunState(services: services) }
  /// Small values that jobs publish for one another.
  public var board: RunBoard { RunBoard(services: services) }
  /// Starts other jobs.
  public var signals: RunSignals { RunSignals(services: services) }
  /// The host's log.
  public var log: RunLog { RunLog(services: services) }
  /// Events for operators and other systems.
  public var events: RunEvents { RunEvents(services: services) }
  /// Numbers about the job's own work.
  public var metrics: RunMetrics { RunMetrics(services: services) }
}
