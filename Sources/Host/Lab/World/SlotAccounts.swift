import Isolation
@_spi(Host) import PluginAPI
import Scheduler

/// Counts how slots ended, and checks that each ended exactly once.
final class SlotAccounts: Sendable {
  private struct Key: Hashable, Comparable {
    var job: String
    var kind: SlotID.Kind

    static func < (left: Key, right: Key) -> Bool {
      (left.job, left.kind.rawValue) < (right.job, right.kind.rawValue)
    }
  }

  private struct Account {
    var outcomes: [String: Int] = [:]
    var failures: [String] = []
    var ended = 0
    /// The sum of the numbers of an interval's slots that ended; equal sums and equal counts mean
    /// that none ended twice in another one's place.
    var numbers: Int128 = 0
    var anchor: JobAnchor?

    /// The number of an interval's slot, counted from its anchor; `nil` for other kinds.
    func number(of slot: Timestamp) -> Int? {
      guard let anchor, anchor.kind == .every, anchor.interval > .zero else { return nil }
      let span = (slot - anchor.anchor).nanoseconds
      return span < 0 ? -1 : Int(span / anchor.interval.nanoseconds)
    }
  }

  private let accounts = Guarded<[Key: Account]>([:])
  private static let failuresKept = 5

  /// Takes what the scheduler wants to be written down.
  func add(_ entry: LedgerEntry) {
    switch entry {
    case .slots(let streak): add(streak)
    case .anchor(let anchor):
      let key = Key(job: anchor.job, kind: anchor.kind)
      accounts.withLock { $0[key, default: .init()].anchor = anchor }
    case .planned, .run, .forget, .standing: break
    }
  }

  private func add(_ streak: Streak) {
    accounts.withLock { accounts in
      let key = Key(job: streak.job, kind: streak.kind)
      var account = accounts[key] ?? Account()
      let new = streak.count - streak.known
      account.ended += new
      account.outcomes[streak.outcome.label, default: 0] += new
      if let last = account.number(of: streak.last) {
        account.numbers += Int128(new) * (2 * Int128(last) - Int128(new) + 1) / 2
      }
      if case .ran(let outcome) = streak.outcome, outcome.isFailure,
        account.failures.last != outcome.detail
      {
        account.failures = account.failures.suffix(Self.failuresKept - 1) + [outcome.detail]
      }
      accounts[key] = account
    }
  }

  /// How the slots of each job ended, by its name.
  var facts: [JobFacts] {
    let accounts = accounts.withLock(\.self)
    let jobs = Dictionary(grouping: accounts, by: \.key.job).sorted { $0.key < $1.key }
    return jobs.map { job, rows in
      var facts = JobFacts(job: job, outcomes: [:], failures: [])
      for (_, account) in rows.sorted(by: { $0.key < $1.key }) {
        facts.outcomes.merge(account.outcomes, uniquingKeysWith: +)
        facts.failures += account.failures
      }
      return facts
    }
  }

  /// Whether every slot of an interval that came by `end` ended once and in its order.
  func invariant(until end: Timestamp) -> InvariantFacts {
    var count = 0
    var wrong: [String] = []
    for (key, account) in accounts.withLock(\.self).sorted(by: { $0.key < $1.key }) {
      count += account.ended
      guard let last = account.number(of: end + .nanoseconds(-1)) else { continue }
      let expected = max(0, last + 1)
      if account.ended != expected {
        wrong.append("\(key.job): \(account.ended) slots ended, \(expected) came")
      } else if account.numbers != Int128(last) * Int128(expected) / 2 {
        wrong.append("\(key.job): one slot ended twice and another one never")
      }
    }
    return InvariantFacts(
      "every slot ended once", wrong.isEmpty,
      wrong.isEmpty ? "\(count) slots" : wrong.joined(separator: "; "))
  }
}
