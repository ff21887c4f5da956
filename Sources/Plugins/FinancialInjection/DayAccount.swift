import PluginAPI

/// What was swapped today, and the one injection whose end is not written down yet.
///
/// An injection is charged and written down together with its bundle before the bundle is submitted,
/// and the charge is taken back in the same write that records that it did not happen. So whatever
/// moment a run dies at, the day is charged exactly once for what happens:
/// - A further attempt of the slot submits the very same bundle again. The service knows it by slot
///   and number, and gives the first receipt; nothing happens twice, nothing is charged twice.
/// - A later slot asks for the fate of the receipt. Was the run lost in the moment between the
///   bundle's acceptance and the receipt's being stored, and its slot never tried again, then the
///   charge stays: the day's budget may be used up too early, never exceeded.
struct DayAccount: Sendable, Hashable, Codable {
  private static let key = "day"

  /// Days since 1970-01-01; a day is midnight to midnight UTC.
  var day: Int64
  /// What counts against the limit of `day`.
  var spent: USD
  /// Charged already.
  var open: OpenInjection?
  /// The time of the slot whose injection came to its end last: a further attempt of that slot has
  /// nothing left to submit.
  var closed: Timestamp?

  static func load(_ run: Run) async throws -> DayAccount {
    try await run.state.value(key, as: DayAccount.self)
      ?? DayAccount(day: number(of: run.now), spent: .zero)
  }

  func store(_ run: Run) async throws { try await run.state.set(Self.key, to: self) }

  static func number(of time: Timestamp) -> Int64 { time.seconds / 86_400 }

  func left(of limit: USD, at time: Timestamp) -> USD {
    day == Self.number(of: time) ? USD(max(0, limit.count - spent.count)) : limit
  }

  /// Charges an injection that is about to be submitted.
  mutating func begin(_ injection: OpenInjection, at time: Timestamp) throws(ArithmeticOverflow) {
    let today = Self.number(of: time)
    if day != today { (day, spent) = (today, .zero) }
    spent = try spent.adding(injection.charge)
    open = injection
  }

  /// The open injection happened, or may have.
  mutating func keep() {
    closed = open?.planned
    open = nil
  }

  /// The open injection was accepted and did not happen.
  mutating func giveBack() {
    closed = open?.planned
    drop()
  }

  /// The open injection was never accepted. Its own day gets the charge back; a day that is over
  /// does not matter any more.
  mutating func drop() {
    if let open, open.day == day { spent = USD(max(0, spent.count - open.charge.count)) }
    open = nil
  }
}

/// An injection that was handed over, or is about to be.
struct OpenInjection: Sendable, Hashable, Codable {
  /// The slot's time: a further attempt of the slot has the same.
  var planned: Timestamp
  /// The day that was charged.
  var day: Int64
  var injection: Injection
  /// SOL that is bought, sold or moved, as planned.
  var sol: SOL
  var bundle: Bundle
  /// Known once the service has accepted it.
  var receipt: BundleReceipt?

  var charge: USD { injection.swap?.usdc ?? .zero }
}
