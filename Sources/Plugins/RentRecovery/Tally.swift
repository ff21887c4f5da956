import PluginAPI

/// What became of the closings.
struct Tally: Sendable, Hashable {
  /// Accounts that are closed.
  var closed = 0
  /// Accounts whose first steps were carried out.
  var emptied = 0
  var reclaimed = Lamports.zero
  var failures: [String] = []
  /// Whether every failure so far was a refusal for the time being.
  var isTemporary = true

  /// Counts one closing that was refused.
  mutating func add(_ closing: Closing, _ refusal: Refusal) {
    failures.append("\(closing.label): \(refusal)")
    if !refusal.code.isTemporary { isTemporary = false }
  }

  /// Counts one closing. Every step must have been carried out; each close says what came back.
  ///
  /// - Throws: `ArithmeticOverflow` when the sum does not fit.
  mutating func add(_ closing: Closing, _ outcome: BundleOutcome) throws(ArithmeticOverflow) {
    guard case .landed(_, let results) = outcome else { return fail(closing, "\(outcome)") }
    if let dropped = Self.dropped(results) { return fail(closing, dropped) }
    closed += closing.accounts.count
    reclaimed = try reclaimed.adding(Self.rent(closing, results))
  }

  /// Counts one closing of which only the first steps were tried.
  mutating func addFirstSteps(_ closing: Closing, _ outcome: BundleOutcome) {
    guard case .landed = outcome else { return fail(closing, "\(outcome)") }
    emptied += closing.accounts.count
  }

  private static func dropped(_ results: [IntentResult]) -> String? {
    for (step, result) in results.enumerated() {
      if case .dropped(let why) = result { return "step \(step + 1) was dropped: \(why)" }
    }
    return nil
  }

  /// What the closes gave back; what was expected when the venue does not tell.
  private static func rent(_ closing: Closing, _ results: [IntentResult])
    throws(ArithmeticOverflow) -> Lamports
  {
    var sum = Lamports.zero
    for result in results.suffix(closing.accounts.count) {
      guard case .returned(let sol, _) = result else { return closing.rent }
      sum = try sum.adding(sol)
    }
    return sum
  }

  private mutating func fail(_ closing: Closing, _ why: String) {
    failures.append("\(closing.label): \(why)")
    isTemporary = false
  }
}
