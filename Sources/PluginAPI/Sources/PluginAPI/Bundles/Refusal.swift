/// Why the bundle service refused a bundle. Nothing of it was done.
public struct Refusal: Error, Sendable, Hashable, Codable, CustomStringConvertible {
  /// The named reason.
  public var code: RefusalCode
  /// What was found and what was expected.
  public var message: String
  /// The offending intent's place in the bundle, when one intent is to blame.
  public var intent: Int?

  /// Makes a refusal.
  public init(_ code: RefusalCode, _ message: String, intent: Int? = nil) {
    self.code = code
    self.message = message
    self.intent = intent
  }

  /// `CODE: message`.
  public var description: String {
    let place = intent.map { " (intent \($0 + 1))" } ?? ""
    return "\(code.rawValue): \(message)\(place)"
  }
}

/// The named reasons for a refusal.
public enum RefusalCode: String, Sendable, Hashable, Codable, CaseIterable {
  /// The kill switch is set; only cancels pass.
  case tradingHalted = "TRADING_HALTED"
  /// Only cancels and reductions pass.
  case reducingOnly = "REDUCING_ONLY"
  /// The kill switch could not be read for longer than the grace.
  case killFlagUnreadable = "KILL_FLAG_UNREADABLE"
  /// The cluster is unknown or not the one that was configured.
  case clusterNotAllowed = "CLUSTER_NOT_ALLOWED"
  /// Trading between own wallets is not allowed on this cluster.
  case syntheticNotAllowed = "SYNTHETIC_NOT_ALLOWED"
  /// The job did not declare, or the table did not grant, what the bundle contains.
  case capabilityMissing = "CAPABILITY_MISSING"
  /// The book is too old to trade on.
  case staleBook = "STALE_BOOK"
  /// The oracle's price is too old.
  case staleOracle = "STALE_ORACLE"
  /// The oracle itself says that it may be too far off.
  case oracleConfidence = "ORACLE_CONFIDENCE"
  /// Two sources of the price of SOL contradict each other.
  case oracleDeviation = "ORACLE_DEVIATION"
  /// A price is too far from pivot and oracle.
  case priceOutOfBand = "PRICE_OUT_OF_BAND"
  /// An order could meet another order of one's own.
  case selfTradeRisk = "SELF_TRADE_RISK"
  /// An order is below the market's minimum.
  case orderTooSmall = "ORDER_TOO_SMALL"
  /// An order is too large a share of its wallet.
  case orderTooLarge = "ORDER_TOO_LARGE"
  /// A bundle asks for more than a bundle may be worth.
  case notionalMax = "NOTIONAL_MAX"
  /// A post-only order would trade at once.
  case crossesBook = "CROSSES_BOOK"
  /// An order would stand longer than orders may.
  case expiryTooLong = "EXPIRY_TOO_LONG"
  /// An account has no room for another order.
  case accountFull = "ACCOUNT_FULL"
  /// A wallet does not have what the bundle needs.
  case balanceShort = "BALANCE_SHORT"
  /// The tip is above the limit of a bundle or of the day.
  case tipBudget = "TIP_BUDGET"
  /// Fees are above the limit of the day.
  case feeBudget = "FEE_BUDGET"
  /// A wallet would be left with less SOL than it needs to pay fees.
  case gasFloor = "GAS_FLOOR"
  /// Funds are set aside for a bundle that has not ended.
  case reservationConflict = "RESERVATION_CONFLICT"
  /// A circuit breaker is open: too many failures, or a loss.
  case circuitOpen = "CIRCUIT_OPEN"
  /// Equity fell further from its peak than is allowed.
  case drawdown = "DRAWDOWN"
  /// The job acted on a table that is no longer in force.
  case configStale = "CONFIG_STALE"
  /// More bundles than the job may send.
  case rateLimit = "RATE_LIMIT"
  /// The bundle is empty, names something unknown, or contradicts itself.
  case malformed = "MALFORMED"
  /// An intent does not fit in a transaction.
  case transactionTooBig = "TX_TOO_BIG"
  /// The bundle does not fit in five transactions.
  case bundleTooLong = "BUNDLE_TOO_LONG"
  /// An account in the bundle has an unfinished bundle whose fate is unknown.
  case accountBusy = "ACCOUNT_BUSY"
  /// The bundle could not be stored, so it was not sent.
  case storeUnavailable = "STORE_UNAVAILABLE"
  /// The run is over; its worker can no longer act.
  case runClosed = "RUN_CLOSED"
}

extension RefusalCode {
  /// Whether it says "not now" rather than "not like this": the same bundle may pass later, and the
  /// job has nothing to mend.
  public var isTemporary: Bool {
    switch self {
    case .tradingHalted, .reducingOnly, .killFlagUnreadable, .staleBook, .staleOracle,
      .oracleConfidence, .oracleDeviation, .reservationConflict, .circuitOpen, .drawdown,
      .configStale, .feeBudget, .accountBusy, .rateLimit, .storeUnavailable:
      true
    default: false
    }
  }
}
