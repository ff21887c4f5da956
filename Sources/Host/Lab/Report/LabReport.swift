/// What a run of the Lab found, as it is written to a file.
///
/// Equal runs give equal reports, byte for byte: nothing in it depends on the machine.
package struct LabReport: Sendable, Hashable, Codable {
  /// The version of this form; another number means another meaning of some field.
  package static let schema = "gridkeeper-lab/1"

  package var schema = Self.schema
  package var setup: SetupFacts
  package var money: MoneyFacts
  package var trading: TradingFacts
  package var grid: GridFacts
  package var jobs: [JobFacts]
  /// Refused bundles by code.
  package var refusals: [String: Int]
  /// Bundles by how they ended.
  package var bundles: [String: Int]
  package var invariants: [InvariantFacts]
  /// What jobs and services warned of: the newest lines and how many there were.
  package var warnings: WarningFacts
  package var series: [SeriesFacts]

  /// Whether every invariant holds.
  package var holds: Bool { invariants.allSatisfy(\.holds) }
}

/// What was run.
package struct SetupFacts: Sendable, Hashable, Codable {
  package var scenario: String
  package var summary: String
  package var seed: UInt64
  /// Virtual seconds.
  package var seconds: Double
  /// When it began on the virtual wall clock, in Unix seconds.
  package var start: Int64
  /// A hash of the job table's text, in hexadecimal.
  package var tableDigest: String
  /// Of each plugin, the SHA-256 digest of its library.
  package var plugins: [String: String]
  /// The replayed file's name, if any.
  package var replay: String?
  /// Slots of the exchange.
  package var slots: UInt64
}

/// What the run did to the money, in lamports at the market's own price.
package struct MoneyFacts: Sendable, Hashable, Codable {
  package var equityStart: Int64 = 0
  package var equityEnd: Int64 = 0
  package var equityPeak: Int64 = 0
  /// The deepest fall from a peak, and the same as a share of the equity at the start.
  package var drawdown: Int64 = 0
  package var drawdownShare: Double = 0
  package var realisedFIFO: Int64 = 0
  package var realisedAverage: Int64 = 0
  package var unrealisedStart: Int64 = 0
  package var unrealisedEnd: Int64 = 0
  /// What was paid, by kind; rebates are negative.
  package var costs: [String: Int64] = [:]
  /// Locked as rent at the end; it comes back when the accounts are closed.
  package var rentLocked: Int64 = 0
  /// What came from outside after the start, and what nothing explains; both must be zero.
  package var fromOutside: Int64 = 0
  package var unexplained: Int64 = 0
  /// What buying nothing and selling nothing would have made of the same start.
  package var heldEquityEnd: Int64 = 0

  package init() {}

  package var result: Int64 { equityEnd - equityStart }
  package var costSum: Int64 { costs.values.reduce(0, +) }
}

/// What was traded.
package struct TradingFacts: Sendable, Hashable, Codable {
  /// Trades of everybody.
  package var trades: Int = 0
  package var fills: Int = 0
  /// Base lots that own wallets bought and sold.
  package var boughtLots: Int64 = 0
  package var soldLots: Int64 = 0
  /// Lamports that changed hands in own fills.
  package var volume: Int64 = 0
  package var syntheticFills: Int = 0
  /// Fills by why the order stood: the job and the words of its bundle, without numbers.
  package var reasons: [String: Int] = [:]
  /// Fills of orders that nobody here placed; must be zero.
  package var unexplained: Int = 0
  /// An even sample of the fills.
  package var sample: [FillFacts] = []

  package init() {}
}

/// One own fill.
package struct FillFacts: Sendable, Hashable, Codable {
  /// Seconds since the run began.
  package var time: Double
  package var wallet: String
  /// `bid` or `ask`: the own order's side.
  package var side: String
  package var isMaker: Bool
  /// SOL for a whole token.
  package var price: Double
  package var lots: Int64
  package var isSynthetic: Bool
  package var reason: String
}

/// What the grid did.
package struct GridFacts: Sendable, Hashable, Codable {
  package var rebuilds: [String: Int] = [:]
  package var placed: Int = 0
  package var cancelled: Int = 0
  package var dropped: Int = 0
  /// The share of samples at which orders stood on both sides.
  package var quotedShare: Double = 0
  /// Hundredths of a percent, over the samples that have both sides.
  package var meanSpread: Double = 0
  /// Of the market without own orders.
  package var meanOutsideSpread: Double = 0
  /// Lamports on the own side of the book, on average.
  package var meanBidDepth: Double = 0
  package var meanAskDepth: Double = 0
  /// The highest share of tokens in the equity, and the lowest.
  package var highestTokenShare: Double = 0
  package var lowestTokenShare: Double = 0

  package init() {}
}

/// How the slots of one job ended.
package struct JobFacts: Sendable, Hashable, Codable {
  package var job: String
  /// Slots by how they ended.
  package var outcomes: [String: Int]
  /// The newest failures' words.
  package var failures: [String]
}

/// Something that must hold whatever happens.
package struct InvariantFacts: Sendable, Hashable, Codable {
  package var name: String
  package var holds: Bool
  /// What was counted, and what was expected when it does not hold.
  package var detail: String

  package init(_ name: String, _ holds: Bool, _ detail: String) {
    self.name = name
    self.holds = holds
    self.detail = detail
  }
}

/// What was warned of.
package struct WarningFacts: Sendable, Hashable, Codable {
  package var count: Int = 0
  package var newest: [String] = []

  package init() {}
}

/// A course of values.
package struct SeriesFacts: Sendable, Hashable, Codable {
  package var name: String
  package var unit: String
  /// Seconds since the run began.
  package var times: [Double]
  package var values: [Double]

  package init(name: String, unit: String, times: [Double], values: [Double]) {
    self.name = name
    self.unit = unit
    self.times = times
    self.values = values
  }
}
